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

    [Fact] // RFC 3261 section 14.1
    public void Our_reinvite_is_acknowledged_and_its_answer_told()
    {
        var call = _ua.Answered();
        call.Reinvite("v=0 one");
        var reinvite = _ua.Request(SipMethod.Invite);
        Assert.Equal(("v=0 one", "b"), (reinvite.SessionDescription, reinvite.To.Tag));
        call.Reinvite("v=0 two");
        call.Reinvite("v=0 three"); // replaces the one that waits
        _ua.NothingSent();
        _ua.Reply(reinvite, 200, "b", TestAgent.Answer);
        Assert.Equal(reinvite.CSeq.Number, _ua.Request(SipMethod.Ack).CSeq.Number);
        Assert.Equal(TestAgent.Answer, _ua.Sink.Single<SipCallEvent.ReinviteAnswered>().Sdp);

        var next = _ua.Request(SipMethod.Invite);
        Assert.Equal("v=0 three", next.SessionDescription);
        Assert.Equal(reinvite.CSeq.Number + 1, next.CSeq.Number);
        _ua.Reply(reinvite, 200, "b", TestAgent.Answer); // the first 2xx once more
        _ua.Request(SipMethod.Ack);
        Assert.Empty(_ua.Sink.Taken());
    }

    [Fact] // RFC 3261 section 14.1, MAPPING U-13
    public void Reinvite_is_tried_again_after_491_by_the_owner_of_the_call_id_later()
    {
        var call = _ua.Answered();
        call.Reinvite(TestAgent.Offer);
        _ua.Reply(_ua.Request(SipMethod.Invite), 491);
        _ua.Request(SipMethod.Ack);
        _ua.Time.Advance(TimeSpan.FromMilliseconds(2099));
        _ua.NothingSent();
        _ua.Time.Advance(TimeSpan.FromMilliseconds(1901));
        _ua.Reply(_ua.Request(SipMethod.Invite), 200, "b", TestAgent.Answer);
        _ua.Sink.Single<SipCallEvent.ReinviteAnswered>();

        var (incoming, _, _) = _ua.AnsweredIncoming2();
        incoming.Reinvite(TestAgent.Offer);
        _ua.Reply(_ua.Request(SipMethod.Invite), 491, "p");
        _ua.Request(SipMethod.Ack);
        _ua.Time.Advance(TimeSpan.FromMilliseconds(2000));
        _ua.Request(SipMethod.Invite);
    }

    [Fact] // RFC 3261 section 14.2
    public void Reinvite_is_tried_again_after_500_with_retry_after()
    {
        var call = _ua.Answered();
        call.Reinvite(TestAgent.Offer);
        _ua.Reply(_ua.Request(SipMethod.Invite), 500, "b", null, "Retry-After: 3");
        _ua.Request(SipMethod.Ack);
        _ua.Time.Advance(TimeSpan.FromSeconds(3));
        _ua.Request(SipMethod.Invite);
    }

    [Fact]
    public void Endless_glare_is_given_up()
    {
        var call = _ua.Answered();
        call.Reinvite(TestAgent.Offer);
        for (var tries = 0; tries < 8; tries++)
        {
            _ua.Reply(_ua.Request(SipMethod.Invite), 491);
            _ua.Request(SipMethod.Ack);
            while (tries < 7 && _ua.Network.Sent.Count == 0)
            {
                Assert.True(_ua.Time.AdvanceToNextTimer());
            }
        }

        _ua.Time.Advance(TimeSpan.FromMinutes(1));
        _ua.NothingSent();
        Assert.Equal(491, _ua.Sink.Single<SipCallEvent.ReinviteRefused>().Status);
    }

    [Fact] // glare on both sides: the peer's re-INVITE comes while ours waits after 491
    public void Peers_offer_goes_first_while_ours_waits()
    {
        var call = _ua.Answered();
        call.Reinvite(TestAgent.Offer);
        var ours = _ua.Request(SipMethod.Invite);
        _ua.Reply(ours, 491);
        _ua.Request(SipMethod.Ack);
        var theirs = _ua.Receive(_ua.InDialog(ours, "b", SipMethod.Invite, 1, TestAgent.Offer));
        _ua.Response(100);
        _ua.Time.Advance(TimeSpan.FromSeconds(4));
        _ua.NothingSent();
        call.AcceptReinvite(TestAgent.Answer);
        var ok = _ua.Response(200);
        _ua.NothingSent(); // not before the ACK
        _ua.Receive(_ua.AckOf(theirs, ok));
        Assert.Equal(TestAgent.Offer, _ua.Request(SipMethod.Invite).SessionDescription);
    }

    [Theory] // RFC 5057 section 5.1, MAPPING U-11
    [InlineData(403)]
    [InlineData(488)]
    [InlineData(500)]
    [InlineData(503)]
    public void Refused_reinvite_leaves_the_call_running(int status)
    {
        _ua.Answered().Reinvite(TestAgent.Offer);
        _ua.Reply(_ua.Request(SipMethod.Invite), status);
        _ua.Request(SipMethod.Ack);
        _ua.NothingSent();
        Assert.Equal(status, _ua.Sink.Single<SipCallEvent.ReinviteRefused>().Status);
    }

    [Theory] // RFC 5057 section 5.1, RFC 3261 section 12.2.1.2
    [InlineData(404)]
    [InlineData(408)]
    [InlineData(481)]
    [InlineData(482)]
    [InlineData(502)]
    public void Reinvite_that_finds_the_dialog_gone_ends_the_call(int status)
    {
        _ua.Answered().Reinvite(TestAgent.Offer);
        _ua.Reply(_ua.Request(SipMethod.Invite), status);
        _ua.Request(SipMethod.Ack);
        Assert.Equal(SipEndCause.DialogLost, _ua.Sink.Single<SipCallEvent.Ended>().Cause);
        _ua.Reply(_ua.Request(SipMethod.Bye), 481);
        _ua.NothingIsLeft();
    }

    [Fact] // RFC 3261 section 12.2.1.2
    public void Reinvite_without_any_answer_ends_the_call()
    {
        _ua.Answered().Reinvite(TestAgent.Offer);
        _ua.Settle(TestAgent.T1 * 64);
        Assert.Equal(SipEndCause.DialogLost, _ua.Sink.Single<SipCallEvent.Ended>().Cause);
        _ua.NothingIsLeft();
    }

    [Fact] // MAPPING U-52: nothing is tried again once BYE is sent
    public void Bye_stops_the_retry_after_491()
    {
        var call = _ua.Answered();
        call.Reinvite(TestAgent.Offer);
        _ua.Reply(_ua.Request(SipMethod.Invite), 491);
        _ua.Request(SipMethod.Ack);
        call.Bye();
        _ua.Reply(_ua.Request(SipMethod.Bye), 200);
        _ua.Time.Advance(TimeSpan.FromSeconds(5));
        _ua.NothingSent();
        _ua.NothingIsLeft();
    }

    [Fact] // a 2xx that crosses our BYE needs its ACK all the same
    public void Answer_of_the_reinvite_after_our_bye_is_acknowledged()
    {
        var call = _ua.Answered();
        call.Reinvite(TestAgent.Offer);
        var reinvite = _ua.Request(SipMethod.Invite);
        _ua.Reply(reinvite, 180);
        call.Bye();
        Assert.Equal(SipMethod.Cancel, _ua.Request().Method);
        _ua.Reply(_ua.Request(SipMethod.Bye), 200);
        _ua.Reply(reinvite, 200, "b", TestAgent.Answer);
        _ua.Request(SipMethod.Ack);
        Assert.Empty(_ua.Sink.Taken());
        _ua.NothingIsLeft();
    }

    [Fact] // a re-INVITE that hangs for ever must not hold memory for ever
    public void Reinvite_without_final_response_is_forgotten_after_the_bye()
    {
        var call = _ua.Answered();
        call.Reinvite(TestAgent.Offer);
        _ua.Reply(_ua.Request(SipMethod.Invite), 180);
        call.Bye();
        _ua.NothingIsLeft();
    }

    [Fact] // RFC 3261 section 14.1: no INVITE of ours while the first is not acknowledged
    public void Our_offer_waits_for_the_ack_of_the_call()
    {
        var (call, invite) = _ua.Ringing();
        call.Answer(TestAgent.Answer);
        var ok = _ua.Response(200);
        call.Reinvite(TestAgent.Offer);
        _ua.NothingSent();
        _ua.Receive(_ua.AckOf(invite, ok));
        var reinvite = _ua.Request(SipMethod.Invite);
        Assert.Equal(("p", ok.To.Tag), (reinvite.To.Tag, reinvite.From.Tag));
        Assert.Equal(1u, reinvite.CSeq.Number);
    }
}
