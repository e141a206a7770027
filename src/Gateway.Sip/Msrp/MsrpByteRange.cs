using System.Buffers.Text;
using System.Globalization;

namespace Gateway.Sip.Msrp;

/// <summary>Byte-Range (RFC 4975 section 7.1.1): positions of octets, the first is 1.</summary>
/// <param name="Start">Position of the first octet; 1 also where there are none.</param>
/// <param name="End">Position of the last octet; null (<c>*</c>) when not known, or when the chunk may be interrupted.</param>
/// <param name="Total">Octets of the whole message; null (<c>*</c>) when not known.</param>
public readonly record struct MsrpByteRange(long Start, long? End, long? Total)
{
    /// <summary>Reads <c>start-end/total</c>; false for what is no range, positions beyond 2^53, or an end before start - 1.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out MsrpByteRange range)
    {
        range = default;
        var dash = text.IndexOf((byte)'-');
        var slash = text.IndexOf((byte)'/');
        if (dash <= 0 || slash <= dash
            || !TryNumber(text[..dash], out var start) || start is not >= 1
            || !TryNumberOrStar(text[(dash + 1)..slash], out var end)
            || !TryNumberOrStar(text[(slash + 1)..], out var total)
            || end < start - 1 || end > total || (total is { } all && start > Math.Max(1, all)))
        {
            return false;
        }

        range = new MsrpByteRange(start, end, total);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Start}-{(End is { } end ? $"{end}" : "*")}/{(Total is { } total ? $"{total}" : "*")}");

    private static bool TryNumberOrStar(ReadOnlySpan<byte> text, out long? number)
    {
        number = null;
        if (text is [(byte)'*'])
        {
            return true;
        }

        var isNumber = TryNumber(text, out var value);
        number = value;
        return isNumber;
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, out long number)
    {
        number = 0;
        return text.Length is > 0 and <= 16 && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && Utf8Parser.TryParse(text, out number, out var used) && used == text.Length && number <= 1L << 53;
    }
}
