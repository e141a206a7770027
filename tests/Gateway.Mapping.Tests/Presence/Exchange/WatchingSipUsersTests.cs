using System.Xml.Linq;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Presence;
using Gateway.Sip.Messages;
using Gateway.Sip.Subscriptions;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Presence;
using static Gateway.Mapping.Tests.Presence.Exchange.ExchangeBench;

namespace Gateway.Mapping.Tests.Presence.Exchange;

/// <summary>An XMPP user watches a SIP user: RFC 8048 sections 5.2, 6.3, 7.1.</summary>
public sealed class WatchingSipUsersTests : IDisposable
{
    private ExchangeBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact] // P-1
    public void Subscribe_becomes_SUBSCRIBE_for_presence_documents()
    {
        _bench.Receive(Juliet, Romeo, "subscribe");

        var wanted = _bench.Events.Last.Wanted;
        Assert.Equal("sip:romeo@shakespeare.lit", wanted.RequestUri.ToString());
        Assert.Equal("sip:juliet@example.org", wanted.From.Uri.ToString());
        Assert.Equal("presence", wanted.Package);
        Assert.Equal(["application/pidf+xml"], wanted.Accept.AsEnumerable());
        Assert.Equal(TimeSpan.FromHours(1), wanted.Expires);
        Assert.Equal("sip:pbx.example.net:5070;transport=tcp", wanted.NextHop?.ToString());
        Assert.Equal("gw", wanted.Credentials?.Username);
        Assert.Empty(_bench.Taken());
    }

    [Fact] // a timer has nobody to throw at: the process would end
    public void A_mistake_of_ours_in_a_step_ends_neither_the_pair_nor_the_process()
    {
        _bench.Receive(Juliet, Romeo, "subscribe");
        _bench.Events.Last.Refuse(500);
        _bench.Events.Mistake = new InvalidOperationException("ours");

        _bench.Time.AdvanceToNextTimer();

        Assert.Null(_bench.Events.Mistake);
        Assert.Single(_bench.Events.Subscriptions);
        _bench.Time.AdvanceToNextTimer();
        Assert.Equal(2, _bench.Events.Subscriptions.Count);
    }

    [Fact] // P-2
    public void Pending_is_silence_and_the_first_active_approves_and_shows()
    {
        _bench.Receive(Juliet, Romeo, "subscribe");
        _bench.Events.Last.Notify(false);
        _bench.Receive(Juliet, Romeo, "subscribe"); // asked again while it is open
        Assert.Empty(_bench.Taken());
        Assert.Single(_bench.Events.Subscriptions);

        _bench.Events.Last.Notify(true, Pidf("open", "<show xmlns='jabber:client'>away</show>"));
        Assert.Equal([$"{Romeo} -> {Juliet}: subscribed", $"{Romeo}/sip -> {Juliet}: available away"], _bench.Taken());
        Assert.Single(_bench.Store.Kept);

        _bench.Events.Last.Notify(true, Pidf("open", "<show xmlns='jabber:client'>away</show>")); // a refresh brings nothing new
        Assert.Empty(_bench.Taken());
        _bench.Events.Last.Notify(true, Pidf("closed"));
        Assert.Equal([$"{Romeo}/sip -> {Juliet}: unavailable"], _bench.Taken());
    }

    [Fact] // P-2: no body means unknown or closed
    public void Active_without_a_document_shows_nobody()
    {
        _bench.Receive(Juliet, Romeo, "subscribe");
        _bench.Events.Last.Notify(true);
        Assert.Equal([$"{Romeo} -> {Juliet}: subscribed", $"{Romeo}/sip -> {Juliet}: unavailable"], _bench.Taken());
    }

    [Theory] // P-3
    [InlineData(403)]
    [InlineData(489)]
    [InlineData(603)]
    public void Refused_authorization_ends_the_subscription(int status)
    {
        _bench.Subscribed().Refuse(status);
        Assert.Equal([$"{Romeo}/sip -> {Juliet}: unavailable", $"{Romeo} -> {Juliet}: unsubscribed"], _bench.Taken());
        Assert.Empty(_bench.Store.Kept);
        Assert.Equal(0, _bench.Service.Exchange.PairCount);
        Assert.Equal(0, _bench.Time.ArmedTimers);
    }

    [Fact] // P-3, RFC 6665 section 4.1.3
    public void Rejection_by_notify_ends_the_subscription()
    {
        _bench.Subscribed().End(TerminationReason.Rejected);
        Assert.Equal($"{Romeo} -> {Juliet}: unsubscribed", _bench.Taken()[^1]);
        Assert.Empty(_bench.Store.Kept);
    }

    [Fact] // P-3, P-19: 481 and its like are transient
    public void Lost_dialog_is_replaced_by_a_new_one()
    {
        _bench.Subscribed().End(TerminationReason.Gone);
        Assert.Equal(2, _bench.Events.Subscriptions.Count);
        Assert.Empty(_bench.Taken());
        _bench.Events.Subscriptions[0].Notify(true, Pidf("closed")); // the old one is nobody's
        Assert.Empty(_bench.Taken());

        _bench.Events.Last.Refuse(500);
        Assert.Equal([$"{Romeo}/sip -> {Juliet}: unavailable"], _bench.Taken());
        _bench.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(3, _bench.Events.Subscriptions.Count);
        _bench.Events.Last.Notify(true, Pidf("open"));
        Assert.Equal([$"{Romeo}/sip -> {Juliet}: available"], _bench.Taken());
        Assert.Single(_bench.Store.Kept);
    }

    [Fact] // nothing is lost silently: a request that never gets an answer is refused in the end
    public void Unanswered_request_is_refused_after_some_tries()
    {
        _bench.Receive(Juliet, Romeo, "subscribe");
        for (var tries = 1; tries < 5; tries++)
        {
            _bench.Events.Last.Refuse(408);
            Assert.Empty(_bench.Taken());
            _bench.Time.Advance(TimeSpan.FromHours(1));
            Assert.Equal(tries + 1, _bench.Events.Subscriptions.Count);
        }

        _bench.Events.Last.Refuse(408);
        Assert.Equal([$"{Romeo} -> {Juliet}: unsubscribed"], _bench.Taken());
        Assert.Equal(0, _bench.Time.ArmedTimers);
    }

    [Fact] // P-4: probe before the refresh
    public void Refresh_waits_for_the_answer_to_a_probe()
    {
        var subscription = _bench.Subscribed();
        subscription.On(new SubscriptionEvent.RefreshDue());
        Assert.Equal([$"{Romeo} -> {Juliet}: probe"], _bench.Taken());
        Assert.Empty(subscription.Commands);
        _bench.Receive(Balcony, Romeo);
        Assert.Equal(["refresh"], subscription.Commands);

        subscription.On(new SubscriptionEvent.RefreshDue());
        _bench.Receive(Juliet, Romeo, "unavailable");
        Assert.Equal(["refresh"], subscription.Commands); // she is offline: it may end
        subscription.End(TerminationReason.Expired);
        Assert.Single(_bench.Events.Subscriptions);
        Assert.Single(_bench.Store.Kept);

        _bench.Receive(Juliet, Romeo, "probe"); // she is back
        Assert.Equal(2, _bench.Events.Subscriptions.Count);
    }

    [Theory] // P-4, RFC 8048 section 8.1: who shows nothing to the SIP user cannot be asked; a day is the limit
    [InlineData(true)]
    [InlineData(false)]
    public void Refresh_without_an_answer_goes_on_for_a_day(bool isRefusal)
    {
        var subscription = _bench.Subscribed();
        for (var hour = 0; hour < 30; hour++)
        {
            subscription.On(new SubscriptionEvent.RefreshDue());
            if (isRefusal)
            {
                _bench.Receive(Juliet, Romeo, "unsubscribed");
            }

            _bench.Time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(24, subscription.Commands.Count);
    }

    [Fact] // P-4: at each initial presence; T-14: not at every probe
    public void Probe_is_answered_and_refreshes_what_is_known()
    {
        var subscription = _bench.Subscribed();
        _bench.Receive(Balcony, Romeo, "probe");
        _bench.Receive(Balcony, Romeo, "probe");
        Assert.Equal([$"{Romeo}/sip -> {Balcony}: available", $"{Romeo}/sip -> {Balcony}: available"], _bench.Taken());
        Assert.Equal(["refresh"], subscription.Commands);
        _bench.Time.Advance(TimeSpan.FromMinutes(1));
        _bench.Receive(Balcony, Romeo, "probe");
        Assert.Equal(["refresh", "refresh"], subscription.Commands);
    }

    [Fact] // P-5; ERR-9
    public void Unsubscribe_ends_the_dialog_and_is_confirmed_by_its_200()
    {
        var subscription = _bench.Subscribed();
        _bench.Receive(Juliet, Romeo, "unsubscribe");
        Assert.Equal(["unsubscribe"], subscription.Commands);
        Assert.Equal([$"{Romeo}/sip -> {Juliet}: unavailable"], _bench.Taken());
        subscription.On(new SubscriptionEvent.Unsubscribed());
        Assert.Equal([$"{Romeo} -> {Juliet}: unsubscribed"], _bench.Taken());
        subscription.End(TerminationReason.Timeout, Pidf("open"));
        Assert.Empty(_bench.Taken());
        Assert.Empty(_bench.Store.Kept);
        Assert.Equal(0, _bench.Service.Exchange.PairCount);
    }

    [Fact] // P-17
    public void Subscribe_of_an_approved_one_is_approved_again_without_a_loop()
    {
        var subscription = _bench.Subscribed();
        _bench.Receive(Juliet, Romeo, "subscribe");
        Assert.Equal([$"{Romeo} -> {Juliet}: subscribed", $"{Romeo}/sip -> {Juliet}: available"], _bench.Taken());
        Assert.Empty(subscription.Commands);
        Assert.Single(_bench.Events.Subscriptions);
    }

    [Fact] // P-9
    public void Probe_of_a_device_without_a_subscription_asks_once()
    {
        _bench.Receive(Balcony, Romeo, "probe");
        Assert.Equal(TimeSpan.Zero, _bench.Events.Last.Wanted.Expires);
        _bench.Events.Last.End(TerminationReason.Timeout, Pidf("open"));
        Assert.Equal([$"{Romeo}/sip -> {Balcony}: available"], _bench.Taken());
        Assert.Empty(_bench.Store.Kept);
    }

    [Fact] // P-19
    public async Task After_a_restart_the_subscription_is_made_anew_for_those_who_are_online()
    {
        _bench = new ExchangeBench(null, new PresenceSubscription(Jid.Parse(Juliet), Jid.Parse(Romeo)));
        await _bench.Service.LoadAsync(CancellationToken.None);
        Assert.Empty(_bench.Taken());
        _bench.Service.OnUp(isReconnect: false);
        Assert.Equal([$"{Romeo} -> {Juliet}: probe"], _bench.Taken());
        Assert.Empty(_bench.Events.Subscriptions);
        _bench.Receive(Balcony, Romeo);
        _bench.Events.Last.Notify(true, Pidf("open"));
        Assert.Equal([$"{Romeo}/sip -> {Juliet}: available"], _bench.Taken()); // approved long ago
    }

    [Fact] // P-18
    public async Task Her_server_is_told_again_after_a_reconnection_and_at_the_end()
    {
        _bench.Subscribed();
        _bench.Service.OnUp(isReconnect: true);
        Assert.Equal([$"{Romeo}/sip -> {Juliet}: available"], _bench.Taken());
        await _bench.Service.StopAsync(CancellationToken.None);
        Assert.Equal([$"{Romeo}/sip -> {Juliet}: unavailable"], _bench.Taken());
    }

    [Fact] // P-11 to P-14, RFC 8048 section 6.3
    public void Document_becomes_one_presence_of_the_most_available_device()
    {
        var subscription = _bench.Subscribed("closed");
        subscription.Notify(true, """
            <presence xmlns='urn:ietf:params:xml:ns:pidf' entity='pres:romeo@shakespeare.lit'>
              <tuple id='a'><status><basic>closed</basic></status><note>off</note></tuple>
              <tuple id='b'><status><basic>open</basic><show xmlns='jabber:client'>dnd</show></status></tuple>
              <tuple id='c'><status><basic>open</basic><show xmlns='jabber:client'>away</show></status>
                <contact priority='0.992'>sip:x@y</contact><note xml:lang='en'>gone</note><note xml:lang='de'>weg</note></tuple>
            </presence>
            """);
        var sent = Assert.Single(_bench.Link.Sent);
        Assert.Equal("away", sent.Element("show")?.Value);
        Assert.Equal("126", sent.Element("priority")?.Value);
        Assert.Equal(["en:gone", "de:weg"], sent.Elements("status").Select(s => $"{s.Attribute(XNamespace.Xml + "lang")?.Value}:{s.Value}"));
        Assert.NotNull(sent.Element(XName.Get("c", "http://jabber.org/protocol/caps")));
    }

    [Fact] // P-13
    public void Language_of_the_document_is_that_of_the_status()
    {
        var subscription = _bench.Subscribed("closed");
        var text = Pidf("open").Replace("</tuple>", "<note>na balkone</note></tuple>", StringComparison.Ordinal);
        subscription.On(new SubscriptionEvent.Notified(true, SipBody.OfText("application/pidf+xml", text) with { Language = "cs" }));
        Assert.Equal("cs", Assert.Single(_bench.Link.Sent).Element("status")?.Attribute(XNamespace.Xml + "lang")?.Value);
    }

    [Theory] // hostile documents: what cannot be read tells nothing
    [InlineData("<!DOCTYPE x [<!ENTITY a 'b'>]><presence xmlns='urn:ietf:params:xml:ns:pidf' entity='x'/>")]
    [InlineData("nonsense")]
    public void Unreadable_document_shows_nobody(string text)
    {
        _bench.Subscribed().Notify(true, text);
        Assert.Equal([$"{Romeo}/sip -> {Juliet}: unavailable"], _bench.Taken());
    }

    [Fact] // T-10
    public void Request_for_temporary_presence_of_a_subscriber_is_answered_by_what_there_is()
    {
        _bench.Subscribed();
        _bench.Receive(Balcony, Romeo, null, new XElement(TemporaryPresence.Temppres + "temppres"));
        Assert.Equal([$"{Romeo}/sip -> {Balcony}: available"], _bench.Taken());
        Assert.Equal(0, _bench.Service.SharingCount);
    }

    [Fact] // T-2: nobody has to have presence to be called
    public void Request_for_temporary_presence_without_a_subscription_is_answered_all_the_same()
    {
        _bench.Receive(Balcony, Romeo, null, new XElement(TemporaryPresence.Decloak + "decloak"));
        Assert.Equal([$"{Romeo}/sip -> {Balcony}: available"], _bench.Taken());
        Assert.Empty(_bench.Events.Subscriptions); // T-12: no SIP traffic
    }

    [Fact] // T-9
    public void Subscribe_with_the_extension_also_shares_once()
    {
        _bench.Receive(Juliet, Romeo, "subscribe", new XElement(TemporaryPresence.Decloak + "decloak"));
        Assert.Equal([$"{Romeo}/sip -> {Juliet}: available"], _bench.Taken());
        Assert.Single(_bench.Events.Subscriptions);
    }

    [Fact] // busy on the phone, an option
    public void Sip_user_in_a_call_is_shown_as_busy()
    {
        _bench = new ExchangeBench(o => o with { Presence = o.Presence with { ShowOnThePhone = true } });
        _bench.Subscribed();
        _bench.Service.SessionStarted(Jid.Parse("nurse@example.org/x"), Jid.Parse(Romeo), announce: false, isCall: true);
        Assert.Equal([$"{Romeo}/sip -> {Juliet}: available dnd 'On the phone'"], _bench.Taken());
        _bench.Service.SessionEnded(Jid.Parse("nurse@example.org/x"), Jid.Parse(Romeo), isCall: true);
        Assert.Equal([$"{Romeo}/sip -> {Juliet}: available"], _bench.Taken());
    }

    [Fact] // A-21, T-12: policy first
    public void Stranger_is_refused_without_any_SIP_traffic()
    {
        _bench.Receive("eve@evil.example", Romeo, "subscribe");
        Assert.Equal([$"{Romeo} -> eve@evil.example: error", $"{Romeo} -> eve@evil.example: unsubscribed"], _bench.Taken());
        Assert.Empty(_bench.Events.Subscriptions);
    }

    [Fact] // P-16
    public void Users_of_other_trunks_are_available_as_ever()
    {
        _bench.Receive(Juliet, "x%203.0.113.5@sip.example.org", "subscribe");
        Assert.Equal(
            ["x%203.0.113.5@sip.example.org -> juliet@example.org: subscribed", "x%203.0.113.5@sip.example.org/sip -> juliet@example.org: available"],
            _bench.Taken());
        Assert.Empty(_bench.Events.Subscriptions);
    }

    [Fact]
    public void What_is_remembered_is_bounded()
    {
        _bench = new ExchangeBench(o => o with { Presence = o.Presence with { SubscriberLimit = 1 } });
        _bench.Receive(Juliet, Romeo, "subscribe");
        _bench.Receive("nurse@example.org", Romeo, "subscribe");
        Assert.Equal([$"{Romeo} -> nurse@example.org: error"], _bench.Taken());
    }
}
