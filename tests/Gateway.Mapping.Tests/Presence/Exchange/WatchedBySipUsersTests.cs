using System.Net;
using System.Xml.Linq;
using Gateway.Mapping.Tests.Addresses;
using Gateway.Sip.Pidf;
using Gateway.Sip.Subscriptions;
using static Gateway.Mapping.Tests.Presence.Exchange.ExchangeBench;

namespace Gateway.Mapping.Tests.Presence.Exchange;

/// <summary>A SIP user watches an XMPP user: RFC 8048 sections 5.3, 6.2, 7.2.</summary>
public sealed class WatchedBySipUsersTests : IDisposable
{
    private readonly ExchangeBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact] // P-6
    public void SUBSCRIBE_asks_her_and_is_pending_until_she_agrees()
    {
        var (decision, notifier) = _bench.Incoming();
        Assert.False(Assert.IsType<SubscriptionDecision.Accept>(decision).IsActive);
        Assert.Equal([$"{Romeo} -> {Juliet}: subscribe"], _bench.Taken());

        _bench.Receive(Juliet, Romeo, "subscribed");
        Assert.Equal(["active"], notifier.Sent);
        Assert.Equal([$"{Romeo} -> {Juliet}: probe"], _bench.Taken());
        _bench.Receive(Balcony, Romeo);
        Assert.Equal(["active", "active open"], notifier.Sent);
    }

    [Fact] // P-6
    public void Refusal_of_hers_rejects_it()
    {
        var (_, notifier) = _bench.Incoming();
        _bench.Receive(Juliet, Romeo, "unsubscribed");
        Assert.Equal(["terminated Rejected"], notifier.Sent);
        Assert.Equal(0, _bench.Service.Exchange.PairCount);
    }

    [Theory] // what comes back as an error
    [InlineData("item-not-found", "terminated NoResource")]
    [InlineData("forbidden", "terminated Rejected")]
    [InlineData("remote-server-timeout", "terminated GiveUp")]
    public void Error_of_her_server_ends_it_with_its_reason(string condition, string outcome)
    {
        var (_, notifier) = _bench.Incoming();
        _bench.Receive(
            Juliet, Romeo, "error",
            new XElement("error", new XAttribute("type", "cancel"), new XElement(XName.Get(condition, "urn:ietf:params:xml:ns:xmpp-stanzas"))));
        Assert.Equal([outcome], notifier.Sent);
    }

    [Fact] // P-15: nothing before she agreed, whatever she happens to send
    public void Presence_of_hers_is_not_passed_on_before_she_agreed()
    {
        var (_, notifier) = _bench.Incoming();
        _bench.Receive(Balcony, Romeo);
        Assert.Empty(notifier.Sent);
    }

    [Fact] // P-11, P-12, P-13, P-14
    public void All_her_devices_are_in_one_document()
    {
        var (notifier, _) = _bench.Watching();
        _bench.Receive(Balcony, Romeo, null, new XElement("show", "away"), new XElement("status", "staying"), new XElement("priority", "1"));
        _bench.Receive("juliet@example.org/1 home", Romeo, null, new XElement("priority", "-1"));

        var document = Read(notifier);
        Assert.Equal("pres:juliet@example.org", document.Entity);
        Assert.Equal(["ID-1_20home", "ID-balcony"], document.Tuples.Select(t => t.Id));
        Assert.All(document.Tuples, tuple => Assert.True(tuple.IsOpen));
        Assert.Equal([null, 7], document.Tuples.Select(t => t.Priority));
        Assert.Equal("away", document.Tuples[1].Extension(XName.Get("show", "jabber:client")));
        Assert.Equal("staying", document.Tuples[1].Notes[0].Text);

        _bench.Receive("juliet@example.org/1 home", Romeo, "unavailable");
        Assert.Equal(["ID-balcony"], Read(notifier).Tuples.Select(t => t.Id));
        _bench.Receive(Balcony, Romeo, "unavailable", new XElement("status", "asleep"));
        var last = Assert.Single(Read(notifier).Tuples);
        Assert.Equal(("ID-balcony", false, "asleep"), (last.Id, last.IsOpen, last.Notes[0].Text));
    }

    [Fact] // P-13
    public void Language_of_her_status_is_that_of_the_document()
    {
        var (notifier, _) = _bench.Watching();
        _bench.Receive(Balcony, Romeo, null, new XAttribute(XNamespace.Xml + "lang", "cs"), new XElement("status", "na balkone"));
        Assert.Equal("cs", notifier.Body?.Language);
        Assert.Equal("cs", Read(notifier).Tuples[0].Notes[0].Language);
    }

    [Fact] // P-10 note 1: only notifications become NOTIFY
    public void Other_kinds_of_presence_notify_nobody()
    {
        var (notifier, _) = _bench.Watching();
        _bench.Receive(Juliet, Romeo, "probe");
        _bench.Receive(Juliet, Romeo, "subscribed");
        Assert.Empty(notifier.Sent);
    }

    [Fact] // P-8
    public void SIP_user_who_leaves_is_told_closed_and_is_unavailable_to_her()
    {
        var (notifier, sink) = _bench.Watching();
        _bench.Receive(Balcony, Romeo);
        sink.On(new NotifierEvent.Unsubscribed());
        Assert.Equal(["active open", "terminated Timeout closed"], notifier.Sent);
        Assert.Equal([$"{Romeo}/sip -> {Juliet}: unavailable"], _bench.Taken());
        Assert.Equal(0, _bench.Service.Exchange.PairCount);
    }

    [Fact] // P-8: the other direction is another matter
    public void SIP_user_who_leaves_stays_visible_to_her_own_subscription()
    {
        _bench.Subscribed();
        var (_, sink) = _bench.Watching();
        sink.On(new NotifierEvent.Unsubscribed());
        Assert.Empty(_bench.Taken());
    }

    [Fact] // P-14: each device of his is told
    public void Second_device_of_his_is_authorized_at_once()
    {
        var (first, _) = _bench.Watching();
        _bench.Receive(Balcony, Romeo);
        var (decision, second) = _bench.Incoming();
        var accept = Assert.IsType<SubscriptionDecision.Accept>(decision);
        Assert.True(accept.IsActive);
        Assert.Contains("open", accept.Body?.Text, StringComparison.Ordinal);
        _bench.Receive(Balcony, Romeo, null, new XElement("show", "dnd"));
        Assert.Equal(2, first.Sent.Count);
        Assert.Single(second.Sent);
    }

    [Fact] // P-9
    public void Single_question_is_answered_from_what_is_known_or_by_a_probe()
    {
        var (decision, notifier) = _bench.Incoming(expires: TimeSpan.Zero);
        Assert.True(Assert.IsType<SubscriptionDecision.Accept>(decision).IsBodyLater);
        Assert.Equal([$"{Romeo} -> {Juliet}: probe"], _bench.Taken());
        _bench.Receive(Balcony, Romeo);
        Assert.Equal(["active open"], notifier.Sent);

        _bench.Watching();
        _bench.Receive(Balcony, Romeo);
        (decision, _) = _bench.Incoming(expires: TimeSpan.Zero);
        Assert.Contains("open", Assert.IsType<SubscriptionDecision.Accept>(decision).Body?.Text, StringComparison.Ordinal);
        Assert.Empty(_bench.Taken());
    }

    [Fact] // P-9, P-15: her server tells unauthorized ones nothing
    public void Single_question_of_a_stranger_is_rejected()
    {
        var (_, notifier) = _bench.Incoming(expires: TimeSpan.Zero);
        _bench.Receive(Juliet, Romeo, "unsubscribed");
        Assert.Equal(["terminated Rejected"], notifier.Sent);
    }

    [Fact] // P-19
    public void Lost_link_is_told_after_its_grace_and_she_is_asked_again_when_it_is_back()
    {
        var (notifier, _) = _bench.Watching();
        _bench.Receive(Balcony, Romeo);
        notifier.Sent.Clear();
        _bench.Link.IsUp = false;
        _bench.Service.OnDown("gone");
        _bench.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Empty(notifier.Sent);
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["active closed"], notifier.Sent);
        Assert.Equal(503, Assert.IsType<SubscriptionDecision.Refuse>(_bench.Incoming().Decision).Status); // U-43

        _bench.Link.IsUp = true;
        _bench.Taken();
        _bench.Service.OnUp(isReconnect: true);
        Assert.Equal([$"{Romeo} -> {Juliet}: probe"], _bench.Taken());
        _bench.Receive(Balcony, Romeo);
        Assert.Equal(["active closed", "active open"], notifier.Sent);
    }

    [Fact] // P-19: a short interruption is nobody's business
    public void Link_that_is_back_within_the_grace_notifies_nobody()
    {
        var (notifier, _) = _bench.Watching();
        _bench.Receive(Balcony, Romeo);
        notifier.Sent.Clear();
        _bench.Service.OnDown("gone");
        _bench.Time.Advance(TimeSpan.FromSeconds(30));
        _bench.Service.OnUp(isReconnect: true);
        _bench.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Empty(notifier.Sent);
    }

    [Theory] // P-15, P-16, A-20
    [InlineData("sip:juliet@example.org", "<sip:romeo@shakespeare.lit>", "198.51.100.99", null, 403)] // no trunk's address
    [InlineData("sip:juliet@example.org", "<sip:x@203.0.113.5>", "203.0.113.5", null, 489)] // a trunk without presence
    [InlineData("sip:nobody@elsewhere.example", "<sip:romeo@shakespeare.lit>", "192.0.2.10", null, 404)]
    [InlineData("sip:juliet@example.org", "<sip:anonymous@anonymous.invalid>", "192.0.2.10", null, 403)]
    [InlineData("sip:juliet@example.org", "<sip:romeo@shakespeare.lit>", "192.0.2.10", "application/xpidf+xml", 406)]
    public void Presence_is_only_for_named_users_of_trusted_trunks(string uri, string from, string source, string? accept, int status)
    {
        var (decision, _) = _bench.Incoming(uri, from, source: IPAddress.Parse(source), accept: accept);
        Assert.Equal(status, Assert.IsType<SubscriptionDecision.Refuse>(decision).Status);
        Assert.Empty(_bench.Taken());
        Assert.Equal(0, _bench.Service.Exchange.PairCount);
    }

    [Fact]
    public void Device_that_is_lost_is_forgotten()
    {
        var (notifier, sink) = _bench.Watching();
        sink.On(new NotifierEvent.Lost());
        _bench.Receive(Balcony, Romeo);
        Assert.Empty(notifier.Sent);
        Assert.Equal(0, _bench.Service.Exchange.PairCount);
    }

    private static PidfDocument Read(RecordingEvents.Notifier notifier)
    {
        Assert.True(PidfReader.TryRead(notifier.Body!.Content, out var document, out var fault), fault);
        return document;
    }
}
