using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Unicode;

namespace Gateway.Sip.Messages;

/// <summary>Reads URIs (RFC 3261 section 25.1). Liberal in the characters of a user part, strict in the structure.</summary>
internal static class SipUriParser
{
    private const string Alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static readonly SearchValues<byte> SchemeBytes = SearchValues.Create(Encoding.ASCII.GetBytes(Alphanumeric + "+-."));

    // The underscore is in no host name by RFC 3261, but in many of private networks.
    private static readonly SearchValues<byte> HostBytes = SearchValues.Create(Encoding.ASCII.GetBytes(Alphanumeric + "-._"));

    private static readonly SearchValues<byte> TelBytes = SearchValues.Create("+0123456789-.()*#abcdefABCDEF"u8);
    private static readonly SearchValues<byte> IPv6Bytes = SearchValues.Create("0123456789abcdefABCDEF:."u8);

    /// <summary>What no part of a URI may hold unescaped. Beyond the grammar, <c># [ ] ^ ` { | }</c> and UTF-8 are let in:
    /// phones send <c>sip:*21#@pbx</c>.</summary>
    private static readonly SearchValues<byte> Forbidden = SearchValues.Create(
        [.. Enumerable.Range(0, 33).Select(b => (byte)b), (byte)'"', (byte)'<', (byte)'>', (byte)'\\', 127]);

    internal static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out SipUri? uri)
    {
        uri = null;
        if (text.Length is 0 or > SipLimits.Uri || text.ContainsAny(Forbidden))
        {
            return false;
        }

        var colon = text.IndexOf((byte)':');
        if (colon < 1 || !char.IsAsciiLetter((char)text[0]) || text[..colon].ContainsAnyExcept(SchemeBytes))
        {
            return false;
        }

        var scheme = TextCache.GetLower(text[..colon]);
        var rest = text[(colon + 1)..];
        return scheme switch
        {
            "sip" or "sips" => TryParseSip(scheme, rest, out uri),
            "tel" => TryParseTel(rest, out uri),
            _ => TryKeep(scheme, rest, out uri),
        };
    }

    internal static bool IsParameterText(ReadOnlySpan<byte> text) => !text.ContainsAny("@?"u8) && HasGoodEscapes(text);

    internal static bool IsHost(string host) => host.Length is > 0 and <= SipLimits.Host && Ascii.IsValid(host)
        && IsHost(Encoding.ASCII.GetBytes(host));

    internal static bool IsHost(ReadOnlySpan<byte> host) => host switch
    {
        [] => false,
        { Length: > SipLimits.Host } => false,
        [(byte)'[', .. var address, (byte)']'] => IsIPv6(address),
        _ => !host.ContainsAnyExcept(HostBytes) && host[0] is not ((byte)'.' or (byte)'-'),
    };

    /// <summary>Splits <c>host[:port]</c>, blanks round the colon allowed (Via, RFC 3261 section 20.42).</summary>
    internal static bool TrySplitHostPort(ReadOnlySpan<byte> text, out string host, out int? port)
    {
        host = "";
        port = null;
        var end = text is [(byte)'[', ..] ? text.IndexOf((byte)']') + 1 : text.IndexOf((byte)':');
        if (end == 0 && text is [(byte)'[', ..])
        {
            return false;
        }

        var name = SipSyntax.Trim(end < 0 ? text : text[..end]);
        var after = end < 0 ? default : SipSyntax.Trim(text[end..]);
        if (!IsHost(name))
        {
            return false;
        }

        if (!after.IsEmpty)
        {
            if (after[0] != ':' || !TryParsePort(SipSyntax.Trim(after[1..]), out var number))
            {
                return false;
            }

            port = number;
        }

        host = TextCache.GetLower(name).Replace(":::", "::", StringComparison.Ordinal);
        return true;
    }

    private static bool TryParsePort(ReadOnlySpan<byte> digits, out int port)
    {
        port = 0;
        if (digits.Length is 0 or > 5)
        {
            return false;
        }

        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            port = (port * 10) + (digit - '0');
        }

        return port is > 0 and <= 65535;
    }

    private static bool TryParseSip(string scheme, ReadOnlySpan<byte> rest, [NotNullWhen(true)] out SipUri? uri)
    {
        uri = null;
        string? rawUser = null, user = null, password = null;
        var isText = true;
        var at = rest.IndexOf((byte)'@');
        if (at >= 0)
        {
            var userinfo = rest[..at];
            rest = rest[(at + 1)..];
            var colon = userinfo.IndexOf((byte)':');
            if (colon >= 0)
            {
                password = Encoding.UTF8.GetString(userinfo[(colon + 1)..]);
                userinfo = userinfo[..colon];
            }

            if (userinfo.IsEmpty || !TryReadUser(userinfo, out rawUser, out user, out isText))
            {
                return false;
            }
        }

        string? headers = null;
        var question = rest.IndexOf((byte)'?');
        if (question >= 0)
        {
            if (!HasGoodEscapes(rest[(question + 1)..]))
            {
                return false;
            }

            headers = Encoding.UTF8.GetString(rest[(question + 1)..]);
            rest = rest[..question];
        }

        var semicolon = rest.IndexOf((byte)';');
        var parameters = ImmutableArray<KeyValuePair<string, string?>>.Empty;
        if (semicolon >= 0)
        {
            if (!SipParameters.TryParseUri(rest[semicolon..], out parameters))
            {
                return false;
            }

            rest = rest[..semicolon];
        }

        if (!TrySplitHostPort(rest, out var host, out var port))
        {
            return false;
        }

        uri = SipUri.FromWire(scheme, rawUser, user, isText, password, host, port, parameters, headers);
        return true;
    }

    private static bool TryReadUser(ReadOnlySpan<byte> text, out string raw, out string user, out bool isText)
    {
        raw = TextCache.Get(text);
        if (text.Contains((byte)'%'))
        {
            return SipEscaping.TryDecode(text, out user, out isText);
        }

        user = raw;
        isText = Ascii.IsValid(text) || (Utf8.IsValid(text) && !SipSyntax.HasControls(raw));
        return true;
    }

    private static bool TryParseTel(ReadOnlySpan<byte> rest, [NotNullWhen(true)] out SipUri? uri)
    {
        uri = null;
        var semicolon = rest.IndexOf((byte)';');
        var number = semicolon < 0 ? rest : rest[..semicolon];
        if (number.IsEmpty || number.ContainsAnyExcept(TelBytes)
            || !SipParameters.TryParseUri(semicolon < 0 ? default : rest[semicolon..], out var parameters))
        {
            return false;
        }

        var text = TextCache.Get(number);
        uri = SipUri.FromWire("tel", text, text, true, null, "", null, parameters, null);
        return true;
    }

    private static bool TryKeep(string scheme, ReadOnlySpan<byte> rest, [NotNullWhen(true)] out SipUri? uri)
    {
        uri = rest.IsEmpty ? null : new SipUri(scheme) { Opaque = Encoding.UTF8.GetString(rest) };
        return uri is not null;
    }

    private static bool HasGoodEscapes(ReadOnlySpan<byte> text)
    {
        for (var at = text.IndexOf((byte)'%'); at >= 0; at = text.IndexOf((byte)'%'))
        {
            if (at + 2 >= text.Length || !char.IsAsciiHexDigit((char)text[at + 1]) || !char.IsAsciiHexDigit((char)text[at + 2]))
            {
                return false;
            }

            text = text[(at + 3)..];
        }

        return true;
    }

    private static bool IsIPv6(ReadOnlySpan<byte> address)
    {
        if (address.Length is 0 or > 45 || address.ContainsAnyExcept(IPv6Bytes))
        {
            return false;
        }

        Span<char> chars = stackalloc char[address.Length];
        Encoding.ASCII.GetChars(address, chars);

        // The third colon is a fault of RFC 3261's own grammar (RFC 5118 section 4.10).
        if (chars.IndexOf(":::") is >= 0 and var extra)
        {
            chars[(extra + 1)..].CopyTo(chars[extra..]);
            chars = chars[..^1];
        }

        return IPAddress.TryParse(chars, out var parsed) && parsed.AddressFamily == AddressFamily.InterNetworkV6;
    }
}
