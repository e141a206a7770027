using System.Globalization;
using System.Text;
using Gateway.Sip.Messages;

namespace Gateway.Sip.Subscriptions;

/// <summary>What Subscription-State says (RFC 6665 section 8.2.3).</summary>
internal enum SubscriptionPhase
{
    Pending,
    Active,
    Terminated,
}

/// <summary>The Subscription-State header field. States that no text defines count as active (section 4.1.3).</summary>
internal sealed record SubscriptionStateHeader(SubscriptionPhase Phase)
{
    private const int LongestDays = 365;

    /// <summary>expires.</summary>
    public TimeSpan? Expires { get; init; }

    /// <summary>reason, of a terminated one.</summary>
    public TerminationReason Reason { get; init; }

    /// <summary>retry-after.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Null when the header is missing or malformed.</summary>
    public static SubscriptionStateHeader? Of(SipRequest notify)
    {
        if (notify.Header(SipHeaders.SubscriptionState) is not { } value)
        {
            return null;
        }

        var semicolon = value.IndexOf(';', StringComparison.Ordinal);
        var state = (semicolon < 0 ? value : value[..semicolon]).Trim();
        if (state.Length == 0
            || !SipParameters.TryParseHeader(Encoding.UTF8.GetBytes(semicolon < 0 ? "" : value[semicolon..]), out var parameters))
        {
            return null;
        }

        return new SubscriptionStateHeader(state.ToLowerInvariant() switch
        {
            "pending" => SubscriptionPhase.Pending,
            "terminated" => SubscriptionPhase.Terminated,
            _ => SubscriptionPhase.Active,
        })
        {
            Expires = Seconds("expires"),
            RetryAfter = Seconds("retry-after"),
            Reason = SipParameters.TryGet(parameters, "reason", out var reason) ? ReasonOf(reason) : TerminationReason.Unspecified,
        };

        TimeSpan? Seconds(string name) => SipParameters.TryGet(parameters, name, out var text)
            && uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? TimeSpan.FromSeconds(Math.Min(seconds, LongestDays * 86_400L))
                : null;
    }

    /// <summary>The wire form.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Phase switch
        {
            SubscriptionPhase.Pending => "pending",
            SubscriptionPhase.Active => "active",
            _ => "terminated",
        });
        if (Phase == SubscriptionPhase.Terminated && NameOf(Reason) is { } reason)
        {
            text.Append(";reason=").Append(reason);
        }

        Append(";expires=", Expires);
        Append(";retry-after=", RetryAfter);
        return text.ToString();

        void Append(string name, TimeSpan? value)
        {
            if (value is { } time)
            {
                text.Append(name).Append(((long)Math.Ceiling(time.TotalSeconds)).ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    private static TerminationReason ReasonOf(string? word) => word?.ToLowerInvariant() switch
    {
        "deactivated" => TerminationReason.Deactivated,
        "probation" => TerminationReason.Probation,
        "rejected" => TerminationReason.Rejected,
        "timeout" => TerminationReason.Timeout,
        "giveup" => TerminationReason.GiveUp,
        "noresource" => TerminationReason.NoResource,
        "invariant" => TerminationReason.Invariant,
        _ => TerminationReason.Unspecified,
    };

    private static string? NameOf(TerminationReason reason) => reason switch
    {
        TerminationReason.Deactivated => "deactivated",
        TerminationReason.Probation => "probation",
        TerminationReason.Rejected => "rejected",
        TerminationReason.Timeout => "timeout",
        TerminationReason.GiveUp => "giveup",
        TerminationReason.NoResource => "noresource",
        TerminationReason.Invariant => "invariant",
        _ => null,
    };
}
