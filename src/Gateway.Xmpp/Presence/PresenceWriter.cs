using System.Globalization;
using System.Xml.Linq;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Presence;

/// <summary>Presence stanzas to send (RFC 6121 section 4.7).</summary>
public static class PresenceWriter
{
    /// <summary>A presence of that kind with these payloads (caps, nick…), nulls left out.</summary>
    public static XElement Write(Jid from, Jid to, PresenceKind kind, params ReadOnlySpan<XElement?> payloads)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        var presence = new XElement(
            "presence", new XAttribute("from", from.ToString()), new XAttribute("to", to.ToString()), TypeOf(kind));
        foreach (var payload in payloads)
        {
            presence.Add(payload);
        }

        return presence;
    }

    /// <summary>An available presence that says more than being there; null leaves a part out.</summary>
    public static XElement WriteAvailable(
        Jid from, Jid to, string? show, string? status, int? priority, params ReadOnlySpan<XElement?> payloads)
    {
        var presence = Write(from, to, PresenceKind.Available, payloads);
        presence.AddFirst(
            show is null ? null : new XElement("show", show),
            status is null ? null : new XElement("status", status),
            priority is null ? null : new XElement("priority", priority.Value.ToString(CultureInfo.InvariantCulture)));
        return presence;
    }

    private static XAttribute? TypeOf(PresenceKind kind) => kind switch
    {
        PresenceKind.Available => null,
        PresenceKind.Unavailable => new XAttribute("type", "unavailable"),
        PresenceKind.Subscribe => new XAttribute("type", "subscribe"),
        PresenceKind.Subscribed => new XAttribute("type", "subscribed"),
        PresenceKind.Unsubscribe => new XAttribute("type", "unsubscribe"),
        PresenceKind.Unsubscribed => new XAttribute("type", "unsubscribed"),
        PresenceKind.Probe => new XAttribute("type", "probe"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a kind that is sent like this."),
    };
}
