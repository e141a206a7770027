using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Gateway.Xmpp.StreamXml;

/// <summary>
/// What octets of a stream mean as text: UTF-8 by the letter (RFC 6120 section 11.6), characters that XML 1.0 allows (section 2.2),
/// line ends (section 2.11), and of references only those that need no declaration (sections 4.1, 4.6; RFC 6120 section 11.1).
/// </summary>
internal static class XmlCharacters
{
    /// <summary>What means itself, wherever it stands; most text and most values are nothing else.</summary>
    private static readonly SearchValues<byte> PlainText = Ascii("\t\n", except: "&]");

    private static readonly SearchValues<byte> PlainValue = Ascii("", except: "&<");

    private enum Place
    {
        Text,
        CData,
        Value,
    }

    /// <summary>Text between tags.</summary>
    public static bool TryText(ReadOnlySpan<byte> octets, [NotNullWhen(true)] out string? text) =>
        TryPlain(octets, PlainText, out text) || TryRead(octets, Place.Text, out text);

    /// <summary>The inside of a CDATA section.</summary>
    public static bool TryCData(ReadOnlySpan<byte> octets, [NotNullWhen(true)] out string? text) =>
        TryPlain(octets, PlainText, out text) || TryRead(octets, Place.CData, out text);

    /// <summary>The value of an attribute, normalized (section 3.3.3).</summary>
    public static bool TryValue(ReadOnlySpan<byte> octets, [NotNullWhen(true)] out string? value) =>
        TryPlain(octets, PlainValue, out value) || TryRead(octets, Place.Value, out value);

    private static bool TryPlain(ReadOnlySpan<byte> octets, SearchValues<byte> plain, [NotNullWhen(true)] out string? text)
    {
        text = octets.ContainsAnyExcept(plain) ? null : Encoding.UTF8.GetString(octets);
        return text is not null;
    }

    private static bool TryRead(ReadOnlySpan<byte> octets, Place place, [NotNullWhen(true)] out string? text)
    {
        var characters = ArrayPool<char>.Shared.Rent(octets.Length); // no octet, and no reference, becomes more characters than octets
        text = TryRead(octets, place, characters, out var length) ? new string(characters, 0, length) : null;
        ArrayPool<char>.Shared.Return(characters);
        return text is not null;
    }

    private static bool TryRead(ReadOnlySpan<byte> octets, Place place, Span<char> characters, out int length)
    {
        length = 0;
        if (!Utf8.IsValid(octets))
        {
            return false;
        }

        for (var at = 0; at < octets.Length;)
        {
            if (!TryOne(octets[at..], place, out var rune, out var used))
            {
                return false;
            }

            at += used;
            length += rune.EncodeToUtf16(characters[length..]);
        }

        return true;
    }

    private static bool TryOne(ReadOnlySpan<byte> octets, Place place, out Rune rune, out int used)
    {
        used = 1;
        switch (octets[0])
        {
            case (byte)'\r':
                used = octets is [_, (byte)'\n', ..] ? 2 : 1;
                goto case (byte)'\n';
            case (byte)'\n':
                rune = new Rune(place == Place.Value ? ' ' : '\n');
                return true;
            case (byte)'\t':
                rune = new Rune(place == Place.Value ? ' ' : '\t');
                return true;
            case (byte)'&' when place != Place.CData:
                return TryReference(octets, out rune, out used);
            case (byte)'<' when place == Place.Value:
            case (byte)']' when place == Place.Text && octets.StartsWith("]]>"u8):
                rune = default;
                return false;
            default:
                Rune.DecodeFromUtf8(octets, out rune, out used);
                return IsAllowed(rune.Value);
        }
    }

    private static bool TryReference(ReadOnlySpan<byte> octets, out Rune rune, out int used)
    {
        rune = default;
        used = octets.IndexOf((byte)';') + 1;
        var name = used < 3 ? default : octets[1..(used - 1)];
        var code = name switch
        {
            [(byte)'#', (byte)'x', .. var digits] => Code(digits, 16),
            [(byte)'#', .. var digits] => Code(digits, 10),
            _ => name.SequenceEqual("lt"u8) ? '<'
                : name.SequenceEqual("gt"u8) ? '>'
                : name.SequenceEqual("amp"u8) ? '&'
                : name.SequenceEqual("apos"u8) ? '\''
                : name.SequenceEqual("quot"u8) ? '"'
                : -1,
        };
        return code >= 0 && Rune.TryCreate(code, out rune) && IsAllowed(code);
    }

    /// <summary>The number, -1 when it is none or larger than any character's.</summary>
    private static int Code(ReadOnlySpan<byte> digits, int numberBase)
    {
        var code = digits.IsEmpty ? -1 : 0;
        foreach (var octet in digits)
        {
            var digit = octet switch
            {
                >= (byte)'0' and <= (byte)'9' => octet - '0',
                >= (byte)'a' and <= (byte)'f' => octet - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => octet - 'A' + 10,
                _ => numberBase,
            };
            code = (code * numberBase) + digit;
            if (digit >= numberBase || code > 0x10FFFF)
            {
                return -1;
            }
        }

        return code;
    }

    private static bool IsAllowed(int code) => code >= ' ' ? code is not (0xFFFE or 0xFFFF) : code is '\t' or '\n' or '\r';

    private static SearchValues<byte> Ascii(string controls, string except) => SearchValues.Create(
        [.. Enumerable.Range(' ', 128 - ' ').Select(c => (char)c).Concat(controls).Except(except).Select(c => (byte)c)]);
}
