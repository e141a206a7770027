using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Tests.UserAgent;

/// <summary>Re-INVITEs of ours: RFC 3261 section 14.1, RFC 5057 section 5.1, MAPPING U-11, U-13, U-52.</summary>
public sealed class OwnOfferTests : IDisposable
{
    private readonly TestAgent _ua = new();

    public void Dispose() => _ua.Dispose();

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
