using System.Text;
using Gateway.Sip.Messages;

namespace Gateway.Sip.Subscriptions;

/// <summary>The Event header field (RFC 6665 section 8.2.1): package and id name a subscription within a dialog.</summary>
internal readonly record struct EventHeader(string Package, string? Id)
{
    private const int Longest = 128;

    /// <summary>False when it is missing, malformed, or there are two.</summary>
    public static bool TryRead(SipMessage message, out EventHeader header)
    {
        header = default;
        if (message.HeaderValues(SipHeaders.Event).Take(2).ToArray() is not [var value] || value.Length > Longest)
        {
            return false;
        }

        var semicolon = value.IndexOf(';', StringComparison.Ordinal);
        var package = (semicolon < 0 ? value : value[..semicolon]).Trim();
        if (!SipSyntax.IsToken(package)
            || !SipParameters.TryParseHeader(Encoding.UTF8.GetBytes(semicolon < 0 ? "" : value[semicolon..]), out var parameters))
        {
            return false;
        }

        header = new EventHeader(package, SipParameters.TryGet(parameters, "id", out var id) ? id : null);
        return true;
    }

    /// <summary>Packages are compared with case, as tokens of their own registry; ids byte by byte (section 8.2.1).</summary>
    public override string ToString() => Id is null ? Package : $"{Package};id={Id}";
}
