using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Xml.Linq;
using Gateway.Xmpp.Stanzas;
using static Gateway.Xmpp.Jingle.JingleNamespaces;

namespace Gateway.Xmpp.Jingle;

/// <summary>
/// Reads the <c>jingle</c> element of an IQ. It is lenient where living clients depart from the texts, never validates
/// by schema, and ignores children that it does not know (XEP-0166 section 7.1).
/// </summary>
public static class JingleReader
{
    /// <summary>Reads the element, or gives the stanza error that its sender deserves. Never throws.</summary>
    public static bool TryRead(
        XElement jingle, [NotNullWhen(true)] out JingleElement? element, [NotNullWhen(false)] out StanzaError? fault)
    {
        var reading = new ElementReading();
        var read = Read(jingle, reading);
        fault = reading.Fault;
        element = fault is null ? read : null;
        return fault is null;
    }

    private static JingleElement Read(XElement jingle, ElementReading reading)
    {
        if (jingle.Name != Core + "jingle")
        {
            reading.BadRequest("not a jingle element of urn:xmpp:jingle:1");
        }

        var sid = reading.Required(jingle, "sid", JingleLimits.SessionId);
        if (!JingleActionNames.TryParse(reading.Required(jingle, "action"), out var action))
        {
            reading.BadRequest("unknown action"); // MAPPING R-2
        }

        var contents = reading.Each(jingle, Core + "content", JingleLimits.Contents, ReadContent);
        if (contents.IsEmpty && NeedsContent(action))
        {
            reading.BadRequest($"{JingleActionNames.NameOf(action)} without content");
        }

        if (contents.DistinctBy(content => (content.Creator, content.Name)).Count() != contents.Length)
        {
            reading.BadRequest("two contents of one creator and name");
        }

        return new JingleElement(action, sid)
        {
            Initiator = reading.Text(jingle, "initiator", JingleLimits.Jid),
            Responder = reading.Text(jingle, "responder", JingleLimits.Jid),
            Contents = contents,
            Reason = JingleReasonXml.Find(jingle),
            Groups = reading.Each(jingle, Grouping + "group", JingleLimits.Others, ReadGroup),
            Info = action == JingleAction.SessionInfo ? SessionInfoXml.Read(jingle, reading) : null,
        };
    }

    private static bool NeedsContent(JingleAction action) =>
        action is not (JingleAction.SessionTerminate or JingleAction.SessionInfo or JingleAction.SecurityInfo);

    private static JingleContent ReadContent(XElement content, ElementReading reading)
    {
        var description = content.Element(Rtp + "description");
        var transport = content.Element(IceUdp + "transport");
        return new JingleContent(
            ReadCreator(content, reading) ?? JingleCreator.Initiator, reading.Required(content, "name"))
        {
            Senders = reading.Word(
                content,
                "senders",
                null,
                ("both", JingleSenders.Both),
                ("initiator", JingleSenders.Initiator),
                ("responder", JingleSenders.Responder),
                ("none", JingleSenders.None)),
            Disposition = reading.Text(content, "disposition"),
            Description = description is null ? null : RtpDescriptionReader.Read(description, reading),
            Transport = transport is null ? null : IceUdpReader.Read(transport, reading),
            HasUnknownDescription = description is null && HasChild(content, "description"),
            HasUnknownTransport = transport is null && HasChild(content, "transport"),
            HasSecurity = HasChild(content, "security"),
        };
    }

    internal static JingleCreator? ReadCreator(XElement element, ElementReading reading) => reading.Word(
        element, "creator", (JingleCreator?)null, ("initiator", JingleCreator.Initiator), ("responder", JingleCreator.Responder));

    private static bool HasChild(XElement content, string localName) =>
        content.Elements().Any(child => child.Name.LocalName == localName);

    private static JingleGroup ReadGroup(XElement group, ElementReading reading) => new(
        reading.Required(group, "semantics"),
        reading.Each(
            group.Elements().Where(child => child.Name.LocalName == "content"),
            JingleLimits.Contents,
            static (child, taking) => taking.Required(child, "name")));
}
