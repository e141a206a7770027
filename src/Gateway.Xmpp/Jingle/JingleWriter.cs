using System.Globalization;
using System.Xml.Linq;
using static Gateway.Xmpp.Jingle.JingleNamespaces;

namespace Gateway.Xmpp.Jingle;

/// <summary>Writes the <c>jingle</c> element, complete enough for the strictest client known.</summary>
public static class JingleWriter
{
    /// <summary>The element.</summary>
    public static XElement Write(JingleElement element)
    {
        ArgumentNullException.ThrowIfNull(element);
        return new XElement(
            Core + "jingle",
            new XAttribute("action", JingleActionNames.NameOf(element.Action)),
            new XAttribute("sid", element.Sid),
            Optional("initiator", element.Initiator),
            Optional("responder", element.Responder),
            element.Groups.Select(WriteGroup),
            element.Contents.Select(WriteContent),
            element.Info is { } info ? SessionInfoXml.Write(info) : null,
            element.Reason is { } reason ? JingleReasonXml.Write(reason) : null);
    }

    internal static XAttribute? Optional(string name, string? value) => value is null ? null : new XAttribute(name, value);

    internal static XAttribute? Optional(string name, int? value) => value is { } number ? Number(name, number) : null;

    internal static XAttribute Number(string name, long value) => new(name, value.ToString(CultureInfo.InvariantCulture));

    private static XElement WriteGroup(JingleGroup group) => new(
        Grouping + "group",
        new XAttribute("semantics", group.Semantics),
        group.Names.Select(name => new XElement(Grouping + "content", new XAttribute("name", name))));

    private static XElement WriteContent(JingleContent content) => new(
        Core + "content",
        new XAttribute("creator", WireName.Of(content.Creator)),
        new XAttribute("name", content.Name),
        Optional("disposition", content.Disposition),
        content.Senders is { } senders ? new XAttribute("senders", WireName.Of(senders)) : null,
        content.Description is { } description ? RtpDescriptionWriter.Write(description) : null,
        content.Transport is { } transport ? IceUdpWriter.Write(transport) : null);
}
