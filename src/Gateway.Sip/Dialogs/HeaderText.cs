using System.Text;

namespace Gateway.Sip.Dialogs;

/// <summary>Text on its way into a header field: nothing in it may end the line (RFC 3261 section 7.3.1).</summary>
internal static class HeaderText
{
    /// <summary>Control characters become blanks.</summary>
    public static string Clean(string text) => text.AsSpan().ContainsAnyInRange('\0', '\u001f') || text.AsSpan().ContainsAnyInRange('\u007f', '\u009f')
        ? string.Create(text.Length, text, static (clean, from) =>
        {
            for (var i = 0; i < clean.Length; i++)
            {
                clean[i] = char.IsControl(from[i]) ? ' ' : from[i];
            }
        })
        : text;

    /// <summary>A quoted-string (RFC 3261 section 25.1).</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in Clean(text))
        {
            quoted.Append(c is '"' or '\\' ? "\\" : "").Append(c);
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>At most <paramref name="bytes"/> bytes of UTF-8, cut between characters.</summary>
    public static string Cut(string text, int bytes)
    {
        var clean = Clean(text);
        while (Encoding.UTF8.GetByteCount(clean) > bytes)
        {
            clean = clean[..^(char.IsLowSurrogate(clean[^1]) && clean.Length > 1 ? 2 : 1)];
        }

        return clean;
    }
}
