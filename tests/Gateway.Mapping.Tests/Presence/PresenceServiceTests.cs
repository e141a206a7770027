using System.Xml.Linq;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Contacts;
using Gateway.Mapping.Policy;
using Gateway.Mapping.Presence;
using Gateway.Mapping.Tests.Addresses;
using Gateway.Testing;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Disco;
using Gateway.Xmpp.Presence;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Stanzas;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Mapping.Tests.Presence;

public sealed class PresenceServiceTests : IDisposable
{
    private const string Romeo = "romeo%shakespeare.lit@sip.example.org";
    private const string Escaped = @"romeo\40shakespeare.lit@sip.example.org";
    private const string Gateway = "sip.example.org";
    private const string Balcony = "juliet@example.org/balcony";
    private const string Juliet = "juliet@example.org";

    private static readonly XElement Temppres = new(TemporaryPresence.Temppres + "temppres", new XAttribute("reason", "media"));

    private readonly VirtualTime _time = new();
    private readonly Link _link = new();
    private readonly Store _store = new();
    private readonly ServiceDiscovery _discovery;
    private PresenceService _service;

    public PresenceServiceTests()
    {
        _discovery = new ServiceDiscovery(
            new ServiceDiscoveryOptions { Domain = Gateway, DomainIdentities = [new DiscoIdentity("gateway", "sip")] }, new StanzaRouter());
        _service = Service(Plans.Options);
    }

    public void Dispose() => _service.Dispose();

    [Theory] // T-5: to the full JID; T-6: from the full JID; T-11: caps; all three spellings
    [InlineData("{urn:xmpp:temppres:0}temppres")]
    [InlineData("{urn:xmpp:decloak:0}decloak")]
    [InlineData("{http://telepathy.freedesktop.org/xmpp/protocol/decloak}whatever")]
    public void A_request_for_temporary_presence_is_answered_from_the_address_that_was_asked(string extension)
    {
        Receive(Balcony, Escaped, null, new XElement(extension));

        var answer = Assert.Single(_link.Sent);
        Assert.Equal($"{Escaped}/sip -> {Balcony}: available", Text(answer));
        var caps = Assert.Single(answer.Elements()); // T-3, T-15: nothing but caps
        Assert.Equal(ServiceDiscovery.CapsNamespace + "c", caps.Name);
        Assert.Equal(_discovery.CapsVer, caps.Attribute("ver")!.Value);
    }

    [Fact] // T-16
    public void The_gateway_answers_for_itself()
    {
        Receive(Balcony, Gateway, null, Temppres);

        Assert.Equal([$"{Gateway} -> {Balcony}: available"], Sent());
        Assert.Equal(0, _service.SharingCount);
    }

    [Theory] // T-12
    [InlineData("eve@evil.example/x", Romeo, "forbidden")]
    [InlineData(Balcony, @"\20x%shakespeare.lit@sip.example.org", "item-not-found")]
    [InlineData(Balcony, "x%y..z@sip.example.org", "item-not-found")]
    [InlineData(Balcony, "juliet%example.org@sip.example.org", "item-not-found")]
    [InlineData(Balcony, "anonymous-0123456789abcdef@sip.example.org", "item-not-found")]
    public void Refused_requests_get_an_error(string from, string to, string condition)
    {
        Receive(from, to, null, Temppres);

        var answer = Assert.Single(_link.Sent);
        Assert.Equal($"{to} -> {from}: error", Text(answer));
        Assert.Equal(condition, answer.Element("error")!.Elements().First().Name.LocalName);
    }

    [Fact] // T-12, A-21
    public void Hosts_that_may_not_be_dialled_have_no_presence()
    {
        _service = Service(Plans.Options with { Policy = new PolicyOptions { DialableDomains = ["only.example"] } });
        Receive(Balcony, "x%premium.example@sip.example.org", null, Temppres);

        Assert.Equal("forbidden", Assert.Single(_link.Sent).Element("error")!.Elements().First().Name.LocalName);
    }

    [Fact] // T-7
    public void Temporary_presence_ends_when_the_last_session_has_ended_and_lingered()
    {
        Receive(Balcony, Romeo, null, Temppres);
        var (user, contact) = (Jid.Parse(Balcony), Jid.Parse(Romeo));
        _service.SessionStarted(user, contact, announce: false);
        _service.SessionStarted(user, contact, announce: false);
        _time.Advance(TimeSpan.FromHours(1));
        _service.SessionEnded(user, contact);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, _service.SharingCount);

        _service.SessionEnded(user, contact);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Single(_link.Sent);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([$"{Romeo}/sip -> {Balcony}: available", $"{Romeo}/sip -> {Balcony}: unavailable"], Sent());
        Assert.Equal(0, _service.SharingCount);
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public void A_new_session_within_the_linger_keeps_temporary_presence()
    {
        var (user, contact) = (Jid.Parse(Balcony), Jid.Parse(Romeo));
        Receive(Balcony, Romeo, null, Temppres);
        _service.SessionStarted(user, contact, announce: false);
        _service.SessionEnded(user, contact);
        _time.Advance(TimeSpan.FromSeconds(59));
        _service.SessionStarted(user, contact, announce: false);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Single(_link.Sent);
        Assert.Equal(1, _service.SharingCount);
    }

    [Fact]
    public void Temporary_presence_without_any_session_does_not_last()
    {
        Receive(Balcony, Romeo, null, Temppres);
        _time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal($"{Romeo}/sip -> {Balcony}: unavailable", Sent()[^1]);
        Assert.Equal(0, _service.SharingCount);
    }

    [Fact] // T-8
    public void A_user_who_goes_offline_shares_nothing_any_more()
    {
        Receive(Balcony, Romeo, null, Temppres);
        Receive("juliet@example.org/phone", Romeo, null, Temppres);
        Receive(Balcony, Romeo, "unavailable");
        _time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(3, _link.Sent.Count);
        Assert.Equal($"{Romeo}/sip -> juliet@example.org/phone: unavailable", Sent()[^1]);
    }

    [Fact] // J-7: before the propose, to all devices, and taken back at the end
    public void A_call_to_a_user_announces_the_caller()
    {
        var (user, contact) = (Jid.Parse(Juliet), Jid.Parse(Romeo));
        _service.SessionStarted(user, contact, announce: true);
        Assert.Equal([$"{Romeo}/sip -> {Juliet}: available"], Sent());

        _service.SessionEnded(user, contact);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal($"{Romeo}/sip -> {Juliet}: unavailable", Sent()[^1]);
    }

    [Fact] // T-10
    public void A_subscriber_is_neither_announced_to_nor_shown_the_end()
    {
        Receive(Juliet, Romeo, "subscribe");
        _link.Sent.Clear();
        var (user, contact) = (Jid.Parse(Juliet), Jid.Parse(Romeo));
        _service.SessionStarted(user, contact, announce: true);
        _service.SessionEnded(user, contact);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Empty(_link.Sent);
        Assert.Equal(0, _service.SharingCount);
    }

    [Fact] // P-16
    public void A_subscription_is_approved_kept_and_shown()
    {
        Receive(Juliet, Romeo, "subscribe");

        Assert.Equal([$"{Romeo} -> {Juliet}: subscribed", $"{Romeo}/sip -> {Juliet}: available"], Sent());
        Assert.NotNull(_link.Sent[1].Element(ServiceDiscovery.CapsNamespace + "c"));
        Assert.Equal([$"+ {Juliet} {Romeo}"], _store.Changes);

        Receive(Juliet, Romeo, "subscribe"); // P-17: again, never a loop, kept once
        Assert.Equal(4, _link.Sent.Count);
        Assert.Single(_store.Changes);
    }

    [Fact]
    public void An_unsubscription_is_confirmed_and_forgotten()
    {
        Receive(Juliet, Romeo, "subscribe");
        _link.Sent.Clear();
        Receive(Juliet, Romeo, "unsubscribe");

        Assert.Equal([$"{Romeo} -> {Juliet}: unsubscribed", $"{Romeo}/sip -> {Juliet}: unavailable"], Sent());
        Assert.Equal($"- {Juliet} {Romeo}", _store.Changes[^1]);
        Assert.Equal(0, _service.SubscriberCount);
    }

    [Fact] // RFC 6121 section 3.1.4
    public void A_refused_subscription_does_not_stay_pending()
    {
        Receive("eve@evil.example", Romeo, "subscribe");

        Assert.Equal([$"{Romeo} -> eve@evil.example: error", $"{Romeo} -> eve@evil.example: unsubscribed"], Sent());
        Assert.Empty(_store.Changes);
    }

    [Fact] // K-5
    public void A_probe_is_answered_to_those_who_may_call_only()
    {
        Receive(Juliet, Romeo, "probe");
        Receive("eve@evil.example", Romeo, "probe");
        Receive(Juliet, Gateway, "probe");

        Assert.Equal(
            [$"{Romeo}/sip -> {Juliet}: available", $"{Romeo} -> eve@evil.example: unsubscribed", $"{Gateway} -> {Juliet}: available"], Sent());
        Assert.Equal(2, _service.SubscriberCount); // learnt from the probe
    }

    [Fact] // P-18
    public async Task After_every_connection_subscribers_and_sharers_see_presence_again()
    {
        _store.Kept = [new(Jid.Parse(Juliet), Jid.Parse(Romeo)), new(Jid.Parse("gone@evil.example"), Jid.Parse(Romeo))];
        await _service.LoadAsync(default);
        _service.OnUp(isReconnect: false);
        Assert.Equal([$"{Romeo}/sip -> {Juliet}: available"], Sent()); // not to one who is no longer allowed

        Receive(Balcony, "1001@sip.example.org", null, Temppres);
        _link.Sent.Clear();
        _service.OnDown("test");
        _service.OnUp(isReconnect: true);
        Assert.Equal([$"{Romeo}/sip -> {Juliet}: available", $"1001@sip.example.org/sip -> {Balcony}: available"], Sent());
    }

    [Fact]
    public async Task Many_subscribers_are_served_in_batches_and_a_full_queue_delays_but_loses_none()
    {
        _store.Kept = [.. Enumerable.Range(0, 1000).Select(i => new PresenceSubscription(Jid.Parse($"u{i}@example.org"), Jid.Parse(Romeo)))];
        await _service.LoadAsync(default);
        _link.Room = 50;
        _service.OnUp(isReconnect: false);
        Assert.Equal(50, _link.Sent.Count);

        _link.Room = int.MaxValue;
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(250, _link.Sent.Count);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1000, Sent().Distinct().Count());
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact] // K-4, P-18
    public async Task At_shutdown_everyone_is_told()
    {
        Receive(Juliet, Romeo, "subscribe");
        Receive(Balcony, "1001@sip.example.org", null, Temppres);
        _service.SessionStarted(Jid.Parse("nurse@example.org"), Jid.Parse(Romeo), announce: true);
        _link.Sent.Clear();

        await _service.StopAsync(default);
        Assert.Equal(
            [$"1001@sip.example.org/sip -> {Balcony}: unavailable", $"{Romeo}/sip -> {Juliet}: unavailable", $"{Romeo}/sip -> nurse@example.org: unavailable"],
            Sent().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_shutdown_that_may_not_wait_gives_up()
    {
        Receive(Juliet, Romeo, "subscribe");
        _link.Room = 0;

        await _service.StopAsync(new CancellationToken(canceled: true));
        Assert.Equal(2, _link.Sent.Count);
    }

    [Fact] // T-14
    public void One_sender_gets_so_many_answers_a_minute()
    {
        _service = Service(Plans.Options with { Policy = new PolicyOptions { PresencePerMinute = 3 } });
        for (var i = 0; i < 10; i++)
        {
            Receive($"juliet@example.org/{i}", $"{i}@sip.example.org", null, Temppres);
            Receive("eve@evil.example", $"{i}@sip.example.org", "subscribe");
        }

        Assert.Equal(3, Sent().Count(text => text.EndsWith("available", StringComparison.Ordinal)));
        Assert.Equal(3, Sent().Count(text => text.EndsWith("error", StringComparison.Ordinal)));
        Assert.Equal(3, _service.SharingCount);

        Receive("juliet@example.org/1", "1@sip.example.org", "unavailable"); // what takes away is never limited
        Assert.Equal(2, _service.SharingCount);
        Receive("nurse@example.org/x", Romeo, null, Temppres);
        Assert.EndsWith("nurse@example.org/x: available", Sent()[^1], StringComparison.Ordinal);
    }

    [Fact] // T-14: at log-in a server probes for the whole roster
    public void Probes_for_known_subscriptions_are_not_limited()
    {
        _service = Service(Plans.Options with { Policy = new PolicyOptions { PresencePerMinute = 1 } });
        Receive(Juliet, Romeo, "subscribe");
        for (var i = 0; i < 10; i++)
        {
            Receive(Juliet, Romeo, "probe");
        }

        Assert.Equal(12, _link.Sent.Count);
    }

    [Fact]
    public void What_is_remembered_is_bounded()
    {
        _service = Service(Plans.Options with { Presence = new PresenceOptions { SharingLimit = 2, SubscriberLimit = 2 } });
        for (var i = 0; i < 5; i++)
        {
            Receive($"u{i}@example.org/x", Romeo, null, Temppres);
            Receive($"u{i}@example.org", Romeo, "subscribe");
        }

        Assert.Equal((2, 2), (_service.SharingCount, _service.SubscriberCount));
        Assert.Equal(15, _link.Sent.Count); // answered all the same
    }

    [Fact] // T-13: off unless wanted; all spellings in one presence
    public void Xmpp_user_is_asked_for_her_presence_only_where_that_is_wanted()
    {
        _service.SessionStarted(Jid.Parse(Juliet), Jid.Parse(Romeo), announce: true);
        Assert.False(TemporaryPresence.TryRead(Last(), out _));

        _service = Service(Plans.Options with { Presence = new PresenceOptions { AskXmppUsers = true } });
        _service.SessionStarted(Jid.Parse(Juliet), Jid.Parse(Romeo), announce: true);
        Assert.True(TemporaryPresence.TryRead(Last(), out var reason));
        Assert.Equal(TemporaryPresenceReason.Media, reason);
        Assert.Equal(3, _link.Sent[^1].Elements().Count(child => child.Attribute("reason") is not null));

        _link.Sent.Clear();
        _service.SessionStarted(Jid.Parse(Juliet), Jid.Parse(Romeo), announce: true); // and again before the next call
        Assert.True(TemporaryPresence.TryRead(Last(), out _));
    }

    [Fact] // T-8: sessions are told
    public void Sessions_learn_that_a_device_has_gone()
    {
        (Jid User, Jid Contact)? gone = null;
        _service.Departed = (user, contact) => gone = (user, contact);
        Receive(Balcony, Romeo, "unavailable");
        Assert.Equal((Jid.Parse(Balcony), Jid.Parse(Romeo)), gone);
    }

    [Fact] // busy on the phone, an option
    public void Subscribers_see_who_is_on_the_phone_where_that_is_wanted()
    {
        _service = Service(Plans.Options with { Presence = new PresenceOptions { ShowOnThePhone = true, OnThePhoneText = "Talking" } });
        Receive(Juliet, Romeo, "subscribe");
        Receive("nurse@example.org/x", Romeo, null, Temppres);
        _link.Sent.Clear();
        _service.SessionStarted(Jid.Parse("nurse@example.org/x"), Jid.Parse(Romeo), announce: false, isCall: true);
        Assert.Equal([$"{Romeo}/sip -> {Juliet}: available"], Sent());
        Assert.Equal(("dnd", "Talking"), (_link.Sent[0].Element("show")?.Value, _link.Sent[0].Element("status")?.Value));
        _service.SessionEnded(Jid.Parse("nurse@example.org/x"), Jid.Parse(Romeo), isCall: true);
        Assert.Null(_link.Sent[1].Element("show"));
    }

    private PresenceStanza Last()
    {
        Assert.True(Stanza.TryRead(_link.Sent[^1], out var stanza, out _));
        return (PresenceStanza)stanza;
    }

    private PresenceService Service(MappingOptions options)
    {
        _service?.Dispose();
        var plan = new AddressPlan(options);
        var policy = new AccessPolicy(options, plan);
        return new PresenceService(new PresenceServiceParts(
            options, plan, policy, _link, _discovery, new RecordingEvents(), _store, new ContactBook(options, plan, policy), _time,
            NullLogger<PresenceService>.Instance));
    }

    private void Receive(string from, string to, string? type, params XElement[] payloads)
    {
        var element = new XElement(
            "presence", new XAttribute("from", from), new XAttribute("to", to), type is null ? null : new XAttribute("type", type), payloads);
        Assert.True(Stanza.TryRead(element, out var stanza, out _));
        _service.Handle((PresenceStanza)stanza);
    }

    private List<string> Sent() => [.. _link.Sent.Select(Text)];

    private static string Text(XElement presence) =>
        $"{presence.Attribute("from")!.Value} -> {presence.Attribute("to")!.Value}: {presence.Attribute("type")?.Value ?? "available"}";

    private sealed class Link : IXmppLink
    {
        public List<XElement> Sent { get; } = [];

        public int Room { get; set; } = int.MaxValue;

        public bool IsUp => true;

        public bool TrySend(XElement stanza)
        {
            if (Room == 0)
            {
                return false;
            }

            Room--;
            Sent.Add(stanza);
            return true;
        }

        public void SendIq(XElement iq, TimeSpan timeout, Action<IqReply> onReply) => throw new InvalidOperationException();
    }

    private sealed class Store : ISubscriberStore
    {
        public List<string> Changes { get; } = [];

        public List<PresenceSubscription> Kept { get; set; } = [];

        public Task<IReadOnlyCollection<PresenceSubscription>> LoadAsync(CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyCollection<PresenceSubscription>>(Kept);

        public void Add(PresenceSubscription subscription) => Changes.Add($"+ {subscription.User} {subscription.Contact}");

        public void Remove(PresenceSubscription subscription) => Changes.Add($"- {subscription.User} {subscription.Contact}");
    }
}
