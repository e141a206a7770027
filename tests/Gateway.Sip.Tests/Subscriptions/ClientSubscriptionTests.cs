using System.Text;
using Gateway.Sip.Messages;
using Gateway.Sip.Subscriptions;
using Gateway.Sip.Tests.UserAgent;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Tests.Subscriptions;

/// <summary>A subscription of ours against a peer that the test plays, in virtual time.</summary>
public sealed class ClientSubscriptionTests
{
    private const string Pidf = "application/pidf+xml";

    [Fact] // RFC 6665 section 4.1.2.1, RFC 3856 section 6
    public void Subscribe_carries_what_the_notifier_needs()
    {
        using var ua = new TestAgent();
        Subscribe(ua);

        var subscribe = ua.Request(SipMethod.Subscribe);
        Assert.Equal("sip:bob@192.0.2.2", subscribe.RequestUri.ToString());
        Assert.Equal("presence", subscribe.Header("Event"));
        Assert.Equal(3600u, subscribe.Expires);
        Assert.Equal(Pidf, subscribe.Header("Accept"));
        Assert.Equal("<sip:alice@192.0.2.1:5060>", subscribe.Header("Contact"));
        Assert.NotNull(subscribe.From.Tag);
        Assert.Null(subscribe.To.Tag);
    }

    [Theory] // RFC 6665 sections 4.1.2.4, 4.4.1: NOTIFY may precede the 200 (P-20)
    [InlineData(true)]
    [InlineData(false)]
    public void Notify_makes_the_dialog_before_or_after_the_200(bool isNotifyFirst)
    {
        using var ua = new TestAgent();
        var (subscription, sink) = Subscribe(ua);
        var subscribe = ua.Request(SipMethod.Subscribe);
        void Ok() => ua.Reply(subscribe, 200, "b", null, "Expires: 600", "Contact: <sip:bob@192.0.2.2>");
        void Notify() => ua.Receive(NotifyOf(ua, subscribe, "b", 1, "active;expires=600", "here", "Record-Route: <sip:192.0.2.2:5070;lr>"));
        (isNotifyFirst ? (Action)Notify : Ok)();
        (isNotifyFirst ? (Action)Ok : Notify)();
        ua.Response(200);
        Assert.Equal("here", Single<SubscriptionEvent.Notified>(sink).Body?.Text);

        ua.Time.Advance(TimeSpan.FromSeconds(535));
        Assert.Empty(sink.Events.All.Skip(1));
        ua.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.IsType<SubscriptionEvent.RefreshDue>(sink.Events.All[1]);
        subscription.Refresh();
        var refresh = ua.Request(SipMethod.Subscribe);
        Assert.Equal(subscribe.CallId, refresh.CallId);
        Assert.Equal("b", refresh.To.Tag);
        Assert.Equal(subscribe.From.Tag, refresh.From.Tag);
        Assert.Equal(subscribe.CSeq.Number + 1, refresh.CSeq.Number);
        Assert.Equal("<sip:192.0.2.2:5070;lr>", refresh.Header("Route"));
        Assert.Equal("sip:bob@192.0.2.2", refresh.RequestUri.ToString());
    }

    [Fact] // RFC 3856 section 6.9, P-20
    public void Notify_of_a_second_fork_is_refused()
    {
        using var ua = new TestAgent();
        var (_, sink) = Subscribe(ua);
        var subscribe = ua.Request(SipMethod.Subscribe);
        ua.Receive(NotifyOf(ua, subscribe, "b", 1, "active;expires=600", "first"));
        ua.Response(200);
        ua.Receive(NotifyOf(ua, subscribe, "c", 1, "active;expires=600", "second"));
        ua.Response(481);
        ua.Reply(subscribe, 200, "c", null, "Expires: 600");
        Assert.Equal("first", Single<SubscriptionEvent.Notified>(sink).Body?.Text);
    }

    [Fact] // RFC 6665 section 4.1.2.4: 64*T1
    public void Without_a_notify_it_fails_at_timer_n_and_a_late_one_is_refused()
    {
        using var ua = new TestAgent();
        var (_, sink) = Subscribe(ua);
        var subscribe = ua.Request(SipMethod.Subscribe);
        ua.Reply(subscribe, 200, "b", null, "Expires: 600");
        ua.Time.Advance(TestAgent.T1 * 64);
        Assert.Equal(TerminationReason.NoNotify, Single<SubscriptionEvent.Terminated>(sink).Ending.Reason);
        ua.Receive(NotifyOf(ua, subscribe, "b", 1, "active", "late"));
        ua.Response(481);
        ua.NothingIsLeft();
        Assert.Equal(0, ua.Loop.Metrics.Subscriptions);
    }

    [Fact] // RFC 6665 section 4.1.2.3, P-5
    public void Unsubscribing_is_confirmed_and_ends_with_the_last_notify()
    {
        using var ua = new TestAgent();
        var (subscription, sink, subscribe) = Established(ua);
        subscription.Unsubscribe();
        var end = ua.Request(SipMethod.Subscribe);
        Assert.Equal(0u, end.Expires);
        ua.Reply(end, 200, "b", null, "Expires: 0");
        ua.Receive(NotifyOf(ua, subscribe, "b", 2, "terminated;reason=timeout", "gone"));
        ua.Response(200);
        Assert.Collection(
            sink.Events.All.Skip(1),
            e => Assert.IsType<SubscriptionEvent.Unsubscribed>(e),
            e => Assert.Equal("gone", Assert.IsType<SubscriptionEvent.Terminated>(e).Body?.Text));
        ua.NothingIsLeft();
    }

    [Fact] // RFC 6665 section 4.1.2.1: 423
    public void Too_brief_is_asked_again_for_longer()
    {
        using var ua = new TestAgent();
        Subscribe(ua, s => s with { Expires = TimeSpan.FromSeconds(100) });
        var first = ua.Request(SipMethod.Subscribe);
        ua.Reply(first, 423, "b", null, "Min-Expires: 1800");
        var second = ua.Request(SipMethod.Subscribe);
        Assert.Equal(1800u, second.Expires);
        Assert.Equal(first.CallId, second.CallId);
        Assert.Equal(first.CSeq.Number + 1, second.CSeq.Number);
        Assert.Null(second.To.Tag);
    }

    [Fact] // RFC 3261 section 22, U-37
    public void Challenge_is_answered()
    {
        using var ua = new TestAgent();
        var (_, sink) = Subscribe(ua, s => s with { Credentials = new SipCredentials("gw", "secret") });
        var first = ua.Request(SipMethod.Subscribe);
        ua.Reply(first, 407, "b", null, "Proxy-Authenticate: Digest realm=\"x\", nonce=\"n\", qop=\"auth\"");
        var second = ua.Request(SipMethod.Subscribe);
        Assert.StartsWith("Digest username=\"gw\"", second.Header("Proxy-Authorization"), StringComparison.Ordinal);
        Assert.Empty(sink.Events.All);
        ua.Receive(NotifyOf(ua, second, "b", 1, "active;expires=600", "x"));
        ua.Response(200);
        Single<SubscriptionEvent.Notified>(sink);
    }

    [Fact] // RFC 6665 section 7.3.2
    public void Unknown_package_is_told_with_what_is_served()
    {
        using var ua = new TestAgent();
        var (_, sink) = Subscribe(ua);
        ua.Reply(ua.Request(SipMethod.Subscribe), 489, "b", null, "Allow-Events: message-summary, dialog");
        var refused = Single<SubscriptionEvent.Refused>(sink);
        Assert.Equal(489, refused.Failure.Status);
        Assert.Equal("message-summary, dialog", refused.AllowEvents);
        ua.NothingIsLeft();
    }

    [Theory] // RFC 6665 section 4.1.3, 3261 sections 8.2, 12.2.2
    [InlineData("Event: dialog", "Subscription-State: active", Pidf, 489)]
    [InlineData("Event: presence;id=7", "Subscription-State: active", Pidf, 489)]
    [InlineData("Event:", "Subscription-State: active", Pidf, 489)]
    [InlineData("Event: presence", "Subscription-State:", Pidf, 400)]
    [InlineData("Event: presence", "Subscription-State: ;expires=3", Pidf, 400)]
    [InlineData("Event: presence", "Subscription-State: active", "text/plain", 415)]
    public void Notify_that_does_not_fit_is_refused_and_makes_nothing(string named, string state, string type, int status)
    {
        using var ua = new TestAgent();
        var (_, sink) = Subscribe(ua);
        var subscribe = ua.Request(SipMethod.Subscribe);
        var notify = SipMessageBuilder.Copy(ua.InDialog(subscribe, "b", SipMethod.Notify, 1, null, named, state))
            .Body(type, Encoding.UTF8.GetBytes("x")).BuildRequest();
        ua.Receive(notify);
        ua.Response(status);
        Assert.Empty(sink.Events.All);
    }

    [Fact] // RFC 3261 section 21.4.1
    public void Notify_whose_body_cannot_be_read_is_refused_and_changes_nothing()
    {
        using var ua = new TestAgent();
        var (_, sink, subscribe) = Established(ua, wanted => wanted with { IsReadable = body => body.Text != "bomb" });
        ua.Receive(NotifyOf(ua, subscribe, "b", 5, "active;expires=600", "bomb"));
        ua.Response(400);
        ua.Receive(NotifyOf(ua, subscribe, "b", 6, "active;expires=600", "after"));
        ua.Response(200);
        Assert.Equal(["x", "after"], sink.Events.All.OfType<SubscriptionEvent.Notified>().Select(n => n.Body?.Text));
    }

    [Fact] // RFC 3261 section 12.2.2
    public void Notify_out_of_order_is_refused_and_a_repeated_one_is_answered_again_without_effect()
    {
        using var ua = new TestAgent();
        var (_, sink, subscribe) = Established(ua);
        var newer = ua.Receive(NotifyOf(ua, subscribe, "b", 5, "active;expires=600", "newer"));
        ua.Response(200);
        ua.Receive(newer);
        ua.Response(200);
        ua.Receive(NotifyOf(ua, subscribe, "b", 4, "active;expires=600", "older"));
        ua.Response(500);
        Assert.Equal(["x", "newer"], sink.Events.All.OfType<SubscriptionEvent.Notified>().Select(n => n.Body?.Text));
    }

    [Fact] // RFC 3261 section 17.1.2, 8.1.3.1
    public void Subscribe_is_sent_again_and_fails_when_nobody_answers()
    {
        using var ua = new TestAgent();
        var (_, sink) = Subscribe(ua);
        ua.Time.Advance(TimeSpan.FromSeconds(33));
        Assert.True(ua.Network.Sent.Count > 5);
        ua.Network.Sent.Clear();
        Assert.Contains(
            sink.Events.All,
            e => e is SubscriptionEvent.Refused { Failure: { Status: 408, IsLocal: true } }
                or SubscriptionEvent.Terminated { Ending.Reason: TerminationReason.NoNotify });
        Assert.Single(sink.Events.All);
        ua.NothingIsLeft();
    }

    [Fact] // RFC 3261 section 8.1.3.1
    public void Transport_that_fails_is_a_refusal_of_our_own()
    {
        using var ua = new TestAgent();
        ua.Network.Refusing.Add((Gateway.Sip.Transports.SipTransportKind.Udp, TestAgent.PeerAddress));
        var (_, sink) = Subscribe(ua);
        var refused = Single<SubscriptionEvent.Refused>(sink);
        Assert.True(refused.Failure is { Status: 503, IsLocal: true });
        ua.NothingIsLeft();
    }

    [Fact]
    public void More_subscriptions_than_allowed_are_refused_here()
    {
        using var ua = new TestAgent(o => o with { Limits = o.Limits with { Subscriptions = 1 } });
        Subscribe(ua);
        ua.Request(SipMethod.Subscribe);
        var (_, sink) = Subscribe(ua);
        Assert.Equal(503, Single<SubscriptionEvent.Refused>(sink).Failure.Status);
        ua.NothingSent();
    }

    [Fact] // RFC 6665 section 4.4.3
    public void Fetch_asks_for_no_time_and_is_over_with_its_notify()
    {
        using var ua = new TestAgent();
        var (_, sink) = Subscribe(ua, s => s with { Expires = TimeSpan.Zero });
        var subscribe = ua.Request(SipMethod.Subscribe);
        Assert.Equal(0u, subscribe.Expires);
        ua.Reply(subscribe, 200, "b", null, "Expires: 0");
        ua.Receive(NotifyOf(ua, subscribe, "b", 1, "terminated;reason=timeout", "here"));
        ua.Response(200);
        Assert.Equal("here", Single<SubscriptionEvent.Terminated>(sink).Body?.Text);
        ua.NothingIsLeft();
    }

    internal static (ISipSubscription Handle, RecordingSubscriber Sink) Subscribe(
        TestAgent ua, Func<OutgoingSubscription, OutgoingSubscription>? change = null)
    {
        var sink = new RecordingSubscriber();
        var wanted = new OutgoingSubscription(
            TestAgent.Uri("sip:bob@192.0.2.2"), TestAgent.Address("<sip:alice@example.org>"), TestAgent.Address("<sip:bob@example.com>"),
            "presence") { Accept = [Pidf] };
        return (new SipEventAgent(ua.Stack, () => true).Subscribe(change?.Invoke(wanted) ?? wanted, sink), sink);
    }

    private static (ISipSubscription Handle, RecordingSubscriber Sink, SipRequest Subscribe) Established(
        TestAgent ua, Func<OutgoingSubscription, OutgoingSubscription>? change = null)
    {
        var (handle, sink) = Subscribe(ua, change);
        var subscribe = ua.Request(SipMethod.Subscribe);
        ua.Reply(subscribe, 200, "b", null, "Expires: 600");
        ua.Receive(NotifyOf(ua, subscribe, "b", 1, "active;expires=600", "x"));
        ua.Response(200);
        return (handle, sink, subscribe);
    }

    private static SipRequest NotifyOf(
        TestAgent ua, SipRequest subscribe, string peerTag, uint cseq, string state, string body, params string[] headers) =>
        SipMessageBuilder.Copy(ua.InDialog(
                subscribe, peerTag, SipMethod.Notify, cseq, null, ["Event: presence", $"Subscription-State: {state}", .. headers]))
            .Body(Pidf, Encoding.UTF8.GetBytes(body)).BuildRequest();

    private static T Single<T>(RecordingSubscriber sink)
        where T : SubscriptionEvent => Assert.IsType<T>(Assert.Single(sink.Events.All));
}
