using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Gateway.Xmpp.Addresses;

/// <summary>
/// XEP-0106: text of another network as a localpart. It stands for ten characters; whatever else a localpart may not hold
/// (control characters, for example) is <see cref="Jid"/>'s to refuse. Escaped text is what is compared and sent.
/// </summary>
public static class JidEscaping
{
    private const int SequenceLength = 3;

    private static readonly SearchValues<char> Escaped = SearchValues.Create(" \"&'/:<>@\\");

    /// <summary>Escapes text of our own; throws where <see cref="TryEscape"/> answers false.</summary>
    public static string Escape(string text) => TryEscape(text, out var escaped)
        ? escaped
        : throw new ArgumentException("Text that begins or ends with a space has no escaped form (XEP-0106 section 4.1).", nameof(text));

    /// <summary>Escapes text from a peer. False when it begins or ends with a space: that has no JID .</summary>
    public static bool TryEscape(string text, [NotNullWhen(true)] out string? escaped)
    {
        ArgumentNullException.ThrowIfNull(text);
        escaped = null;
        if (text.StartsWith(' ') || text.EndsWith(' '))
        {
            return false;
        }

        if (!text.AsSpan().ContainsAny(Escaped))
        {
            escaped = text;
            return true;
        }

        var written = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            var code = CodeOf(text[i]);

            // a backslash is escaped only where what follows would make it look like an escape. In either case of the
            // hexadecimal digit: a localpart is case-folded later, and \2F would wake up as \2f.
            if (code is null || (text[i] == '\\' && !LooksLikeEscape(text, i)))
            {
                written.Append(text[i]);
            }
            else
            {
                written.Append('\\').Append(code);
            }
        }

        escaped = written.ToString();
        return true;
    }

    /// <summary>The text that an escaped localpart stands for. Only the ten sequences, in lower case, are undone .</summary>
    public static string Unescape(string escaped)
    {
        ArgumentNullException.ThrowIfNull(escaped);
        if (!escaped.Contains('\\', StringComparison.Ordinal))
        {
            return escaped;
        }

        var text = new StringBuilder(escaped.Length);
        for (var i = 0; i < escaped.Length; i++)
        {
            if (CharacterAt(escaped, i) is { } character)
            {
                text.Append(character);
                i += SequenceLength - 1;
            }
            else
            {
                text.Append(escaped[i]);
            }
        }

        return text.ToString();
    }

    private static string? CodeOf(char character) => character switch
    {
        ' ' => "20",
        '"' => "22",
        '&' => "26",
        '\'' => "27",
        '/' => "2f",
        ':' => "3a",
        '<' => "3c",
        '>' => "3e",
        '@' => "40",
        '\\' => "5c",
        _ => null,
    };

    private static bool LooksLikeEscape(string text, int index) =>
        CharacterAt(text.Substring(index, Math.Min(SequenceLength, text.Length - index)).ToLowerInvariant(), 0) is not null;

    private static char? CharacterAt(string text, int index) => text.AsSpan(index) switch
    {
        ['\\', '2', '0', ..] => ' ',
        ['\\', '2', '2', ..] => '"',
        ['\\', '2', '6', ..] => '&',
        ['\\', '2', '7', ..] => '\'',
        ['\\', '2', 'f', ..] => '/',
        ['\\', '3', 'a', ..] => ':',
        ['\\', '3', 'c', ..] => '<',
        ['\\', '3', 'e', ..] => '>',
        ['\\', '4', '0', ..] => '@',
        ['\\', '5', 'c', ..] => '\\',
        _ => null,
    };
}
