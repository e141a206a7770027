using System.Diagnostics.CodeAnalysis;
using System.Xml.Linq;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Messages;

/// <summary>A text and the language it is in.</summary>
/// <param name="Text">The text.</param>
/// <param name="Language">Language tag (RFC 5646); null when nothing says it.</param>
public sealed record LanguageText(string Text, string? Language);

/// <summary>The words of a message, where it has several (RFC 6121 section 5.2).</summary>
public static class MessageText
{
    private const int LanguageLength = 35; // RFC 5646 section 4.4.1
    private static readonly XName XmlLanguage = XNamespace.Xml + "lang";

    /// <summary>The body to use of several languages (MAPPING M-8): that of the stanza's language, else the one without, else the
    /// first; null without a body.</summary>
    public static LanguageText? Body(MessageStanza message) => Pick(message, "body");

    /// <summary>The subject to use, by the same rule.</summary>
    public static LanguageText? Subject(MessageStanza message) => Pick(message, "subject");

    /// <summary>Reads the thread. Its parent says how threads hang together and concerns nobody else (MAPPING N-45).</summary>
    /// <param name="message">The message.</param>
    /// <param name="thread">Exactly as written (N-43); null when there is none, or an empty one.</param>
    /// <param name="fault">Several threads, or one that is too long: fit for a bad-request.</param>
    public static bool TryThread(MessageStanza message, out string? thread, [NotNullWhen(false)] out string? fault)
    {
        ArgumentNullException.ThrowIfNull(message);
        var first = message.Child("thread");
        thread = first?.Value is { Length: > 0 } text ? text : null;
        fault = first is not null && message.Child("thread", after: first) is not null ? "a message has one thread at most"
            : thread is { Length: > MaxThreadLength } ? $"a thread has at most {MaxThreadLength} characters"
            : null;
        thread = fault is null ? thread : null;
        return fault is null;
    }

    /// <summary>Characters of a thread.</summary>
    public const int MaxThreadLength = 1023;

    private static LanguageText? Pick(MessageStanza message, string name)
    {
        ArgumentNullException.ThrowIfNull(message);
        var first = message.Child(name);
        if (first is null)
        {
            return null;
        }

        var own = Language(message.Element);
        XElement? neutral = null;
        for (var child = first; child is not null; child = message.Child(name, after: child))
        {
            var language = Language(child);
            if (language is null)
            {
                neutral ??= child;
            }
            else if (string.Equals(language, own, StringComparison.OrdinalIgnoreCase))
            {
                return new LanguageText(child.Value, language);
            }
        }

        return neutral is null ? new LanguageText(first.Value, Language(first)) : new LanguageText(neutral.Value, own);
    }

    private static string? Language(XElement element) =>
        element.Attribute(XmlLanguage)?.Value is { Length: > 0 and <= LanguageLength } tag
            && tag.All(character => char.IsAsciiLetterOrDigit(character) || character == '-')
            ? tag
            : null;
}
