using Gateway.Sip.Messages;
using Gateway.Sip.Subscriptions;
using Gateway.Sip.Tests.UserAgent;

namespace Gateway.Sip.Tests.Subscriptions;

/// <summary>Subscriptions of a peer that the test plays, in virtual time.</summary>
public sealed class ServerSubscriptionTests : IDisposable
{
    private readonly TestAgent _ua = new();
    private readonly RecordingNotifier _owner = new();

    public ServerSubscriptionTests() => new SipEventAgent(_ua.Stack, () => true).Serve("presence", _owner);

    [Fact] // RFC 6665 sections 4.2.1.1, 4.2.1.2; P-6
    public void Accepted_subscription_gets_200_and_pending_at_once()
    {
        _ua.Receive(Subscribe(1, "Expires: 600", "Record-Route: <sip:192.0.2.2:5070;lr>"));
        var ok = _ua.Response(200);
        Assert.Equal(600u, ok.Expires);
        Assert.NotNull(ok.To.Tag);
        Assert.Equal("<sip:alice@192.0.2.1:5060>", ok.Header("Contact"));

        var notify = _ua.Request(SipMethod.Notify);
        Assert.Equal("presence", notify.Header("Event"));
        Assert.Equal("pending;expires=600", notify.Header("Subscription-State"));
        Assert.Equal(ok.To.Tag, notify.From.Tag);
        Assert.Equal("p", notify.To.Tag);
        Assert.Equal("<sip:192.0.2.2:5070;lr>", notify.Header("Route"));
        Assert.Equal("sip:bob@192.0.2.2", notify.RequestUri.ToString());
        Assert.True(notify.Body.IsEmpty);
    }

    [Fact] // section 4.2.2, RFC 8048 section 5.3.1
    public void Owner_authorizes_and_says_what_is_known()
    {
        var (handle, _) = Accepted();
        handle.Notify(true, RecordingNotifier.Pidf("here"));
        var notify = _ua.Request(SipMethod.Notify);
        Assert.Equal("active;expires=600", notify.Header("Subscription-State"));
        Assert.Equal("application/pidf+xml", notify.Header("Content-Type"));
        Assert.Equal("here", SipBody.Of(notify)?.Text);
        _ua.Reply(notify, 200);

        _ua.Time.Advance(TimeSpan.FromSeconds(100));
        handle.Notify(true, RecordingNotifier.Pidf("away"));
        Assert.Equal("active;expires=500", _ua.Request(SipMethod.Notify).Header("Subscription-State"));
    }

    [Fact] // section 4.2.1.4, P-7
    public void Refresh_is_answered_by_the_latest_state()
    {
        var (handle, ok) = Accepted();
        handle.Notify(true, RecordingNotifier.Pidf("here"));
        _ua.Reply(_ua.Request(SipMethod.Notify), 200);
        _ua.Time.Advance(TimeSpan.FromSeconds(300));
        _ua.Receive(InDialog(ok, 2, "Expires: 900"));
        Assert.Equal(900u, _ua.Response(200).Expires);
        var notify = _ua.Request(SipMethod.Notify);
        Assert.Equal("active;expires=900", notify.Header("Subscription-State"));
        Assert.Equal("here", SipBody.Of(notify)?.Text);
        Assert.IsType<NotifierEvent.Refreshed>(Assert.Single(_owner.Events.All));
    }

    [Fact] // RFC 8048 section 5.3.3, P-8
    public void Subscriber_that_leaves_gets_the_owners_final_state()
    {
        var (handle, ok) = Accepted();
        _ua.Receive(InDialog(ok, 2, "Expires: 0"));
        Assert.Equal(0u, _ua.Response(200).Expires);
        Assert.IsType<NotifierEvent.Unsubscribed>(Assert.Single(_owner.Events.All));
        handle.Terminate(TerminationReason.Timeout, RecordingNotifier.Pidf("closed"));
        var notify = _ua.Request(SipMethod.Notify);
        Assert.Equal("terminated;reason=timeout", notify.Header("Subscription-State"));
        Assert.Equal("closed", SipBody.Of(notify)?.Text);
        _ua.Reply(notify, 200);
        _ua.Receive(InDialog(ok, 3, "Expires: 600"));
        _ua.Response(481);
        _ua.NothingIsLeft();
        Assert.Equal(0, _ua.Loop.Metrics.Subscriptions);
    }

    [Fact] // section 4.2.2
    public void Subscription_that_is_not_refreshed_ends()
    {
        Accepted();
        _ua.Time.Advance(TimeSpan.FromSeconds(600));
        var notify = _ua.Request(SipMethod.Notify);
        Assert.Equal("terminated;reason=timeout", notify.Header("Subscription-State"));
        Assert.IsType<NotifierEvent.Expired>(Assert.Single(_owner.Events.All));
        _ua.Reply(notify, 200);
        _ua.NothingIsLeft();
    }

    [Theory] // section 4.2.2: 481, and anything without Retry-After
    [InlineData(481)]
    [InlineData(500)]
    public void Subscriber_that_knows_nothing_of_it_is_forgotten(int status)
    {
        var (handle, _) = Accepted();
        handle.Notify(true, null);
        _ua.Reply(_ua.Request(SipMethod.Notify), status);
        Assert.IsType<NotifierEvent.Lost>(Assert.Single(_owner.Events.All));
        handle.Notify(true, RecordingNotifier.Pidf("x"));
        _ua.NothingSent();
        _ua.NothingIsLeft();
    }

    [Fact] // section 4.2.2
    public void Subscriber_that_does_not_answer_is_forgotten()
    {
        var (handle, _) = Accepted();
        handle.Notify(true, null);
        _ua.Settle(TimeSpan.FromSeconds(33));
        Assert.IsType<NotifierEvent.Lost>(Assert.Single(_owner.Events.All));
        _ua.NothingIsLeft();
    }

    [Fact] // section 4.4.3, P-9
    public void Fetch_gets_one_notify_and_leaves_nothing()
    {
        _owner.Decision = new SubscriptionDecision.Accept(_owner, IsActive: true, RecordingNotifier.Pidf("here"));
        _ua.Receive(Subscribe(1, "Expires: 0"));
        Assert.Equal(0u, _ua.Response(200).Expires);
        var notify = _ua.Request(SipMethod.Notify);
        Assert.Equal("terminated;reason=timeout", notify.Header("Subscription-State"));
        Assert.Equal("here", SipBody.Of(notify)?.Text);
        Assert.True(_owner.Asked.All[0].Subscription.IsFetch);
        _ua.Reply(notify, 200);
        _ua.NothingIsLeft();
    }

    [Fact] // sections 4.2.1.1, 7.3.2
    public void Package_that_is_not_served_is_refused_with_those_that_are()
    {
        _ua.Receive(_ua.Incoming(SipMethod.Subscribe, 1, null, "Event: dialog"));
        Assert.Equal("presence", _ua.Response(489).Header("Allow-Events"));
        _ua.Receive(_ua.Incoming(SipMethod.Subscribe, 2));
        Assert.Equal("presence", _ua.Response(489).Header("Allow-Events"));
        Assert.Empty(_owner.Asked.All);
    }

    [Fact] // section 4.2.1.1
    public void Too_brief_a_subscription_is_refused_with_the_least_time()
    {
        _ua.Receive(Subscribe(1, "Expires: 59"));
        Assert.Equal("60", _ua.Response(423).Header("Min-Expires"));
        _ua.Receive(Subscribe(2, "Expires: 999999"));
        Assert.Equal(3600u, _ua.Response(200).Expires);
    }

    [Fact] // P-3, P-15, P-16: the owner's refusal
    public void Owner_refuses()
    {
        _owner.Decision = new SubscriptionDecision.Refuse(403, "Not For You");
        _ua.Receive(Subscribe(1));
        Assert.Equal("Not For You", _ua.Response(403).Phrase);
        _owner.Decision = new SubscriptionDecision.Refuse(503, null, 30);
        _ua.Receive(Subscribe(2));
        Assert.Equal("30", _ua.Response(503).Header("Retry-After"));
        _ua.NothingIsLeft();
    }

    [Fact] // U-41, U-43
    public void Loops_and_floods_are_refused()
    {
        _ua.Receive(Subscribe(1, "X-GW-Loop: ours"));
        _ua.Response(482);
        _ua.Receive(Subscribe(2, "Contact:"));
        _ua.Response(400);
        _ua.Stack.IsDraining = true;
        _ua.Receive(Subscribe(3));
        Assert.NotNull(_ua.Response(503).Header("Retry-After"));
        Assert.Empty(_owner.Asked.All);
    }

    [Fact] // RFC 6665 section 4.5.2
    public void Second_subscription_in_the_same_dialog_is_refused_and_the_first_lives_on()
    {
        var (handle, ok) = Accepted();
        _ua.Receive(_ua.InDialog(ok, SipMethod.Subscribe, 2, null, "Event: presence;id=2"));
        _ua.Response(403);
        handle.Notify(true, null);
        _ua.Request(SipMethod.Notify);
    }

    [Fact] // RFC 6665 section 4.1.3: probation says that it is worth trying again
    public void Endpoint_that_stops_ends_its_subscriptions()
    {
        Accepted();
        _ua.Stack.Subscriptions.EndAll();
        Assert.Equal("terminated;reason=probation;retry-after=30", _ua.Request(SipMethod.Notify).Header("Subscription-State"));
    }

    public void Dispose() => _ua.Dispose();

    private (ISipNotifier Handle, SipResponse Ok) Accepted()
    {
        _ua.Receive(Subscribe(1, "Expires: 600"));
        var ok = _ua.Response(200);
        _ua.Reply(_ua.Request(SipMethod.Notify), 200);
        return (_owner.Asked.All[^1].Handle, ok);
    }

    private SipRequest Subscribe(uint cseq, params string[] headers) =>
        _ua.Incoming(SipMethod.Subscribe, cseq, null, ["Event: presence", "Accept: application/pidf+xml", .. headers]);

    private SipRequest InDialog(SipResponse ok, uint cseq, params string[] headers) =>
        _ua.InDialog(ok, SipMethod.Subscribe, cseq, null, ["Event: presence", .. headers]);
}
