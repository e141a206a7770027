using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Gateway.Sip.Messages;
using Gateway.Xmpp.Addresses;

namespace Gateway.Host.Configuration.Sections;

/// <summary>Addresses as a configuration may hold them.</summary>
internal static partial class AddressText
{
    private static readonly IdnMapping Idn = new();

    /// <summary>Any text but none.</summary>
    public static bool TryAny(string text, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        return text.Length > 0;
    }

    /// <summary>A token, RFC 3261 section 25.1, as encoding names are.</summary>
    public static bool TryToken(string text, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        return Token().IsMatch(text);
    }

    /// <summary>A host name or literal address.</summary>
    public static bool TryHost(string text, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        return HostPort.IsHost(text);
    }

    /// <summary>A domain, in lower case; international names are allowed.</summary>
    public static bool TryDomain(string text, [MaybeNullWhen(false)] out string value)
    {
        value = text.ToLowerInvariant();
        try
        {
            return text.Length > 0 && HostPort.IsHost(IPAddress.TryParse(text, out _) ? text : Idn.GetAscii(text));
        }
        catch (ArgumentException)
        {
            return false; // what IdnMapping does not take
        }
    }

    /// <summary>A domain, or <c>*.</c> and one.</summary>
    public static bool TryDomainPattern(string text, [MaybeNullWhen(false)] out string value)
    {
        value = text.ToLowerInvariant();
        return TryDomain(text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text, out _);
    }

    /// <summary>A JID that is a domain, prepared as RFC 7622 says.</summary>
    public static bool TryJidDomain(string text, [MaybeNullWhen(false)] out string value) =>
        TryJid(text, out value) is { IsDomain: true };

    /// <summary>A JID with a localpart and without a resource.</summary>
    public static bool TryBareJid(string text, [MaybeNullWhen(false)] out string value) =>
        TryJid(text, out value) is { IsBare: true, Local: not null };

    /// <summary>A domain or a bare JID.</summary>
    public static bool TryDomainOrBareJid(string text, [MaybeNullWhen(false)] out string value) =>
        TryJid(text, out value) is { IsBare: true };

    /// <summary>A SIP URI that names a next hop: no user, no password, a transport that this version has.</summary>
    public static bool TryTrunkUri(string text, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        return SipUri.TryParse(text, out var uri)
            && uri is { Scheme: "sip", User: null, Password: null, Headers: null, Port: null or > 0 }
            && uri.Parameter("transport")?.ToLowerInvariant() is null or "udp" or "tcp";
    }

    /// <summary>An address or a CIDR block.</summary>
    public static bool TrySource(string text, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        return IPAddress.TryParse(text, out _) || IPNetwork.TryParse(text, out _);
    }

    [GeneratedRegex("^[A-Za-z0-9.!%*_+`'~-]+$")]
    private static partial Regex Token();

    private static Jid? TryJid(string text, [MaybeNullWhen(false)] out string value)
    {
        var valid = Jid.TryParse(text, out var jid, out _);
        value = jid?.ToString() ?? "";
        return valid ? jid : null;
    }
}
