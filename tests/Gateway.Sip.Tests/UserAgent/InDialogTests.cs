using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Tests.UserAgent;

/// <summary>An answered call: hanging up, changing the session, glare (RFC 3261 sections 12.2, 14, 15).</summary>
public sealed class InDialogTests : IDisposable
{
    private readonly TestAgent _ua = new();

    public void Dispose() => _ua.Dispose();

    [Fact] // RFC 3261 section 15.1.2
    public void Peers_bye_ends_the_call_with_its_reason()
    {
        var (_, _, ok) = _ua.AnsweredIncoming();
        _ua.Receive(_ua.InDialog(ok, SipMethod.Bye, 2, null, "Reason: Q.850;cause=31;text=\"Normal\", SIP;cause=200"));
        _ua.Response(200);
        var ended = _ua.Handler.Sink.Single<SipCallEvent.Ended>();
        Assert.Equal((SipEndCause.Bye, new SipReason("Q.850", 31, "Normal")), (ended.Cause, ended.Reason));
        _ua.Receive(_ua.InDialog(ok, SipMethod.Bye, 3));
        _ua.Response(481);
        _ua.NothingIsLeft();
    }

    [Fact] // RFC 3261 section 15: byes cross
    public void Byes_that_cross_end_the_call_once_and_silently()
    {
        var call = _ua.Answered();
        call.Bye();
        var ours = _ua.Request(SipMethod.Bye);
        _ua.Receive(_ua.InDialog(ours, "b", SipMethod.Bye, 1));
        _ua.Response(200);
        _ua.Reply(ours, 481);
        Assert.Empty(_ua.Sink.Taken());
        _ua.NothingIsLeft();
    }

    [Theory] // whatever the peer says to BYE, the call is over
    [InlineData(200)]
    [InlineData(401)]
    [InlineData(500)]
    public void Bye_ends_the_call_whatever_its_answer(int status)
    {
        _ua.Answered().Bye();
        _ua.Reply(_ua.Request(SipMethod.Bye), status);
        Assert.Empty(_ua.Sink.Taken());
        _ua.NothingIsLeft();
    }

    [Fact]
    public void Bye_without_answer_ends_by_timer_f()
    {
        _ua.Answered().Bye();
        _ua.Time.Advance(TestAgent.T1 * 64);
        _ua.NothingIsLeft();
    }

    [Fact] // RFC 3261 section 12.2.2, MAPPING U-12
    public void Number_lower_than_the_last_gets_500_and_higher_ones_may_skip()
    {
        var (_, _, ok) = _ua.AnsweredIncoming();
        _ua.Receive(_ua.InDialog(ok, SipMethod.Options, 50));
        _ua.Response(200);
        _ua.Receive(_ua.InDialog(ok, SipMethod.Options, 49));
        _ua.Response(500);
    }

    [Fact] // RFC 6086 section 4.2.2, MAPPING U-23
    public void Info_is_taken_in_legacy_use_and_refused_with_a_package()
    {
        var (_, _, ok) = _ua.AnsweredIncoming();
        _ua.Receive(_ua.InDialog(ok, SipMethod.Info, 2));
        _ua.Response(200);
        _ua.Receive(_ua.InDialog(ok, SipMethod.Info, 3, null, "Info-Package: dtmf"));
        Assert.True(_ua.Response(469).HasHeader(SipHeaders.RecvInfo));
    }

    [Fact] // RFC 6086 section 4.2.2: what phones send for keys
    public void Info_with_a_body_is_told_and_one_without_is_not()
    {
        var (_, _, ok) = _ua.AnsweredIncoming();
        _ua.Handler.Sink.Taken();
        _ua.Receive(_ua.InDialog(ok, SipMethod.Info, 2));
        _ua.Response(200);
        Assert.Empty(_ua.Handler.Sink.Taken());
        _ua.Receive(_ua.InDialog(ok, SipMethod.Info, 3, "Signal=5\r\nDuration=160\r\n"));
        _ua.Response(200);
        Assert.Equal("Signal=5\r\nDuration=160\r\n", _ua.Handler.Sink.Single<SipCallEvent.Info>().Body.Text);
        _ua.Receive(_ua.InDialog(ok, SipMethod.Info, 4, "Signal=5\r\n", "Info-Package: dtmf"));
        _ua.Response(469);
        Assert.Empty(_ua.Handler.Sink.Taken());
    }

    [Fact] // RFC 3261 section 12.2.2: a number that overtakes another makes the peer refuse that
    public void Infos_go_one_after_the_other()
    {
        var call = _ua.Answered();
        call.SendInfo(SipBody.OfText("application/dtmf-relay", "Signal=1\r\n"));
        call.SendInfo(SipBody.OfText("application/dtmf-relay", "Signal=2\r\n"));
        var first = _ua.Request(SipMethod.Info);
        Assert.Equal(("application/dtmf-relay", "Signal=1\r\n"), (SipBody.Of(first)!.ContentType, SipBody.Of(first)!.Text));
        _ua.NothingSent();
        _ua.Reply(first, 415);
        var second = _ua.Request(SipMethod.Info);
        Assert.Equal("Signal=2\r\n", SipBody.Of(second)!.Text);
        Assert.True(second.CSeq.Number > first.CSeq.Number);
        _ua.Reply(second, 200);
        Assert.Empty(_ua.Sink.Taken());
        _ua.NothingSent();
    }

    [Fact] // RFC 3261 section 12.2.1.2
    public void Info_that_the_peer_knows_no_dialog_for_ends_the_call()
    {
        var call = _ua.Answered();
        call.SendInfo(SipBody.OfText("application/dtmf-relay", "Signal=1\r\n"));
        _ua.Reply(_ua.Request(SipMethod.Info), 481);
        Assert.Equal(SipEndCause.DialogLost, _ua.Sink.Single<SipCallEvent.Ended>().Cause);
        _ua.Reply(_ua.Request(SipMethod.Bye), 200);
        _ua.NothingIsLeft();
    }

    [Fact]
    public void Nothing_is_sent_before_the_answer_nor_after_the_end()
    {
        var ringing = _ua.Ringing();
        ringing.Call.SendInfo(SipBody.OfText("application/dtmf-relay", "Signal=1\r\n"));
        _ua.NothingSent();
    }

    [Fact] // RFC 3261 section 14.2, MAPPING U-10
    public void Peers_reinvite_is_told_answered_and_refreshes_the_target()
    {
        var (call, _, ok) = _ua.AnsweredIncoming();
        var reinvite = _ua.Receive(_ua.InDialog(ok, SipMethod.Invite, 2, TestAgent.Offer, "Contact: <sip:moved@192.0.2.55>"));
        _ua.Response(100);
        Assert.Equal(TestAgent.Offer, _ua.Handler.Sink.Single<SipCallEvent.Reinvited>().Sdp);
        call.AcceptReinvite(TestAgent.Answer);
        var accepted = _ua.Response(200);
        Assert.Equal((ok.To.Tag, TestAgent.Answer), (accepted.To.Tag, accepted.SessionDescription));
        _ua.Time.Advance(TestAgent.T1);
        _ua.Response(200);
        _ua.Receive(_ua.AckOf(reinvite, accepted));
        _ua.Time.Advance(TestAgent.T1 * 4);
        _ua.NothingSent();

        call.Bye();
        var bye = _ua.Request(SipMethod.Bye);
        Assert.Equal("sip:moved@192.0.2.55", bye.RequestUri.ToString());
    }

    [Fact] // RFC 3261 section 14.2: a refused re-INVITE changes nothing, the target neither
    public void Refused_reinvite_leaves_everything_as_it_was()
    {
        var (call, _, ok) = _ua.AnsweredIncoming();
        var reinvite = _ua.Receive(_ua.InDialog(ok, SipMethod.Invite, 2, TestAgent.Offer, "Contact: <sip:moved@192.0.2.55>"));
        _ua.Response(100);
        call.RefuseReinvite(488);
        _ua.Receive(_ua.AckOf(reinvite, _ua.Response(488)));
        call.Bye();
        Assert.Equal("sip:bob@192.0.2.2", _ua.Request(SipMethod.Bye).RequestUri.ToString());
    }

    [Fact] // RFC 3261 section 20.43
    public void Refused_reinvite_says_what_cannot_be_had()
    {
        var (call, _, ok) = _ua.AnsweredIncoming();
        _ua.Receive(_ua.InDialog(ok, SipMethod.Invite, 2, TestAgent.Offer));
        _ua.Response(100);
        call.RefuseReinvite(488, new SipWarning(SipWarning.IncompatibleMediaFormat, "no format"));
        Assert.Equal("305 gateway \"no format\"", _ua.Response(488).Header(SipHeaders.Warning));
    }

    [Fact] // RFC 3261 section 14.2: the answer in the ACK
    public void Reinvite_without_offer_is_answered_with_one()
    {
        var (call, _, ok) = _ua.AnsweredIncoming();
        var reinvite = _ua.Receive(_ua.InDialog(ok, SipMethod.Invite, 2));
        _ua.Response(100);
        Assert.Null(_ua.Handler.Sink.Single<SipCallEvent.Reinvited>().Sdp);
        call.AcceptReinvite(TestAgent.Offer);
        _ua.Receive(_ua.AckOf(reinvite, _ua.Response(200), TestAgent.Answer));
        Assert.Equal(TestAgent.Answer, _ua.Handler.Sink.Single<SipCallEvent.Acknowledged>().Sdp);
    }

    [Fact] // RFC 3261 section 14.2
    public void Accepted_reinvite_without_ack_ends_the_call()
    {
        var (call, _, ok) = _ua.AnsweredIncoming();
        _ua.Receive(_ua.InDialog(ok, SipMethod.Invite, 2, TestAgent.Offer));
        _ua.Handler.Sink.Taken();
        call.AcceptReinvite(TestAgent.Answer);
        _ua.Settle(TestAgent.T1 * 64);
        Assert.Equal(SipEndCause.AckTimeout, _ua.Handler.Sink.Single<SipCallEvent.Ended>().Cause);
        _ua.NothingIsLeft();
    }

    [Fact] // RFC 3261 section 9.2
    public void Peer_takes_its_reinvite_back()
    {
        var (call, _, ok) = _ua.AnsweredIncoming();
        var reinvite = _ua.Receive(_ua.InDialog(ok, SipMethod.Invite, 2, TestAgent.Offer));
        _ua.Response(100);
        _ua.Receive(TestAgent.CancelOf(reinvite));
        Assert.Equal(SipMethod.Cancel, _ua.Response(200).CSeq.Method);
        _ua.Receive(_ua.AckOf(reinvite, _ua.Response(487)));
        call.AcceptReinvite(TestAgent.Answer); // too late
        _ua.NothingSent();
        call.Bye();
        _ua.Reply(_ua.Request(SipMethod.Bye), 200);
        _ua.NothingIsLeft();
    }

    [Fact] // RFC 3261 section 15.1.2
    public void Bye_while_the_peers_reinvite_is_open_answers_it_487()
    {
        var (_, _, ok) = _ua.AnsweredIncoming();
        _ua.Receive(_ua.InDialog(ok, SipMethod.Invite, 2, TestAgent.Offer));
        _ua.Response(100);
        _ua.Receive(_ua.InDialog(ok, SipMethod.Bye, 3));
        Assert.Equal(SipMethod.Bye, _ua.Response(200).CSeq.Method);
        Assert.Equal(SipMethod.Invite, _ua.Response(487).CSeq.Method);
        _ua.NothingIsLeft();
    }

    [Fact] // RFC 3311 section 5.2
    public void Update_with_offer_is_told_and_without_one_answered_at_once()
    {
        var (call, _, ok) = _ua.AnsweredIncoming();
        _ua.Receive(_ua.InDialog(ok, SipMethod.Update, 2, null, "Contact: <sip:moved@192.0.2.55>"));
        _ua.Response(200);
        Assert.Empty(_ua.Handler.Sink.Taken());
        _ua.Receive(_ua.InDialog(ok, SipMethod.Update, 3, TestAgent.Offer));
        _ua.Handler.Sink.Single<SipCallEvent.Reinvited>();
        call.AcceptReinvite(TestAgent.Answer);
        var answered = _ua.Response(200);
        Assert.Equal((SipMethod.Update, TestAgent.Answer), (answered.CSeq.Method, answered.SessionDescription));
        _ua.Time.Advance(TestAgent.T1 * 8);
        _ua.NothingSent(); // UPDATE has no ACK
        call.Bye();
        Assert.Equal("sip:bob@192.0.2.2", _ua.Request(SipMethod.Bye).RequestUri.ToString());
    }

    [Fact] // RFC 3311 section 5.2: the sender of UPDATE waits 64*T1 at most
    public void Update_that_nobody_answers_is_refused_in_time()
    {
        var (_, _, ok) = _ua.AnsweredIncoming();
        _ua.Receive(_ua.InDialog(ok, SipMethod.Update, 2, TestAgent.Offer));
        _ua.Time.Advance(TestAgent.T1 * 32);
        _ua.Response(504);
    }

    [Theory] // RFC 3261 section 14.2, RFC 3311 section 5.2, MAPPING U-13, U-14
    [InlineData("INVITE")]
    [InlineData("UPDATE")]
    public void Offers_that_cross_are_refused_with_491(string name)
    {
        Assert.True(SipMethod.TryParse(name, out var method));
        var call = _ua.Answered();
        call.Reinvite(TestAgent.Offer);
        var ours = _ua.Request(SipMethod.Invite);
        _ua.Receive(_ua.InDialog(ours, "b", method, 1, TestAgent.Offer));
        _ua.Response(491);
        Assert.Empty(_ua.Sink.Taken());
    }

    [Theory] // RFC 3261 section 14.2
    [InlineData("INVITE")]
    [InlineData("UPDATE")]
    public void Second_offer_of_the_peer_is_put_off(string name)
    {
        Assert.True(SipMethod.TryParse(name, out var method));
        var (_, _, ok) = _ua.AnsweredIncoming();
        _ua.Receive(_ua.InDialog(ok, SipMethod.Invite, 2, TestAgent.Offer));
        _ua.Response(100);
        _ua.Receive(_ua.InDialog(ok, method, 3, TestAgent.Offer));
        Assert.True(_ua.Response(500).HasHeader(SipHeaders.RetryAfter));
        _ua.Handler.Sink.Single<SipCallEvent.Reinvited>();
    }
}
