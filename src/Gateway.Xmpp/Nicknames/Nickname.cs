using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Nicknames;

/// <summary>XEP-0172: the name by which a sender wants to be shown. It proves nothing.</summary>
public static class Nickname
{
    /// <summary>User Nickname.</summary>
    public static readonly XNamespace Namespace = "http://jabber.org/protocol/nick";

    /// <summary>Longer names are cut.</summary>
    public const int MaxLength = 128;

    /// <summary>The nickname in a stanza, on one line and without invisible characters; null when there is none.</summary>
    public static string? Read(Stanza stanza)
    {
        ArgumentNullException.ThrowIfNull(stanza);
        return stanza.Payload(Namespace + "nick") is { } nick ? Clean(nick.Value) : null;
    }

    /// <summary>The element to put into a stanza; null when nothing of the name is left.</summary>
    public static XElement? Element(string? name) =>
        name is not null && Clean(name) is { } clean ? new XElement(Namespace + "nick", clean) : null;

    private static string? Clean(string name)
    {
        var clean = new StringBuilder(Math.Min(name.Length, MaxLength));
        foreach (var rune in name.EnumerateRunes())
        {
            var isInvisible = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate;
            if (clean.Length + rune.Utf16SequenceLength > MaxLength)
            {
                break;
            }

            clean.Append(isInvisible ? " " : rune.ToString());
        }

        var text = clean.ToString().Trim();
        return text.Length == 0 ? null : text;
    }
}
