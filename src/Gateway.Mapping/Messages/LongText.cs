using System.Globalization;
using System.Text;

namespace Gateway.Mapping.Messages;

/// <summary>Cuts words that do not fit into one message, between what people take for characters.</summary>
internal static class LongText
{
    /// <summary>
    /// Parts of at most so many octets of UTF-8 that joined give the text again. Cut after a space where the last quarter of a part
    /// has one, else between grapheme clusters; one cluster that is too large by itself is cut between code points.
    /// </summary>
    public static IReadOnlyList<string> Split(string text, int octets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(octets, 4);
        List<string> parts = [];
        for (var start = 0; start < text.Length;)
        {
            var length = Fitting(text.AsSpan(start), octets);
            parts.Add(text.Substring(start, length));
            start += length;
        }

        return parts;
    }

    private static int Fitting(ReadOnlySpan<char> text, int octets)
    {
        int end = 0, used = 0, space = 0;
        while (end < text.Length)
        {
            var length = StringInfo.GetNextTextElementLength(text[end..]);
            var size = Encoding.UTF8.GetByteCount(text.Slice(end, length));
            if (used + size > octets)
            {
                break;
            }

            used += size;
            end += length;
            if (text[end - 1] is ' ' or '\n' && used > octets * 3 / 4)
            {
                space = end;
            }
        }

        return end == text.Length ? end : space > 0 ? space : end > 0 ? end : CodePoints(text, octets);
    }

    private static int CodePoints(ReadOnlySpan<char> text, int octets)
    {
        int end = 0, used = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            used += rune.Utf8SequenceLength;
            if (used > octets)
            {
                break;
            }

            end += rune.Utf16SequenceLength;
        }

        return end;
    }
}
