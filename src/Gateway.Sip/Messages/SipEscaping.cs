using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Gateway.Sip.Messages;

/// <summary>Percent-escapes of URIs (RFC 3261 sections 19.1.2 and 25.1).</summary>
internal static class SipEscaping
{
    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()";

    private static readonly SearchValues<char> InUser = SearchValues.Create(Unreserved + "&=+$,;?/");
    private static readonly SearchValues<char> InParameter = SearchValues.Create(Unreserved + "[]/:&+$");

    /// <summary>Text as a user part: all but unreserved and user-unreserved is escaped as UTF-8.</summary>
    internal static string User(string text) => Encode(text, InUser);

    /// <summary>Text as a URI parameter name or value (paramchar).</summary>
    internal static string Parameter(string text) => Encode(text, InParameter);

    /// <summary>Escaped text decoded; octets that are not UTF-8 become U+FFFD.</summary>
    internal static string Decode(string escaped)
    {
        if (!escaped.Contains('%', StringComparison.Ordinal))
        {
            return escaped;
        }

        TryDecode(Encoding.UTF8.GetBytes(escaped), out var text, out _);
        return text;
    }

    /// <summary>False when a percent sign does not begin an escape.</summary>
    /// <param name="escaped">Wire form.</param>
    /// <param name="text">Decoded text.</param>
    /// <param name="isText">False for octets that are not UTF-8 and for control characters.</param>
    internal static bool TryDecode(ReadOnlySpan<byte> escaped, out string text, out bool isText)
    {
        Span<byte> buffer = escaped.Length <= 256 ? stackalloc byte[escaped.Length] : new byte[escaped.Length];
        var length = 0;
        var wellFormed = true;
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != '%')
            {
                buffer[length++] = escaped[i];
            }
            else if (i + 2 < escaped.Length
                && byte.TryParse(escaped.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet))
            {
                buffer[length++] = octet;
                i += 2;
            }
            else
            {
                wellFormed = false;
                buffer[length++] = escaped[i];
            }
        }

        text = TextCache.Get(buffer[..length]);
        isText = Utf8.IsValid(buffer[..length]) && !SipSyntax.HasControls(text);
        return wellFormed;
    }

    private static string Encode(string text, SearchValues<char> allowed)
    {
        if (!text.AsSpan().ContainsAnyExcept(allowed))
        {
            return text;
        }

        var encoded = new StringBuilder(text.Length + 16);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii && allowed.Contains((char)rune.Value))
            {
                encoded.Append((char)rune.Value);
                continue;
            }

            foreach (var octet in utf8[..rune.EncodeToUtf8(utf8)])
            {
                encoded.Append('%').Append(octet.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return encoded.ToString();
    }
}
