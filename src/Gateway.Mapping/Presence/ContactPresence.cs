using System.Collections.Concurrent;
using System.Globalization;
using System.Xml.Linq;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Contacts;
using Gateway.Mapping.Presence.Exchange;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Disco;
using Gateway.Xmpp.Presence;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Presence;

/// <summary>Writes the presence of SIP users: what is known of them, caps, name and picture. May be used from any thread.</summary>
internal sealed class ContactPresence(PresenceOptions options, AddressPlan plan, ServiceDiscovery discovery, ContactBook book)
{
    private readonly ConcurrentDictionary<Jid, int> _calls = new();

    /// <summary>Bare presence with caps and nothing else (T-3, T-11): for those who share it for a session only.</summary>
    public XElement WriteBare(Jid from, Jid to) => PresenceWriter.Write(from, to, PresenceKind.Available, CapsOf(from));

    /// <summary>Presence for a subscriber: from the one full JID of the SIP user.</summary>
    public XElement Write(Jid contact, Jid to, Availability known)
    {
        var from = GatewayResource.Of(contact);
        if (!known.IsOpen)
        {
            return Add(PresenceWriter.Write(from, to, PresenceKind.Unavailable), known, null);
        }

        var isBusy = options.ShowOnThePhone && IsOnThePhone(contact);
        var stanza = PresenceWriter.Write(from, to, PresenceKind.Available, CapsOf(from), book.NickOf(contact), book.PhotoOf(contact));
        return Add(
            stanza,
            isBusy ? known with { Statuses = [new StatusText(options.OnThePhoneText, null)] } : known,
            isBusy ? "dnd" : known.Show);
    }

    /// <summary>A call of the SIP user has begun or ended; true when that changes what is shown.</summary>
    public bool CallChanged(Jid contact, int by)
    {
        if (!options.ShowOnThePhone || !plan.TryCanonical(contact, out var key, out _))
        {
            return false;
        }

        var calls = _calls.AddOrUpdate(key, Math.Max(by, 0), (_, count) => Math.Max(count + by, 0));
        if (calls == 0)
        {
            _calls.TryRemove(new KeyValuePair<Jid, int>(key, 0));
        }

        return by > 0 ? calls == 1 : calls == 0;
    }

    private bool IsOnThePhone(Jid contact) => plan.TryCanonical(contact, out var key, out _) && _calls.ContainsKey(key);

    private static XElement Add(XElement stanza, Availability known, string? show)
    {
        stanza.AddFirst(
            show is null ? null : new XElement("show", show),
            known.Statuses.Select(status => new XElement(
                "status", status.Language is null ? null : new XAttribute(XNamespace.Xml + "lang", status.Language), status.Text)),
            known is { IsOpen: true, Priority: { } priority }
                ? new XElement("priority", priority.ToString(CultureInfo.InvariantCulture))
                : null);
        return stanza;
    }

    private XElement CapsOf(Jid from) => discovery.CapsElement(from.Local is null ? DiscoTargets.Domain : DiscoTargets.Users);
}
