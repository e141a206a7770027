using System.Diagnostics.CodeAnalysis;
using System.Text;
using Gateway.Mapping.Configuration;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Addresses;

/// <summary>
/// A SIP address inside the localpart of a JID, in both spellings: <c>user%host</c> (XEP-0276 section 5) and
/// <c>user\40host</c> (XEP-0106). Either is understood whatever the configured style.
/// </summary>
internal static class JidLocalpart
{
    private const string EscapedAt = @"\40";
    private const string EscapedSpace = @"\20";

    /// <summary>Reads a localpart that PRECIS has already been applied to (XEP-0106 section 4.1 rule 2).</summary>
    public static bool TryRead(
        string localpart, [NotNullWhen(true)] out SipAddress? address, [NotNullWhen(false)] out AddressFault? fault)
    {
        address = null;
        var (user, host) = Split(localpart);
        if (user.Length == 0 || HasEdgeSpace(user))
        {
            fault = new AddressFault(AddressProblem.Malformed, "the user part is empty or begins or ends with a space");
            return false;
        }

        if (host is null)
        {
            address = new SipAddress(JidEscaping.Unescape(user), null);
        }
        else if (HostPart.TryRead(JidEscaping.Unescape(host), out var name, out var port))
        {
            address = new SipAddress(JidEscaping.Unescape(user), name, port);
        }

        fault = address is null ? new AddressFault(AddressProblem.Malformed, "what follows the user is not a host") : null;
        return address is not null;
    }

    /// <summary>Writes the localpart; the caller still applies PRECIS and its limit of 1023 octets by making a JID of it.</summary>
    public static bool TryWrite(
        SipAddress address, JidStyle style, [NotNullWhen(true)] out string? localpart,
        [NotNullWhen(false)] out AddressFault? fault)
    {
        localpart = null;
        if (!SafeText.IsSafe(address.User))
        {
            fault = new AddressFault(AddressProblem.NotFound, "the user part holds a control character or no valid text");
            return false;
        }

        if (address.User.Length == 0 || !JidEscaping.TryEscape(address.User, out var user))
        {
            fault = new AddressFault(AddressProblem.NotFound, "the user part is empty or begins or ends with a space");
            return false;
        }

        localpart = address.Host is null
            ? user
            : user + (style == JidStyle.Percent ? "%" : EscapedAt) + JidEscaping.Escape(HostPart.Write(address.Host, address.Port));
        fault = null;
        return true;
    }

    /// <summary>The JID of a written localpart, or why there is none: too long (MAPPING A-13) or not allowed by PRECIS.</summary>
    public static bool TryJid(
        string localpart, string domain, [NotNullWhen(true)] out Jid? jid, [NotNullWhen(false)] out AddressFault? fault)
    {
        fault = Jid.TryCreate(localpart, domain, null, out jid, out _) ? null
            : Encoding.UTF8.GetByteCount(localpart) > Jid.MaxPartOctets
                ? new AddressFault(AddressProblem.TooLong, "the localpart of a JID holds at most 1023 octets")
                : new AddressFault(AddressProblem.NotFound, "the user part has characters that no JID may hold");
        return jid is not null;
    }

    // A host holds neither '%' nor '@', so the last of either parts user and host (MAPPING A-8), and both styles can be
    // read without knowing which one was written. "\40" is found as text: no escape sequence ends in a backslash.
    private static (string User, string? Host) Split(string localpart)
    {
        var percent = localpart.LastIndexOf('%');
        var at = localpart.LastIndexOf(EscapedAt, StringComparison.Ordinal);
        return Math.Max(percent, at) switch
        {
            < 0 => (localpart, null),
            var i when i == percent => (localpart[..i], localpart[(i + 1)..]),
            var i => (localpart[..i], localpart[(i + EscapedAt.Length)..]),
        };
    }

    // XEP-0106 section 4.1 rule 6; a space beside the host would be such an edge in the other style (MAPPING A-5).
    private static bool HasEdgeSpace(string escaped) =>
        escaped.StartsWith(EscapedSpace, StringComparison.Ordinal) || escaped.EndsWith(EscapedSpace, StringComparison.Ordinal);
}
