using System.Text;
using System.Xml.Linq;

namespace Gateway.Mapping.Chats;

/// <summary>
/// Whether words fit into a stanza: a server ends the whole stream for one that is too large (RFC 6120 section 4.9.3.14), and with it
/// every conversation of the gateway.
/// </summary>
internal static class StanzaSize
{
    /// <summary>Octets of everything but the words: addresses, thread, subject.</summary>
    private const int Around = 8_192;

    /// <summary>Octets of an ampersand, the longest that a character becomes.</summary>
    private const int LongestCharacter = 5;

    /// <summary>Counted exactly only where a rough guess does not do.</summary>
    public static bool Fits(string text, XElement? formatted, int most) =>
        (formatted is null && (LongestCharacter * (long)text.Length) + Around <= most)
        || Octets(new XElement("body", text)) + (formatted is null ? 0 : Octets(formatted)) + Around <= most;

    private static int Octets(XElement element) => Encoding.UTF8.GetByteCount(element.ToString(SaveOptions.DisableFormatting));
}
