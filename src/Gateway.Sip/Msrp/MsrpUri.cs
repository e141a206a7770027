using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;

namespace Gateway.Sip.Msrp;

/// <summary>
/// An MSRP URI (RFC 4975 sections 6 and 9), such as <c>msrp://host.example.com:8493/asfd34;tcp</c>. Equality is that of
/// section 6.1: user part and parameters other than the transport do not count.
/// </summary>
public sealed class MsrpUri : IEquatable<MsrpUri>
{
    /// <summary>Octets of a URI that is read.</summary>
    public const int MaxLength = 512;

    private static readonly SearchValues<byte> SessionIdBytes = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+=/"u8);

    private static readonly SearchValues<byte> HostBytes = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"u8);

    // Visible ASCII without the delimiters of parameters, paths and header fields.
    private static readonly SearchValues<byte> ParameterBytes = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!%*+`'$&^|#{}="u8);

    private static readonly SearchValues<byte> UserBytes = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=%"u8);

    private readonly string _text;

    private MsrpUri(string text, bool isSecure, string? user, string host, int? port, string? sessionId, string transport)
    {
        _text = text;
        IsSecure = isSecure;
        User = user;
        Host = host;
        Port = port;
        SessionId = sessionId;
        Transport = transport;
    }

    /// <summary>A URI of our own.</summary>
    /// <param name="isSecure">msrps.</param>
    /// <param name="host">Host name or IP address.</param>
    /// <param name="port">Port.</param>
    /// <param name="sessionId">Session, null for the host itself.</param>
    public static MsrpUri Create(bool isSecure, string host, int port, string? sessionId)
    {
        var literal = IPAddress.TryParse(host, out var ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? $"[{ip}]"
            : host;
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{(isSecure ? "msrps" : "msrp")}://{literal}:{port}{(sessionId is null ? "" : "/")}{sessionId};tcp");
        return TryParse(text, out var uri) ? uri : throw new ArgumentException("not a host name or address", nameof(host));
    }

    /// <summary>Whether the next hop is to be reached by TLS.</summary>
    public bool IsSecure { get; }

    /// <summary>The user part, percent-encoded as it came; null for none.</summary>
    public string? User { get; }

    /// <summary>Host name in lower case, or IP address in its canonical form, without brackets.</summary>
    public string Host { get; }

    /// <summary>Port; null when not stated, which is legal for the name of a relay only (RFC 4976 section 6.1).</summary>
    public int? Port { get; }

    /// <summary>Session at that host, case-sensitive; null for the host itself.</summary>
    public string? SessionId { get; }

    /// <summary><c>tcp</c>, in lower case.</summary>
    public string Transport { get; }

    /// <summary>Reads a URI; false for what is none, or longer than <see cref="MaxLength"/>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out MsrpUri? uri)
    {
        ArgumentNullException.ThrowIfNull(text);
        uri = null;
        return text.Length <= MaxLength && Ascii.IsValid(text) && TryParse(Encoding.ASCII.GetBytes(text), out uri);
    }

    /// <summary>Reads a URI; false for what is none, or longer than <see cref="MaxLength"/>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out MsrpUri? uri)
    {
        uri = null;
        if (text.Length > MaxLength || !TryScheme(text, out var isSecure, out var rest))
        {
            return false;
        }

        // userinfo may hold semicolons, so the authority ends at the slash; without one, at a semicolon after the "@".
        var userEnd = rest[..IndexOfOrEnd(rest, (byte)'/')].LastIndexOf((byte)'@');
        var user = userEnd < 0 ? default : rest[..userEnd];
        rest = rest[(userEnd + 1)..];
        var authorityEnd = rest.IndexOfAny((byte)'/', (byte)';');
        if (authorityEnd < 0 || (userEnd >= 0 && (user.IsEmpty || user.ContainsAnyExcept(UserBytes)))
            || !TryHostPort(rest[..authorityEnd], out var host, out var port))
        {
            return false;
        }

        rest = rest[authorityEnd..];
        string? sessionId = null;
        if (rest[0] == '/')
        {
            var end = rest.IndexOf((byte)';');
            if (end < 2 || rest[1..end].ContainsAnyExcept(SessionIdBytes))
            {
                return false;
            }

            sessionId = Encoding.ASCII.GetString(rest[1..end]);
            rest = rest[end..];
        }

        if (!TryTransport(rest[1..], out var transport))
        {
            return false;
        }

        uri = new MsrpUri(
            Encoding.ASCII.GetString(text), isSecure, userEnd < 0 ? null : Encoding.ASCII.GetString(user), host, port, sessionId, transport);
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(MsrpUri? other) => other is not null
        && IsSecure == other.IsSecure && Port == other.Port && Host == other.Host
        && SessionId == other.SessionId && Transport == other.Transport;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MsrpUri);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(IsSecure, Host, Port, SessionId);

    /// <summary>As it was written.</summary>
    public override string ToString() => _text;

    private static bool TryScheme(ReadOnlySpan<byte> text, out bool isSecure, out ReadOnlySpan<byte> rest)
    {
        isSecure = false;
        rest = default;
        var colon = text.IndexOf("://"u8);
        if (colon is not (4 or 5))
        {
            return false;
        }

        isSecure = colon == 5;
        rest = text[(colon + 3)..];
        return Ascii.EqualsIgnoreCase(text[..colon], isSecure ? "msrps"u8 : "msrp"u8);
    }

    private static bool TryHostPort(ReadOnlySpan<byte> text, out string host, out int? port)
    {
        host = "";
        port = null;
        var isLiteral = text is [(byte)'[', ..];
        var hostEnd = isLiteral ? text.IndexOf((byte)']') + 1 : IndexOfOrEnd(text, (byte)':');
        if (hostEnd == 0)
        {
            return false;
        }

        var rest = text[hostEnd..];
        if (!rest.IsEmpty)
        {
            if (rest.Length is < 2 or > 6 || rest[0] != ':' || rest[1..].ContainsAnyExceptInRange((byte)'0', (byte)'9')
                || !ushort.TryParse(rest[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
            {
                return false;
            }

            port = number;
        }

        return isLiteral
            ? TryIPv6(text[1..(hostEnd - 1)], out host)
            : TryName(text[..hostEnd], out host);
    }

    private static bool TryIPv6(ReadOnlySpan<byte> text, out string host)
    {
        var isAddress = !text.Contains((byte)'%')
            && IPAddress.TryParse(Encoding.ASCII.GetString(text), out var ip)
            && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        host = isAddress ? IPAddress.Parse(Encoding.ASCII.GetString(text)).ToString() : "";
        return isAddress;
    }

    /// <summary>Section 6.1 rule 2: percent-encoded characters that need not be are decoded before anything is compared.</summary>
    private static bool TryName(ReadOnlySpan<byte> text, out string host)
    {
        Span<byte> decoded = stackalloc byte[MaxLength];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var b = text[i];
            if (b == '%')
            {
                if (i + 2 >= text.Length || !char.IsAsciiHexDigit((char)text[i + 1]) || !char.IsAsciiHexDigit((char)text[i + 2]))
                {
                    host = "";
                    return false;
                }

                b = byte.Parse(text.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                i += 2;
            }

            decoded[length++] = b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
        }

        var isName = length is > 0 and <= 255 && !decoded[..length].ContainsAnyExcept(HostBytes);
        host = isName ? Encoding.ASCII.GetString(decoded[..length]) : "";
        return isName;
    }

    private static bool TryTransport(ReadOnlySpan<byte> parameters, out string transport)
    {
        var end = IndexOfOrEnd(parameters, (byte)';');
        var name = parameters[..end];
        transport = "";
        foreach (var b in name)
        {
            if (!char.IsAsciiLetterOrDigit((char)b))
            {
                return false;
            }
        }

        for (var rest = parameters[end..]; !rest.IsEmpty; rest = rest[end..])
        {
            rest = rest[1..];
            end = IndexOfOrEnd(rest, (byte)';');
            if (end == 0 || rest[..end].ContainsAnyExcept(ParameterBytes))
            {
                return false;
            }
        }

        transport = Ascii.EqualsIgnoreCase(name, "tcp"u8) ? "tcp" : Encoding.ASCII.GetString(name).ToLowerInvariant();
        return !name.IsEmpty;
    }

    private static int IndexOfOrEnd(ReadOnlySpan<byte> text, byte value)
    {
        var at = text.IndexOf(value);
        return at < 0 ? text.Length : at;
    }
}
