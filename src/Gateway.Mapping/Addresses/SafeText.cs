using System.Text;
using System.Xml;

namespace Gateway.Mapping.Addresses;

/// <summary>Text that may pass from one protocol into the other: neither can be broken or injected by it.</summary>
internal static class SafeText
{
    /// <summary>Longest text for people that crosses, in UTF-8 octets (MAPPING E-6, F-5).</summary>
    public const int MaxOctets = 128;

    /// <summary>True when nothing in it is a control character, a broken surrogate, the replacement character or
    /// illegal in XML 1.0.</summary>
    public static bool IsSafe(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune) || !IsSafe(rune))
            {
                return false;
            }

            i += rune.Utf16SequenceLength - 1;
        }

        return true;
    }

    /// <summary>
    /// Text for people: line breaks and tabs become spaces, what is not safe is dropped, also marks that turn the
    /// direction of writing (a display name must not rewrite what stands beside it), cut to <see cref="MaxOctets"/>. Null
    /// when nothing is left.
    /// </summary>
    public static string? Clean(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var clean = new StringBuilder();
        var octets = 0;
        foreach (var original in text.EnumerateRunes())
        {
            var rune = Rune.IsWhiteSpace(original) ? new Rune(' ') : original;
            if (!IsSafe(rune) || TurnsDirection(rune))
            {
                continue;
            }

            octets += rune.Utf8SequenceLength;
            if (octets > MaxOctets)
            {
                break;
            }

            clean.Append(rune.ToString());
        }

        var result = clean.ToString().Trim();
        return result.Length == 0 ? null : result;
    }

    private static bool TurnsDirection(Rune rune) =>
        rune.Value is 0x061C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);

    private static bool IsSafe(Rune rune) =>
        rune != Rune.ReplacementChar && !Rune.IsControl(rune)
        && (rune.Value > 0xFFFF ? (rune.Value & 0xFFFE) != 0xFFFE : XmlConvert.IsXmlChar((char)rune.Value))
        && rune.Value is not (0x2028 or 0x2029);
}
