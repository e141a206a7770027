using System.Xml.Linq;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Presence;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Tests.Presence;

public sealed class TemporaryPresenceTests
{
    [Theory] // MAPPING section 6; T-4
    [InlineData("<temppres xmlns='urn:xmpp:temppres:0' reason='media'/>", true, TemporaryPresenceReason.Media)]
    [InlineData("<decloak xmlns='urn:xmpp:decloak:0' reason='text'/>", true, TemporaryPresenceReason.Text)]
    [InlineData("<decloak xmlns='http://telepathy.freedesktop.org/xmpp/protocol/decloak' reason='file'/>", true, TemporaryPresenceReason.File)]
    [InlineData("<any xmlns='http://telepathy.freedesktop.org/xmpp/protocol/decloak'/>", true, TemporaryPresenceReason.Unspecified)]
    [InlineData("<temppres xmlns='urn:xmpp:temppres:0' reason='boredom'/>", true, TemporaryPresenceReason.Unspecified)]
    [InlineData("<other xmlns='urn:xmpp:temppres:0'/>", false, TemporaryPresenceReason.Unspecified)]
    [InlineData("<c xmlns='http://jabber.org/protocol/caps'><temppres xmlns='urn:xmpp:temppres:0'/></c>", false, TemporaryPresenceReason.Unspecified)]
    public void Request_is_read_in_its_three_spellings(string payload, bool isRequest, TemporaryPresenceReason expected)
    {
        Assert.Equal(isRequest, TemporaryPresence.TryRead(APresence(payload), out var reason));
        Assert.Equal(expected, reason);
    }

    [Fact] // T-13
    public void Request_is_written_in_all_three_spellings_at_once()
    {
        foreach (var element in TemporaryPresence.Write(TemporaryPresenceReason.Media))
        {
            Assert.True(TemporaryPresence.TryRead(APresence(element.ToString()), out var reason));
            Assert.Equal(TemporaryPresenceReason.Media, reason);
        }

        Assert.Equal(3, TemporaryPresence.Write(TemporaryPresenceReason.Unspecified).Select(e => e.Name.Namespace).Distinct().Count());
    }

    [Fact] // RFC 6121 section 4.7
    public void Written_presence_is_read_as_it_was_meant()
    {
        var (from, to) = (Jid.Parse("romeo@sip.example.org/phone"), Jid.Parse("juliet@example.org"));
        foreach (var kind in Enum.GetValues<PresenceKind>().Where(kind => kind is not (PresenceKind.Error or PresenceKind.Unknown)))
        {
            Assert.True(Stanza.TryRead(PresenceWriter.Write(from, to, kind, null), out var read, out _));
            Assert.Equal((kind, from, to), (((PresenceStanza)read).Kind, read.From, read.To));
        }

        var available = PresenceWriter.WriteAvailable(from, to, "dnd", "On the phone", -1, new XElement(XName.Get("c", "urn:c")));
        Assert.True(Stanza.TryRead(available, out var stanza, out _));
        var presence = Assert.IsType<PresenceStanza>(stanza);
        Assert.Equal(("dnd", "On the phone", -1), (presence.Show, presence.Status, presence.Priority));
        Assert.Single(presence.Payloads);
    }

    private static PresenceStanza APresence(string payload)
    {
        var element = XElement.Parse($"<presence xmlns='jabber:component:accept' from='a@example.org/x' to='b@sip.example.org'>{payload}</presence>");
        return Stanza.TryRead(element, out var stanza, out _) ? (PresenceStanza)stanza : throw new InvalidOperationException();
    }
}
