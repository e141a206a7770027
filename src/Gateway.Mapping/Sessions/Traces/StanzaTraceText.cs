using System.Xml.Linq;
using Gateway.Xmpp.Jingle;
using Gateway.Xmpp.JingleMessage;

namespace Gateway.Mapping.Sessions.Traces;

/// <summary>Stanzas as a trace shows them.</summary>
internal static class StanzaTraceText
{
    /// <summary>The session that a stanza belongs to; null when to none.</summary>
    public static string? Sid(XElement stanza) => Payload(stanza) is { } payload
        ? (string?)payload.Attribute(payload.Name.Namespace == JingleNamespaces.Core ? "sid" : "id")
        : null;

    /// <summary>The name on the ladder: the Jingle action, the element of XEP-0353, or what the IQ was answered with.</summary>
    public static string Summary(XElement stanza) => Payload(stanza) switch
    {
        { } jingle when jingle.Name.Namespace == JingleNamespaces.Core => (string?)jingle.Attribute("action") ?? "jingle",
        { } initiation => initiation.Name.LocalName,
        null => $"{stanza.Name.LocalName} {(string?)stanza.Attribute("type")}",
    };

    /// <summary>Without what opens the media, ICE passwords (XEP-0176) and SDES keys (XEP-0167 section 7), and without keys pressed
    /// (XEP-0181).</summary>
    public static string Redacted(XElement stanza)
    {
        foreach (var attribute in stanza.DescendantsAndSelf().Attributes()
            .Where(a => a.Name.LocalName is "pwd" or "key-params" or "password"
                || (a.Name.LocalName == "code" && a.Parent?.Name.Namespace == JingleNamespaces.Dtmf)).ToList())
        {
            attribute.Value = "removed";
        }

        return stanza.ToString();
    }

    private static XElement? Payload(XElement stanza) => stanza.Elements().FirstOrDefault(
        e => e.Name.Namespace == JingleNamespaces.Core
            || e.Name.Namespace == JingleMessageNamespaces.V0 || e.Name.Namespace == JingleMessageNamespaces.V1);
}
