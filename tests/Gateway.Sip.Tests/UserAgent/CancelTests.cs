using Gateway.Sip.Messages;
using Gateway.Sip.Transports;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Tests.UserAgent;

/// <summary>CANCEL and everything that it can cross: RFC 3261 sections 9 and 15, MAPPING U-4, U-5.</summary>
public sealed class CancelTests : IDisposable
{
    private readonly TestAgent _ua = new();

    public void Dispose() => _ua.Dispose();

    [Fact] // RFC 3261 section 9.1
    public void Cancel_waits_for_a_provisional_response()
    {
        var call = _ua.Call();
        var invite = _ua.Request(SipMethod.Invite);
        call.Cancel(new SipReason("SIP", 200, "Call completed elsewhere"));
        _ua.NothingSent();
        _ua.Reply(invite, 100);

        var cancel = _ua.Request(SipMethod.Cancel);
        Assert.Equal(invite.TopVia.ToString(), cancel.TopVia.ToString());
        Assert.Equal(invite.RequestUri, cancel.RequestUri);
        Assert.Equal((invite.CSeq.Number, null), (cancel.CSeq.Number, cancel.To.Tag));
        Assert.False(cancel.HasHeader(SipHeaders.Require));
        Assert.Equal("SIP;cause=200;text=\"Call completed elsewhere\"", cancel.Header(SipHeaders.Reason));

        _ua.Reply(cancel, 200);
        _ua.Reply(invite, 487);
        _ua.Request(SipMethod.Ack);
        var refused = Assert.IsType<SipCallEvent.Refused>(_ua.Sink.Taken()[^1]);
        Assert.Equal((487, false), (refused.Failure.Status, refused.Failure.IsLocal));
        _ua.NothingIsLeft();
    }

    [Fact] // RFC 3261 section 15, MAPPING U-5
    public void Answer_that_crosses_the_cancel_is_told_and_can_be_hung_up()
    {
        var call = _ua.Call();
        var invite = _ua.Request(SipMethod.Invite);
        _ua.Reply(invite, 180);
        call.Cancel();
        var cancel = _ua.Request(SipMethod.Cancel);
        _ua.Reply(invite, 200, "b", TestAgent.Answer);
        _ua.Reply(cancel, 200);
        _ua.Request(SipMethod.Ack);
        Assert.IsType<SipCallEvent.Answered>(_ua.Sink.Taken()[^1]);

        call.Bye();
        _ua.Reply(_ua.Request(SipMethod.Bye), 200);
        Assert.Empty(_ua.Sink.Taken());
        _ua.NothingIsLeft();
    }

    [Fact] // RFC 3261 section 9.1: the final response came before the first provisional one
    public void Answer_before_any_provisional_makes_the_wish_moot()
    {
        var call = _ua.Call();
        var invite = _ua.Request(SipMethod.Invite);
        call.Cancel();
        _ua.Reply(invite, 200, "b", TestAgent.Answer);
        _ua.Request(SipMethod.Ack);
        _ua.NothingSent();
        _ua.Sink.Single<SipCallEvent.Answered>();
    }

    [Fact] // RFC 3261 section 9.1: 64*T1 after the CANCEL
    public void Cancelled_invite_without_final_response_is_given_up()
    {
        var call = _ua.Call();
        var invite = _ua.Request(SipMethod.Invite);
        _ua.Reply(invite, 180);
        call.Cancel();
        _ua.Reply(_ua.Request(SipMethod.Cancel), 200);
        _ua.Sink.Taken();
        _ua.Time.Advance(TestAgent.T1 * 64);

        var refused = _ua.Sink.Single<SipCallEvent.Refused>();
        Assert.Equal((487, true), (refused.Failure.Status, refused.Failure.IsLocal));
        _ua.NothingIsLeft();
    }

    [Fact] // Timer B runs as long as there is no provisional response
    public void Cancel_that_was_never_sent_ends_by_timer_b()
    {
        var call = _ua.Call();
        call.Cancel();
        _ua.Time.Advance(TestAgent.T1 * 64);
        Assert.DoesNotContain(_ua.Network.Sent, sent => sent.Message is SipRequest { Method.Name: "CANCEL" });
        Assert.Equal(408, _ua.Sink.Single<SipCallEvent.Refused>().Failure.Status);
        _ua.NothingIsLeft();
    }

    [Fact] // a cancelled call is not tried again with credentials
    public void Challenge_after_the_wish_to_cancel_is_final()
    {
        var call = _ua.Call(invite => invite with { Credentials = new SipCredentials("gw", "secret") });
        var invite = _ua.Request(SipMethod.Invite);
        call.Cancel();
        _ua.Reply(invite, 407, "b", null, "Proxy-Authenticate: Digest realm=\"pbx\", nonce=\"n1\", qop=\"auth\"");
        _ua.Request(SipMethod.Ack);
        _ua.NothingSent();
        Assert.Equal(407, _ua.Sink.Single<SipCallEvent.Refused>().Failure.Status);
        _ua.NothingIsLeft();
    }

    [Fact] // the retry has no provisional response of its own yet
    public void Cancel_during_the_retry_waits_for_the_retrys_own_provisional()
    {
        var call = _ua.Call(invite => invite with { Credentials = new SipCredentials("gw", "secret") });
        var first = _ua.Request(SipMethod.Invite);
        _ua.Reply(first, 100);
        _ua.Reply(first, 407, "b", null, "Proxy-Authenticate: Digest realm=\"pbx\", nonce=\"n1\", qop=\"auth\"");
        _ua.Request(SipMethod.Ack);
        var second = _ua.Request(SipMethod.Invite);
        call.Cancel();
        _ua.NothingSent();
        _ua.Reply(second, 100);
        Assert.Equal(second.TopVia.Branch, _ua.Request(SipMethod.Cancel).TopVia.Branch);
    }

    [Fact] // too large for a datagram, cancelled while TCP connects, refused
    public void Cancelled_invite_is_not_sent_again_by_datagram()
    {
        var call = _ua.Call(invite => invite with { Sdp = new string('a', 1400) });
        var stream = _ua.Network.Sent.Dequeue().Flow;
        Assert.Equal(SipTransportKind.Tcp, stream.Transport);
        call.Cancel();
        stream.Fail();
        _ua.NothingSent();
        Assert.Equal(503, _ua.Sink.Single<SipCallEvent.Refused>().Failure.Status);
        _ua.NothingIsLeft();
    }

    [Fact] // a fork answers although it was cancelled; the other fork's 2xx comes later still
    public void Two_forks_that_answer_after_the_cancel_are_both_ended()
    {
        var call = _ua.Call();
        var invite = _ua.Request(SipMethod.Invite);
        _ua.Reply(invite, 180, "b");
        call.Cancel();
        _ua.Reply(_ua.Request(SipMethod.Cancel), 200);
        _ua.Reply(invite, 200, "b", TestAgent.Answer);
        _ua.Request(SipMethod.Ack);
        call.Bye();
        _ua.Reply(_ua.Request(SipMethod.Bye), 200);
        _ua.Reply(invite, 200, "c", TestAgent.Answer);
        Assert.Equal("c", _ua.Request(SipMethod.Ack).To.Tag);
        var bye = _ua.Request(SipMethod.Bye);
        Assert.Equal("c", bye.To.Tag);
        _ua.Reply(bye, 200, "c");
        _ua.NothingIsLeft();
    }

    [Fact] // RFC 3261 section 9.2
    public void Incoming_cancel_gets_200_and_the_invite_487()
    {
        var (call, invite) = _ua.Ringing();
        call.Ring();
        var tag = _ua.Response(180).To.Tag;
        _ua.Receive(TestAgent.CancelOf(invite, "Reason: SIP;cause=200;text=\"Call completed elsewhere\""));

        Assert.Equal(SipMethod.Cancel, _ua.Response(200).CSeq.Method);
        var terminated = _ua.Response(487);
        Assert.Equal((SipMethod.Invite, tag), (terminated.CSeq.Method, terminated.To.Tag));
        Assert.Equal(new SipReason("SIP", 200, "Call completed elsewhere"), _ua.Handler.Sink.Single<SipCallEvent.Cancelled>().Reason);
        _ua.Receive(_ua.AckOf(invite, terminated));
        call.Answer(TestAgent.Answer); // too late: nothing happens
        _ua.NothingSent();
        _ua.NothingIsLeft();
    }

    [Fact] // MAPPING U-5: after our final response CANCEL has no effect, and is answered 200
    public void Cancel_that_crosses_the_answer_changes_nothing()
    {
        var (call, invite) = _ua.Ringing();
        call.Answer(TestAgent.Answer);
        var ok = _ua.Response(200);
        _ua.Receive(TestAgent.CancelOf(invite));
        Assert.Equal(SipMethod.Cancel, _ua.Response(200).CSeq.Method);
        _ua.NothingSent();
        _ua.Receive(_ua.AckOf(invite, ok));
        _ua.Handler.Sink.Single<SipCallEvent.Acknowledged>();
    }

    [Fact] // RFC 3261 section 9.2
    public void Cancel_that_matches_nothing_gets_481()
    {
        _ua.Receive(TestAgent.CancelOf(_ua.Incoming(SipMethod.Invite)));
        _ua.Response(481);
        _ua.NothingIsLeft();
    }

    [Fact] // a repeated CANCEL is absorbed by its own transaction
    public void Repeated_cancel_gets_the_same_200()
    {
        var (_, invite) = _ua.Ringing();
        var cancel = _ua.Receive(TestAgent.CancelOf(invite));
        var ok = _ua.Response(200);
        _ua.Response(487);
        _ua.Receive(cancel);
        Assert.Equal(ok.ToString(), _ua.Response(200).ToString());
        _ua.Handler.Sink.Single<SipCallEvent.Cancelled>();
    }
}
