using System.Xml.Linq;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Messages;

/// <summary>Delivery receipts (XEP-0184).</summary>
public static class Receipts
{
    /// <summary>The namespace.</summary>
    public static readonly XNamespace Namespace = "urn:xmpp:receipts";

    /// <summary>Whether a receipt is asked for. A message without id cannot be acknowledged (section 5.2), so it asks for none.</summary>
    public static bool IsRequested(Stanza message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.Id is { Length: > 0 } && message.Payload(Namespace + "request") is not null
            && ReceivedId(message) is null; // no receipt for a receipt (section 5.3)
    }

    /// <summary>The id of the message that was received; null when this is no receipt.</summary>
    public static string? ReceivedId(Stanza message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return StanzaIds.OfPayload(message, Namespace + "received");
    }

    /// <summary>Asks for a receipt.</summary>
    public static XElement Request() => new(Namespace + "request");

    /// <summary>Gives one.</summary>
    public static XElement Received(string id) => new(Namespace + "received", new XAttribute("id", id));
}

/// <summary>Chat markers (XEP-0333).</summary>
public static class ChatMarkers
{
    /// <summary>The namespace.</summary>
    public static readonly XNamespace Namespace = "urn:xmpp:chat-markers:0";

    /// <summary>Whether the sender wishes to know when the message was displayed.</summary>
    public static bool IsMarkable(Stanza message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.Payload(Namespace + "markable") is not null;
    }

    /// <summary>The id of the last message that was displayed; null when this says nothing of it.</summary>
    public static string? DisplayedId(Stanza message) => StanzaIds.OfPayload(message, Namespace + "displayed");

    /// <summary>Asks for markers.</summary>
    public static XElement Markable() => new(Namespace + "markable");

    /// <summary>Displayed.</summary>
    public static XElement Displayed(string id) => new(Namespace + "displayed", new XAttribute("id", id));
}

/// <summary>Ids in payloads.</summary>
internal static class StanzaIds
{
    private const int Length = 1024;

    public static string? OfPayload(Stanza message, XName name)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.Payload(name)?.Attribute("id")?.Value is { Length: > 0 and <= Length } id ? id : null;
    }
}
