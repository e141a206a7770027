using System.Net;
using Gateway.Sip.Messages;
using Gateway.Sip.Transports;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Tests.UserAgent;

public sealed class IncomingCallTests : IDisposable
{
    private readonly TestAgent _ua = new();

    public void Dispose() => _ua.Dispose();

    [Fact] // RFC 3261 section 8.2
    public void Invite_is_told_as_it_came()
    {
        _ua.Receive(_ua.Incoming(
            SipMethod.Invite, 1, TestAgent.Offer, "P-Asserted-Identity: <sip:+15551234567@pbx>, <tel:+15551234567>",
            "Privacy: id;user", "Expires: 90", "Max-Forwards: 7"));
        _ua.Response(100);

        Assert.True(_ua.Handler.TryTake(out var invite, out var call));
        Assert.Equal(("alice", "peer-1", "p"), (invite.RequestUri.User, invite.CallId, invite.FromTag));
        Assert.Equal("peer-1", call.CallId);
        Assert.Equal(TestAgent.Offer, invite.Sdp);
        Assert.Equal(TestAgent.PeerAddress, invite.Source);
        Assert.Equal(["<sip:+15551234567@pbx>", "<tel:+15551234567>"], invite.AssertedIdentities.Select(a => a.ToString()));
        Assert.Equal<string>(["id", "user"], invite.Privacy);
        Assert.Equal((6, TimeSpan.FromSeconds(90)), (invite.MaxForwards, invite.Expires));
    }

    [Fact] // RFC 3261 section 13.3.1; MAPPING U-9
    public void Call_that_is_answered_has_one_tag_and_repeats_its_2xx_until_the_ack()
    {
        var (call, invite) = _ua.Ringing();
        call.Ring();
        call.Ring();
        call.Progress(183, TestAgent.Answer);
        var tag = _ua.Response(180).To.Tag;
        var progress = _ua.Response(183);
        Assert.Equal((tag, TestAgent.Answer), (progress.To.Tag, progress.SessionDescription));
        call.Answer(TestAgent.Answer);
        var ok = _ua.Response(200);
        Assert.Equal(tag, ok.To.Tag);
        Assert.Equal("<sip:alice@192.0.2.1:5060>", ok.Header(SipHeaders.Contact));
        Assert.True(ok.HasHeader(SipHeaders.Allow));

        // T1, doubled up to T2: after 0.5, 1.5, 3.5, 7.5, 11.5 s
        _ua.Time.Advance(TimeSpan.FromSeconds(11.5));
        Assert.Equal(5, _ua.Network.Sent.Count(sent => sent.Message is SipResponse { Status: 200 }));
        _ua.Network.Sent.Clear();
        _ua.Receive(invite);
        _ua.NothingSent(); // the transaction absorbs the INVITE (RFC 6026 section 7.1)

        _ua.Receive(_ua.AckOf(invite, ok));
        _ua.Receive(_ua.AckOf(invite, ok));
        _ua.Handler.Sink.Single<SipCallEvent.Acknowledged>();
        _ua.Time.Advance(TimeSpan.FromSeconds(10));
        _ua.NothingSent();
    }

    [Fact] // RFC 3261 section 13.3.1.4
    public void Answer_without_ack_ends_by_bye_after_64_T1()
    {
        var (call, _) = _ua.Ringing();
        call.Answer(TestAgent.Answer);
        _ua.Time.Advance(TestAgent.T1 * 64 - TimeSpan.FromMilliseconds(1));
        Assert.Empty(_ua.Handler.Sink.Taken());
        _ua.Network.Sent.Clear();
        _ua.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(SipEndCause.AckTimeout, _ua.Handler.Sink.Single<SipCallEvent.Ended>().Cause);
        _ua.Reply(_ua.Request(SipMethod.Bye), 200);
        _ua.NothingIsLeft();
    }

    [Fact] // RFC 3261 section 15, MAPPING U-7
    public void Bye_right_after_the_answer_waits_for_the_ack()
    {
        var (call, invite) = _ua.Ringing();
        call.Answer(TestAgent.Answer);
        var ok = _ua.Response(200);
        call.Bye(new SipReason("Q.850", 16));
        _ua.NothingSent();
        _ua.Receive(_ua.AckOf(invite, ok));

        var bye = _ua.Request(SipMethod.Bye);
        Assert.Equal("Q.850;cause=16", bye.Header(SipHeaders.Reason));
        Assert.Equal("sip:bob@192.0.2.2", bye.RequestUri.ToString());
        _ua.Reply(bye, 200);
        Assert.Empty(_ua.Handler.Sink.Taken());
        _ua.NothingIsLeft();
    }

    [Fact] // RFC 3261 section 15, MAPPING U-7
    public void Bye_that_waits_for_an_ack_that_never_comes_is_sent_after_64_T1()
    {
        var (call, _) = _ua.Ringing();
        call.Answer(TestAgent.Answer);
        call.Bye();
        _ua.Settle(TestAgent.T1 * 64 - TimeSpan.FromMilliseconds(1));
        _ua.Time.Advance(TimeSpan.FromMilliseconds(1));
        _ua.Reply(_ua.Request(SipMethod.Bye), 481);
        Assert.Empty(_ua.Handler.Sink.Taken());
        _ua.NothingIsLeft();
    }

    [Fact] // byes cross: ours waits for the ACK while the caller's comes
    public void Callers_bye_before_the_ack_ends_the_call()
    {
        var (call, _) = _ua.Ringing();
        call.Answer(TestAgent.Answer);
        var ok = _ua.Response(200);
        call.Bye();
        _ua.Receive(_ua.InDialog(ok, SipMethod.Bye, 2));
        _ua.Response(200);
        _ua.NothingSent();
        Assert.Empty(_ua.Handler.Sink.Taken());
        _ua.NothingIsLeft();
    }

    [Fact] // MAPPING U-8, RFC 3261 section 15.1.2
    public void Bye_in_the_early_dialog_gets_200_and_the_invite_487()
    {
        var (call, _) = _ua.Ringing();
        call.Ring();
        var ringing = _ua.Response(180);
        _ua.Receive(_ua.InDialog(ringing, SipMethod.Bye, 2, null, "Reason: SIP;cause=600"));

        Assert.Equal(SipMethod.Bye, _ua.Response(200).CSeq.Method);
        Assert.Equal(SipMethod.Invite, _ua.Response(487).CSeq.Method);
        Assert.Equal(600, _ua.Handler.Sink.Single<SipCallEvent.Cancelled>().Reason?.Cause);
        _ua.NothingIsLeft();
    }

    [Fact] // MAPPING R-48: late offer
    public void Answer_of_a_late_offer_comes_with_the_ack()
    {
        var (call, invite) = _ua.Ringing(sdp: null);
        call.Answer(TestAgent.Offer);
        var ok = _ua.Response(200);
        Assert.Equal(TestAgent.Offer, ok.SessionDescription);
        _ua.Receive(_ua.AckOf(invite, ok, TestAgent.Answer));
        Assert.Equal(TestAgent.Answer, _ua.Handler.Sink.Single<SipCallEvent.Acknowledged>().Sdp);
    }

    [Fact] // RFC 3261 section 17.2.1
    public void Refusal_says_why_and_is_repeated_until_the_ack()
    {
        var (call, invite) = _ua.Ringing();
        call.Refuse(486, "Busy\r\nHere", new SipReason("Q.850", 17), 60);
        var refused = _ua.Response(486);
        Assert.Equal(("Busy  Here", "Q.850;cause=17", "60"), (
            refused.Phrase, refused.Header(SipHeaders.Reason), refused.Header(SipHeaders.RetryAfter)));
        _ua.Time.Advance(TestAgent.T1);
        _ua.Response(486);
        _ua.Receive(_ua.AckOf(invite, refused));
        _ua.Time.Advance(TestAgent.T1 * 64);
        _ua.NothingSent();
        Assert.Empty(_ua.Handler.Sink.Taken());
        _ua.NothingIsLeft();
    }

    [Fact] // RFC 3261 section 21.3.2
    public void Refusal_names_the_new_address()
    {
        _ua.Ringing().Call.Refuse(302, contact: SipUri.Create("juliet", "capulet.example"));
        Assert.Equal("<sip:juliet@capulet.example>", _ua.Response(302).Header(SipHeaders.Contact));
    }

    [Fact] // RFC 3261 section 20.43
    public void Refusal_says_what_cannot_be_had()
    {
        _ua.Ringing().Call.Refuse(488, warning: new SipWarning(SipWarning.IncompatibleMediaFormat, "no \"html\""));
        Assert.Equal("305 gateway \"no \\\"html\\\"\"", _ua.Response(488).Header(SipHeaders.Warning));
    }

    [Fact] // the contract: decided at once
    public void Handler_refuses_with_retry_after()
    {
        _ua.Handler.Decision = new InviteDecision.Refuse(503, "Draining", 5) { Warning = new SipWarning(SipWarning.Miscellaneous, "no") };
        _ua.Receive(_ua.Incoming(SipMethod.Invite, 1, TestAgent.Offer));
        _ua.Response(100);
        var refused = _ua.Response(503);
        Assert.Equal(("Draining", "5"), (refused.Phrase, refused.Header(SipHeaders.RetryAfter)));
        Assert.Equal("399 gateway \"no\"", refused.Header(SipHeaders.Warning));
        _ua.NothingIsLeft();
    }

    [Fact] // RFC 3261 section 13.3.1.1: proxies give up after 3 minutes of silence
    public void Ringing_is_repeated_every_minute()
    {
        var (call, _) = _ua.Ringing();
        call.Ring();
        _ua.Response(180);
        _ua.Time.Advance(TimeSpan.FromMinutes(2));
        _ua.Response(180);
        _ua.Response(180);
        call.Refuse(480);
        _ua.Response(480);
        _ua.NothingIsLeft();
    }

    [Fact] // MAPPING U-13, RFC 3261 section 14.2
    public void Second_invite_while_the_first_is_open_gets_500_and_retry_after()
    {
        var (call, _) = _ua.Ringing();
        call.Ring();
        _ua.Receive(_ua.InDialog(_ua.Response(180), SipMethod.Invite, 2, TestAgent.Offer));
        var later = _ua.Response(500);
        Assert.InRange(int.Parse(later.Header(SipHeaders.RetryAfter)!, System.Globalization.CultureInfo.InvariantCulture), 0, 10);
    }

    [Fact] // RFC 3581 section 4, MAPPING U-33
    public void Responses_go_to_the_source_port_only_when_rport_was_asked_for()
    {
        var source = new IPEndPoint(IPAddress.Parse("192.0.2.9"), 40000);
        _ua.Receive(_ua.Incoming(SipMethod.Options), _ua.Network.Flow(SipTransportKind.Udp, source));
        var (message, flow) = _ua.Network.Sent.Dequeue();
        Assert.Equal(new IPEndPoint(source.Address, 5060), flow.Remote);
        Assert.Equal("192.0.2.9", message.TopVia.Received);

        var asked = SipMessageBuilder.Copy(_ua.Incoming(SipMethod.Options, 2))
            .TopVia(SipVia.Create("UDP", "192.0.2.9", 5070, "z9hG4bKrport")).BuildRequest();
        _ua.Receive(asked, _ua.Network.Flow(SipTransportKind.Udp, source));
        (message, flow) = _ua.Network.Sent.Dequeue();
        Assert.Equal(source, flow.Remote);
        Assert.Equal(("192.0.2.9", 40000), (message.TopVia.Received, message.TopVia.RPort));
    }

    [Fact] // MAPPING U-34
    public void Response_to_a_closed_connection_opens_one_to_sent_by()
    {
        var flow = _ua.Network.Flow(SipTransportKind.Tcp, new IPEndPoint(IPAddress.Parse("192.0.2.2"), 40000));
        _ua.Receive(_ua.Incoming(SipMethod.Invite, 1, TestAgent.Offer), flow);
        _ua.Response(100);
        flow.IsClosed = true;
        Assert.True(_ua.Handler.TryTake(out _, out var call));
        call.Ring();
        Assert.Equal(TestAgent.PeerAddress, _ua.Network.Sent.Dequeue().Flow.Remote);
    }

    [Fact] // nobody would ever end it
    public void Call_whose_owner_takes_no_events_is_ended()
    {
        var (call, invite) = _ua.Ringing();
        call.Answer(TestAgent.Answer);
        var ok = _ua.Response(200);
        _ua.Handler.Sink.IsFull = true;
        _ua.Receive(_ua.AckOf(invite, ok));
        _ua.Reply(_ua.Request(SipMethod.Bye), 200);
        _ua.NothingIsLeft();
    }

    [Fact] // a phone behind NAT: its Contact refuses, its connection is open
    public void Bye_goes_by_the_peers_own_connection_when_its_contact_refuses()
    {
        var connection = _ua.Network.Flow(
            SipTransportKind.Tcp, new IPEndPoint(IPAddress.Parse("198.51.100.7"), 40000));
        _ua.Network.Refusing.Add((SipTransportKind.Tcp, TestAgent.PeerAddress));
        var invite = _ua.Receive(
            _ua.Incoming(SipMethod.Invite, 1, TestAgent.Offer, "Contact: <sip:bob@192.0.2.2;transport=tcp>"), connection);
        _ua.Response(100);
        Assert.True(_ua.Handler.TryTake(out _, out var call));
        call.Answer(TestAgent.Answer);
        _ua.Receive(_ua.AckOf(invite, _ua.Response(200)), connection);
        call.Bye();
        var (message, flow) = _ua.Network.Sent.Dequeue();
        Assert.Equal(connection.Remote, flow.Remote);
        _ua.Reply((SipRequest)message, 200);
        _ua.NothingIsLeft();
    }

    [Fact] // a fault above must not leave the caller waiting
    public void Handler_that_fails_refuses_the_call()
    {
        _ua.Core.Invites.Handler = new FailingHandler();
        Assert.Throws<InvalidOperationException>(() => _ua.Receive(_ua.Incoming(SipMethod.Invite, 1, TestAgent.Offer)));
        _ua.Response(100);
        _ua.Response(500);
        _ua.NothingIsLeft();
    }

    [Fact] // no message may be larger than 65,535 bytes
    public void Answer_too_large_for_any_message_ends_the_call()
    {
        var (call, _) = _ua.Ringing();
        call.Answer(new string('a', 70_000));
        _ua.Response(500);
        _ua.Handler.Sink.Single<SipCallEvent.Cancelled>();
        _ua.NothingIsLeft();
    }

    private sealed class FailingHandler : ISipInviteHandler
    {
        public InviteDecision OnInvite(IncomingInvite invite, ISipCall call) => throw new InvalidOperationException("ours");
    }
}
