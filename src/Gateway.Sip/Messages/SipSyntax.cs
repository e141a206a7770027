using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace Gateway.Sip.Messages;

/// <summary>The lexical rules of RFC 3261 section 25.1 that several headers share.</summary>
internal static class SipSyntax
{
    private const string Alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create(
        Encoding.ASCII.GetBytes(Alphanumeric + "-.!%*_+`'~"));

    private static readonly SearchValues<char> TokenChars = SearchValues.Create(Alphanumeric + "-.!%*_+`'~");

    /// <summary>Every control byte but the tab: none of them may stand inside a header field.</summary>
    internal static readonly SearchValues<byte> Controls = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Where(b => b != '\t').Select(b => (byte)b), 127]);

    private static readonly SearchValues<char> ControlChars = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Select(c => (char)c), .. Enumerable.Range(127, 33).Select(c => (char)c)]);

    private static readonly SearchValues<char> LineBreaking = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Where(c => c != '\t').Select(c => (char)c), (char)127]);

    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"<>,;"u8);

    internal static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenBytes);

    internal static bool IsToken(string text) =>
        text.Length is > 0 and <= SipLimits.Token && !text.AsSpan().ContainsAnyExcept(TokenChars);

    /// <summary>What would break out of a header field: the controls of ASCII, the tab apart.</summary>
    internal static bool BreaksLine(ReadOnlySpan<char> text) => text.ContainsAny(LineBreaking);

    /// <summary>Any C0 or C1 control character, tab included.</summary>
    internal static bool HasControls(ReadOnlySpan<char> text) => text.ContainsAny(ControlChars);

    /// <summary>Control characters taken out: what every free text passes before it is written.</summary>
    internal static string WithoutControls(string text) =>
        HasControls(text) ? string.Concat(text.Where(c => !char.IsControl(c))) : text;

    /// <summary>A header's bytes as text: tabs are blanks, and escaped controls (quoted-pair) are dropped.</summary>
    internal static string Text(ReadOnlySpan<byte> value)
    {
        var text = Encoding.UTF8.GetString(value);
        return HasControls(text) ? WithoutControls(text.Replace('\t', ' ')) : text;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsBlank(byte b) => b is (byte)' ' or (byte)'\t';

    internal static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        var start = 0;
        var end = text.Length;
        while (start < end && IsBlank(text[start]))
        {
            start++;
        }

        while (end > start && IsBlank(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    internal static ReadOnlySpan<byte> TrimStart(ReadOnlySpan<byte> text)
    {
        var start = 0;
        while (start < text.Length && IsBlank(text[start]))
        {
            start++;
        }

        return text[start..];
    }

    /// <summary>The index just after the quoted string that begins <paramref name="text"/>; -1 when it never closes.</summary>
    internal static int QuotedLength(ReadOnlySpan<byte> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                return i + 1;
            }
        }

        return -1;
    }

    /// <summary>The first index of <paramref name="separator"/> outside quoted strings and angle brackets; -1 when there
    /// is none, -2 when a quoted string or bracket never closes.</summary>
    internal static int IndexOfOutside(ReadOnlySpan<byte> text, byte separator)
    {
        var at = 0;
        while (true)
        {
            var step = text[at..].IndexOfAny(Structure);
            if (step < 0)
            {
                return -1;
            }

            at += step;
            var found = text[at];
            if (found == separator)
            {
                return at;
            }

            int skip = found switch
            {
                (byte)'"' => QuotedLength(text[at..]),
                (byte)'<' => text[at..].IndexOf((byte)'>') + 1,
                _ => 1,
            };
            if (skip <= 0)
            {
                return -2;
            }

            at += skip;
        }
    }

    /// <summary>Takes the next comma-separated value off <paramref name="rest"/>; false at the end or at a fault.</summary>
    internal static bool TryNextValue(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> value)
    {
        if (rest.IsEmpty)
        {
            value = default;
            return false;
        }

        var comma = IndexOfOutside(rest, (byte)',');
        value = Trim(comma < 0 ? rest : rest[..comma]);
        rest = comma < 0 ? default : rest[(comma + 1)..];
        return true;
    }

    /// <summary>The text of a quoted string with its quotes and backslashes taken off.</summary>
    internal static string Unquote(ReadOnlySpan<byte> quoted)
    {
        var inner = quoted[1..^1];
        if (!inner.Contains((byte)'\\'))
        {
            return TextCache.Get(inner);
        }

        var buffer = new byte[inner.Length];
        var length = 0;
        for (var i = 0; i < inner.Length; i++)
        {
            if (inner[i] == '\\' && i + 1 < inner.Length)
            {
                i++;
            }

            buffer[length++] = inner[i];
        }

        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    /// <summary>A quoted-string; control characters are dropped (nothing may break out of the header).</summary>
    internal static string Quote(string text) =>
        '"' + WithoutControls(text).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"';
}
