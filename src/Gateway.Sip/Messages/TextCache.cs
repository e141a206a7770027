using System.Buffers.Binary;
using System.Text;

namespace Gateway.Sip.Messages;

/// <summary>
/// Gives the same string again for the same short bytes: hosts, users and parameter names repeat from message to
/// message. Direct-mapped and bounded; a race or a stranger's flood only costs a miss. Never given secrets.
/// </summary>
internal static class TextCache
{
    private const int Slots = 2048;
    private const int LongestKept = 48;

    private static readonly string?[] Kept = new string?[Slots];

    internal static string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LongestKept)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        if (utf8.IsEmpty)
        {
            return "";
        }

        ref var slot = ref Kept[Slot(utf8)];
        var kept = slot;
        if (kept is not null && Ascii.Equals(utf8, kept))
        {
            return kept;
        }

        var text = Encoding.UTF8.GetString(utf8);
        slot = text;
        return text;
    }

    /// <summary>The same for text that is read already.</summary>
    internal static string Get(ReadOnlySpan<char> text)
    {
        Span<byte> ascii = stackalloc byte[LongestKept];
        return text.Length <= LongestKept && Ascii.FromUtf16(text, ascii, out var length) == System.Buffers.OperationStatus.Done
            ? Get(ascii[..length])
            : text.ToString();
    }

    /// <summary>As <see cref="Get(ReadOnlySpan{byte})"/>, in lower case.</summary>
    internal static string GetLower(ReadOnlySpan<byte> ascii)
    {
        if (!ascii.ContainsAnyInRange((byte)'A', (byte)'Z') || ascii.Length > SipLimits.Host)
        {
            return Get(ascii);
        }

        Span<byte> lower = stackalloc byte[ascii.Length];
        return Ascii.ToLower(ascii, lower, out _) == System.Buffers.OperationStatus.Done ? Get(lower) : Get(ascii);
    }

    private static int Slot(ReadOnlySpan<byte> text)
    {
        var hash = (ulong)text.Length;
        while (text.Length >= 8)
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(text)) * 0x9E3779B97F4A7C15;
            hash ^= hash >> 29;
            text = text[8..];
        }

        foreach (var b in text)
        {
            hash = (hash ^ b) * 0x9E3779B97F4A7C15;
        }

        return (int)((hash ^ (hash >> 32)) % Slots);
    }
}
