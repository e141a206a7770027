using System.Globalization;
using Gateway.Sip.Messages;

namespace Gateway.Sip.Dialogs;

/// <summary>What both ends agreed upon for the session timer: RFC 4028.</summary>
/// <param name="Seconds">Session-Expires.</param>
/// <param name="WeRefresh">Whether the refreshes are ours to send.</param>
internal sealed record SessionInterval(int Seconds, bool WeRefresh)
{
    /// <summary>The least value that may be asked of anyone (section 5).</summary>
    public const int LeastSeconds = 90;

    /// <summary>When the refresher refreshes: half the interval (section 7.2).</summary>
    public TimeSpan RefreshAfter => TimeSpan.FromSeconds(Seconds / 2.0);

    /// <summary>When the session is given up: the lesser of 32 s and a third before its end (section 10).</summary>
    public TimeSpan EndAfter => TimeSpan.FromSeconds(Seconds - Math.Min(32, Seconds / 3.0));

    /// <summary>The value for a request or a 2xx of ours.</summary>
    /// <param name="weAreClient">Whether it is our request, rather than our response.</param>
    public string Header(bool weAreClient) => string.Create(
        CultureInfo.InvariantCulture, $"{Seconds};refresher={(WeRefresh == weAreClient ? "uac" : "uas")}");

    /// <summary>Whether a request asks for less than we allow, and its sender would understand 422 (section 9).</summary>
    public static bool IsTooSmall(SipRequest request) =>
        request.Number(SipHeaders.SessionExpires) < LeastSeconds && request.HasToken(SipHeaders.Supported, "timer");

    /// <summary>What we answer to a request: its own wish, else the peer refreshes if it can (section 9). Null: no timer.</summary>
    public static SessionInterval? ForAnswer(SipRequest request)
    {
        if (request.Number(SipHeaders.SessionExpires) is not { } seconds)
        {
            return null;
        }

        var peerCan = request.HasToken(SipHeaders.Supported, "timer");
        return new SessionInterval(Clamp(seconds), Refresher(request) switch
        {
            "uas" => true,
            "uac" => false,
            _ => !peerCan,
        });
    }

    /// <summary>What the 2xx to a request of ours says; null switches the timer off (section 7.2).</summary>
    public static SessionInterval? OfSuccess(SipResponse response) =>
        response.Number(SipHeaders.SessionExpires) is { } seconds
            ? new SessionInterval(Clamp(seconds), Refresher(response) != "uas")
            : null;

    private static int Clamp(uint seconds) => (int)Math.Clamp(seconds, LeastSeconds, 86_400);

    private static string? Refresher(SipMessage message)
    {
        foreach (var part in (message.Header(SipHeaders.SessionExpires) ?? "").Split(';', StringSplitOptions.TrimEntries).Skip(1))
        {
            var pair = part.Split('=', 2, StringSplitOptions.TrimEntries);
            if (pair.Length == 2 && pair[0].Equals("refresher", StringComparison.OrdinalIgnoreCase))
            {
                return pair[1].ToLowerInvariant();
            }
        }

        return null;
    }
}
