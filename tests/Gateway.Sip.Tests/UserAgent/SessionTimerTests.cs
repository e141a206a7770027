using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Tests.UserAgent;

/// <summary>RFC 4028, MAPPING U-17.</summary>
public sealed class SessionTimerTests : IDisposable
{
    private readonly TestAgent _ua = new();

    public void Dispose() => _ua.Dispose();

    [Fact] // sections 7.2, 7.4, 10
    public void We_refresh_by_update_where_the_peer_takes_it()
    {
        _ua.Answered("Session-Expires: 600;refresher=uac", "Allow: INVITE, ACK, BYE, UPDATE");
        _ua.Time.Advance(TimeSpan.FromSeconds(300));
        var update = _ua.Request(SipMethod.Update);
        Assert.Equal("600;refresher=uac", update.Header(SipHeaders.SessionExpires));
        Assert.Null(update.SessionDescription);
        _ua.Reply(update, 200, "b", null, "Session-Expires: 600;refresher=uac");
        _ua.Time.Advance(TimeSpan.FromSeconds(299));
        _ua.NothingSent();
        _ua.Time.Advance(TimeSpan.FromSeconds(1));
        _ua.Request(SipMethod.Update);
        Assert.Empty(_ua.Sink.Taken());
    }

    [Fact] // section 7.4: the same description once more
    public void We_refresh_by_reinvite_where_the_peer_takes_no_update()
    {
        _ua.Answered("Session-Expires: 600;refresher=uac");
        _ua.Time.Advance(TimeSpan.FromSeconds(300));
        var reinvite = _ua.Request(SipMethod.Invite);
        Assert.Equal((TestAgent.Offer, "600;refresher=uac"), (
            reinvite.SessionDescription, reinvite.Header(SipHeaders.SessionExpires)));
        _ua.Reply(reinvite, 200, "b", TestAgent.Answer, "Session-Expires: 600;refresher=uac");
        _ua.Request(SipMethod.Ack);
        Assert.Empty(_ua.Sink.Taken()); // the owner has asked for nothing
    }

    [Fact] // RFC 3264 section 8: an older version after a newer one says nothing to the peer, or something wrong
    public void Refresh_that_had_to_wait_repeats_what_was_said_since()
    {
        var call = _ua.Answered("Session-Expires: 600;refresher=uac");
        _ua.Time.Advance(TimeSpan.FromSeconds(300));
        var refresh = _ua.Request(SipMethod.Invite);
        _ua.Reply(refresh, 491);
        _ua.Request(SipMethod.Ack);
        var theirs = _ua.Receive(_ua.InDialog(refresh, "b", SipMethod.Invite, 1, TestAgent.Offer));
        _ua.Response(100);
        _ua.Time.Advance(TimeSpan.FromSeconds(4));
        call.AcceptReinvite("v=0 newer");
        var ok = _ua.Response(200);
        _ua.Receive(_ua.AckOf(theirs, ok));

        Assert.Equal("v=0 newer", _ua.Request(SipMethod.Invite).SessionDescription);
    }

    [Fact] // section 10: the lesser of 32 s and a third before the end
    public void Peer_that_does_not_refresh_loses_the_call()
    {
        _ua.Answered("Session-Expires: 600;refresher=uas");
        _ua.Time.Advance(TimeSpan.FromSeconds(567));
        _ua.NothingSent();
        _ua.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(SipEndCause.SessionExpired, _ua.Sink.Single<SipCallEvent.Ended>().Cause);
        _ua.Reply(_ua.Request(SipMethod.Bye), 200);
        _ua.NothingIsLeft();
    }

    [Fact] // section 9: what the caller asked for; Require tells it that it must refresh
    public void Peers_refresh_keeps_the_call()
    {
        var (_, _, ok) = _ua.AnsweredIncoming(TestAgent.Offer, "Session-Expires: 90", "Supported: timer");
        Assert.Equal(("90;refresher=uac", "timer"), (ok.Header(SipHeaders.SessionExpires), ok.Header(SipHeaders.Require)));
        _ua.Time.Advance(TimeSpan.FromSeconds(50));
        _ua.Receive(_ua.InDialog(ok, SipMethod.Update, 2, null, "Session-Expires: 90;refresher=uac", "Supported: timer"));
        Assert.Equal("90;refresher=uac", _ua.Response(200).Header(SipHeaders.SessionExpires));
        _ua.Time.Advance(TimeSpan.FromSeconds(50));
        Assert.Empty(_ua.Handler.Sink.Taken());
        _ua.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(SipEndCause.SessionExpired, _ua.Handler.Sink.Single<SipCallEvent.Ended>().Cause);
    }

    [Fact] // section 9: a caller without the extension, a proxy that wants it
    public void We_refresh_for_a_caller_that_cannot()
    {
        var (_, _, ok) = _ua.AnsweredIncoming(TestAgent.Offer, "Session-Expires: 200");
        Assert.Equal(("200;refresher=uas", null), (ok.Header(SipHeaders.SessionExpires), ok.Header(SipHeaders.Require)));
        _ua.Time.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal("200;refresher=uac", _ua.Request(SipMethod.Invite).Header(SipHeaders.SessionExpires));
    }

    [Fact] // section 9
    public void Too_small_an_interval_gets_422()
    {
        _ua.Receive(_ua.Incoming(SipMethod.Invite, 1, TestAgent.Offer, "Session-Expires: 60", "Supported: timer"));
        _ua.Response(100);
        Assert.Equal("90", _ua.Response(422).Header(SipHeaders.MinSE));
        _ua.NothingIsLeft();
    }

    [Fact] // section 7.2: a 2xx without Session-Expires switches the timer off
    public void Timer_ends_when_the_peer_no_longer_speaks_of_it()
    {
        _ua.Answered("Session-Expires: 600;refresher=uac", "Allow: UPDATE");
        _ua.Time.Advance(TimeSpan.FromSeconds(300));
        _ua.Reply(_ua.Request(SipMethod.Update), 200);
        Assert.Empty(_ua.Sink.Taken());
        _ua.Settle(TimeSpan.FromHours(1));
        Assert.Empty(_ua.Sink.Taken());
        Assert.Equal(0, _ua.Loop.Metrics.Timers);
    }

    [Theory] // RFC 3261 section 12.2.1.2
    [InlineData(481)]
    [InlineData(408)]
    public void Refresh_that_finds_no_dialog_ends_the_call(int status)
    {
        _ua.Answered("Session-Expires: 600;refresher=uac", "Allow: UPDATE");
        _ua.Time.Advance(TimeSpan.FromSeconds(300));
        _ua.Reply(_ua.Request(SipMethod.Update), status);
        Assert.Equal(SipEndCause.DialogLost, _ua.Sink.Single<SipCallEvent.Ended>().Cause);
    }

    [Fact] // a peer that is gone is found out by the refresh
    public void Refresh_without_answer_ends_the_call()
    {
        _ua.Answered("Session-Expires: 600;refresher=uac", "Allow: UPDATE");
        _ua.Settle(TimeSpan.FromSeconds(300) + (TestAgent.T1 * 64));
        Assert.Equal(SipEndCause.DialogLost, _ua.Sink.Single<SipCallEvent.Ended>().Cause);
        _ua.NothingIsLeft();
    }
}
