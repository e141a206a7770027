using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Tests.UserAgent;

/// <summary>RFC 3891 section 3, MAPPING U-20, J-54.</summary>
public sealed class ReplacesTests : IDisposable
{
    private readonly TestAgent _ua = new();

    public void Dispose() => _ua.Dispose();

    [Fact] // accept the new call, then BYE the old one
    public void New_call_takes_the_place_of_an_answered_one()
    {
        var (_, _, old) = _ua.AnsweredIncoming();
        var invite = _ua.Receive(Replacing(old.CallId, old.To.Tag!, "p"));
        _ua.Response(100);
        var replaced = _ua.Handler.Sink.Single<SipCallEvent.ReplacedBy>();
        Assert.Equal("transfer", replaced.Invite.CallId);
        replaced.NewCall.Answer(TestAgent.Answer);

        var ok = _ua.Response(200);
        Assert.Equal("transfer", ok.CallId);
        var bye = _ua.Request(SipMethod.Bye);
        Assert.Equal((old.CallId, old.To.Tag), (bye.CallId, bye.From.Tag));
        _ua.Reply(bye, 200);
        _ua.Receive(_ua.AckOf(invite, ok));
        _ua.Handler.Sink.Single<SipCallEvent.Acknowledged>();

        _ua.Receive(_ua.InDialog(ok, SipMethod.Bye, 2));
        _ua.Response(200);
        _ua.Handler.Sink.Single<SipCallEvent.Ended>();
        _ua.NothingIsLeft();
    }

    [Fact] // an early dialog that we initiated is cancelled
    public void New_call_takes_the_place_of_a_ringing_one_of_ours()
    {
        _ua.Call();
        var ours = _ua.Request(SipMethod.Invite);
        _ua.Reply(ours, 180, "b");
        _ua.Sink.Taken();
        _ua.Receive(Replacing(ours.CallId, ours.From.Tag!, "b", ";early-only"));
        _ua.Response(100);
        _ua.Sink.Single<SipCallEvent.ReplacedBy>().NewCall.Answer(TestAgent.Answer);
        _ua.Response(200);
        _ua.Reply(_ua.Request(SipMethod.Cancel), 200);
        _ua.Reply(ours, 487, "b");
        Assert.Empty(_ua.Sink.Taken());
    }

    [Fact] // the owner may refuse: the old call goes on
    public void Refused_replacement_leaves_the_old_call_alone()
    {
        var (call, _, old) = _ua.AnsweredIncoming();
        _ua.Receive(Replacing(old.CallId, old.To.Tag!, "p"));
        _ua.Response(100);
        _ua.Handler.Sink.Single<SipCallEvent.ReplacedBy>().NewCall.Refuse(403);
        _ua.Response(403);
        _ua.NothingSent();
        call.Bye();
        _ua.Reply(_ua.Request(SipMethod.Bye), 200);
        _ua.NothingIsLeft();
    }

    [Theory] // RFC 3891 section 3
    [InlineData("unknown", "p", "", 481)]
    [InlineData("", "q", "", 481)]
    [InlineData("", "p", ";early-only", 486)]
    public void What_does_not_match_is_refused(string localTag, string remoteTag, string more, int status)
    {
        var (_, _, old) = _ua.AnsweredIncoming();
        _ua.Receive(Replacing(old.CallId, localTag.Length > 0 ? localTag : old.To.Tag!, remoteTag, more));
        _ua.Response(100);
        _ua.Response(status);
        Assert.Empty(_ua.Handler.Sink.Taken());
    }

    [Fact] // RFC 3891 section 3: an early dialog at the called cannot be replaced
    public void Ringing_call_of_the_peer_cannot_be_replaced()
    {
        var (call, _) = _ua.Ringing();
        call.Ring();
        _ua.Receive(Replacing("peer-1", _ua.Response(180).To.Tag!, "p"));
        _ua.Response(100);
        _ua.Response(481);
    }

    [Fact] // RFC 3891 section 3: already terminated
    public void Call_that_is_ending_gets_603()
    {
        var (call, _, old) = _ua.AnsweredIncoming();
        call.Bye();
        _ua.Request(SipMethod.Bye);
        _ua.Receive(Replacing(old.CallId, old.To.Tag!, "p"));
        _ua.Response(100);
        _ua.Response(603);
    }

    [Theory] // RFC 3891 section 3
    [InlineData("Replaces: call;to-tag=a")]
    [InlineData("Replaces: call;to-tag=a;from-tag=b", "Replaces: call;to-tag=c;from-tag=d")]
    public void Malformed_or_doubled_header_gets_400(params string[] headers)
    {
        _ua.Receive(_ua.Incoming(SipMethod.Invite, 1, TestAgent.Offer, headers));
        _ua.Response(100);
        _ua.Response(400);
    }

    private SipRequest Replacing(string callId, string localTag, string remoteTag, string more = "")
    {
        var invite = _ua.Incoming(
            SipMethod.Invite, 1, TestAgent.Offer, $"Replaces: {callId};to-tag={localTag};from-tag={remoteTag}{more}", "Require: replaces");
        return SipMessageBuilder.Copy(invite).Set(SipHeaders.CallId, "transfer").BuildRequest();
    }
}
