using System.Xml.Linq;
using Gateway.Xmpp.ChatNegotiation;
using Gateway.Xmpp.DataForms;
using Gateway.Xmpp.FeatureNegotiation;
using Gateway.Xmpp.Jingle;
using Gateway.Xmpp.JingleMessage;

namespace Gateway.Mapping.Sessions.Traces;

/// <summary>Stanzas as a trace shows them.</summary>
internal static class StanzaTraceText
{
    /// <summary>The session that a stanza belongs to; null when to none.</summary>
    public static string? Sid(XElement stanza) => Payload(stanza) is { } payload
        ? (string?)payload.Attribute(payload.Name.Namespace == JingleNamespaces.Core ? "sid" : "id")
        : stanza.Name.LocalName == "message" ? Child(stanza, "thread")?.Value : null;

    /// <summary>The name on the ladder: the Jingle action, the element of XEP-0353, or what the IQ was answered with.</summary>
    public static string Summary(XElement stanza) => Payload(stanza) switch
    {
        { } jingle when jingle.Name.Namespace == JingleNamespaces.Core => (string?)jingle.Attribute("action") ?? "jingle",
        { } initiation => initiation.Name.LocalName,
        null when stanza.Elements().FirstOrDefault(e => e.Name.Namespace == FeatureNegotiationForms.Namespace) is { } feature => Step(stanza, feature),
        null => $"{stanza.Name.LocalName} {(string?)stanza.Attribute("type")}",
    };

    /// <summary>Without what opens the media, ICE passwords (XEP-0176) and SDES keys (XEP-0167 section 7), without keys pressed
    /// (XEP-0181), and without what people said to each other.</summary>
    public static string Redacted(XElement stanza)
    {
        foreach (var attribute in stanza.DescendantsAndSelf().Attributes()
            .Where(a => a.Name.LocalName is "pwd" or "key-params" or "password"
                || (a.Name.LocalName == "code" && a.Parent?.Name.Namespace == JingleNamespaces.Dtmf)).ToList())
        {
            attribute.Value = "removed";
        }

        foreach (var words in stanza.Elements().Where(e => e.Name.LocalName is "body" or "subject" or "html").ToList())
        {
            words.ReplaceNodes($"{words.Value.Length} characters");
        }

        return stanza.ToString();
    }

    /// <summary>A step of XEP-0155 by the type of its form, and the fields that say what it is.</summary>
    private static string Step(XElement stanza, XElement feature)
    {
        var form = feature.Elements(DataFormReader.Namespace + "x").FirstOrDefault();
        var verbs = (form?.Elements(DataFormReader.Namespace + "field") ?? [])
            .Where(field => (string?)field.Attribute("var") is ChatFields.Accept or ChatFields.Renegotiate or ChatFields.Continue or ChatFields.Terminate)
            .Select(field => $"{(string?)field.Attribute("var")}={field.Element(DataFormReader.Namespace + "value")?.Value}");
        var error = (string?)stanza.Attribute("type") == "error" ? "error to " : "";
        return $"{error}{(string?)form?.Attribute("type")} {string.Join(' ', verbs)}".TrimEnd();
    }

    private static XElement? Child(XElement stanza, string name) => stanza.Elements().FirstOrDefault(e => e.Name.LocalName == name);

    private static XElement? Payload(XElement stanza) => stanza.Elements().FirstOrDefault(
        e => e.Name.Namespace == JingleNamespaces.Core
            || e.Name.Namespace == JingleMessageNamespaces.V0 || e.Name.Namespace == JingleMessageNamespaces.V1);
}
