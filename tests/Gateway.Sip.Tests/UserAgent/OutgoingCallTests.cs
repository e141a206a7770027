using System.Collections.Immutable;
using System.Net;
using Gateway.Sip.Messages;
using Gateway.Sip.Transports;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Tests.UserAgent;

public sealed class OutgoingCallTests : IDisposable
{
    private readonly TestAgent _ua = new();

    public void Dispose() => _ua.Dispose();

    [Fact] // RFC 3261 section 8.1.1, MAPPING U-40, U-41
    public void Invite_carries_what_a_request_needs()
    {
        _ua.Call(invite => invite with
        {
            AssertedIdentity = TestAgent.Address("<tel:+15551234567>"),
            MaxForwards = 42,
            ExtraHeaders = [new("Subject", "split\r\nInjected: yes")],
        });
        var invite = _ua.Request(SipMethod.Invite);

        Assert.Equal("sip:bob@192.0.2.2", invite.RequestUri.ToString());
        Assert.Equal(42, invite.MaxForwards);
        Assert.NotNull(invite.From.Tag);
        Assert.Null(invite.To.Tag);
        Assert.True(invite.TopVia.HasUniqueBranch);
        Assert.True(invite.TopVia.HasRPort);
        Assert.Equal("sip:alice@192.0.2.1:5060", invite.Contact?.Uri.ToString());
        Assert.Equal("<tel:+15551234567>", invite.Header(SipHeaders.PAssertedIdentity));
        Assert.Equal("ours", invite.Header("X-GW-Loop"));
        Assert.Equal("INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO", invite.Header(SipHeaders.Allow));
        Assert.False(invite.HasHeader("Injected"));
        Assert.Equal(TestAgent.Offer, invite.SessionDescription);
    }

    [Fact] // RFC 3261 section 17.1.1.2, Timers A and B
    public void Silence_is_answered_by_seven_invites_and_then_408()
    {
        _ua.Call();
        _ua.Time.Advance(TestAgent.T1 * 63);
        Assert.Equal(7, _ua.Network.Sent.Count);
        Assert.Empty(_ua.Sink.Taken());
        _ua.Time.Advance(TestAgent.T1);

        var refused = _ua.Sink.Single<SipCallEvent.Refused>();
        Assert.Equal((408, true), (refused.Failure.Status, refused.Failure.IsLocal));
        _ua.NothingIsLeft();
    }

    [Fact] // RFC 3261 section 13.2.2
    public void Progress_is_told_in_order_and_the_2xx_acknowledged()
    {
        _ua.Call();
        var invite = _ua.Request(SipMethod.Invite);
        _ua.Reply(invite, 100);
        _ua.Reply(invite, 183, "b", TestAgent.Answer);
        _ua.Reply(invite, 180);
        _ua.Reply(invite, 200, "b", TestAgent.Answer);

        Assert.Equal<SipCallEvent>(
            [
                new SipCallEvent.Trying(), new SipCallEvent.Progress(183, TestAgent.Answer),
                new SipCallEvent.Ringing(null), new SipCallEvent.Answered(TestAgent.Answer),
            ],
            _ua.Sink.Taken());
        var ack = _ua.Request(SipMethod.Ack);
        Assert.Equal("sip:bob-b@192.0.2.2", ack.RequestUri.ToString());
        Assert.Equal(invite.CSeq.Number, ack.CSeq.Number);
        Assert.NotEqual(invite.TopVia.Branch, ack.TopVia.Branch);
        Assert.False(ack.HasHeader(SipHeaders.Contact));
    }

    [Fact] // MAPPING U-2
    public void Every_repetition_of_the_2xx_gets_the_same_ack()
    {
        _ua.Call();
        var invite = _ua.Request(SipMethod.Invite);
        _ua.Reply(invite, 200, "b", TestAgent.Answer);
        var first = _ua.Request(SipMethod.Ack);
        _ua.Time.Advance(TestAgent.T1);
        _ua.Reply(invite, 200, "b", TestAgent.Answer);

        Assert.Equal(first.ToString(), _ua.Request(SipMethod.Ack).ToString());
        _ua.Sink.Single<SipCallEvent.Answered>();
    }

    [Fact] // MAPPING R-42: some phones describe the session in 183 only
    public void A_2xx_without_description_is_answered_by_that_of_its_early_dialog()
    {
        _ua.Call();
        var invite = _ua.Request(SipMethod.Invite);
        _ua.Reply(invite, 183, "other", TestAgent.Offer);
        _ua.Reply(invite, 183, "b", TestAgent.Answer);
        _ua.Reply(invite, 200, "b");
        Assert.Equal(new SipCallEvent.Answered(TestAgent.Answer), _ua.Sink.Taken()[^1]);
    }

    [Fact] // MAPPING U-3, RFC 3261 section 13.2.2.4
    public void A_second_fork_that_answers_is_acknowledged_and_ended()
    {
        var call = _ua.Call();
        var invite = _ua.Request(SipMethod.Invite);
        _ua.Reply(invite, 180, "b");
        _ua.Reply(invite, 180, "c");
        Assert.Equal(2, _ua.Loop.Metrics.Dialogs);
        _ua.Reply(invite, 200, "b", TestAgent.Answer);
        Assert.Equal(1, _ua.Loop.Metrics.Dialogs);
        Assert.Equal("b", _ua.Request(SipMethod.Ack).To.Tag);
        _ua.Reply(invite, 200, "c", TestAgent.Answer);

        var ack = _ua.Request(SipMethod.Ack);
        var bye = _ua.Request(SipMethod.Bye);
        Assert.Equal(("c", "c"), (ack.To.Tag, bye.To.Tag));
        Assert.Equal("sip:bob-c@192.0.2.2", bye.RequestUri.ToString());
        Assert.Single(_ua.Sink.Taken().OfType<SipCallEvent.Answered>());

        _ua.Reply(bye, 200, "c");
        call.Bye();
        _ua.Reply(_ua.Request(SipMethod.Bye), 200);
        _ua.NothingIsLeft();
    }

    [Fact] // RFC 3261 sections 12.1.2, 12.2.1.1: loose routing
    public void Requests_of_the_dialog_follow_the_route_set_in_reverse()
    {
        _ua.Call();
        _ua.Reply(
            _ua.Request(SipMethod.Invite), 200, "b", TestAgent.Answer,
            "Record-Route: <sip:near@192.0.2.30;lr>", "Record-Route: <sip:far@192.0.2.40;lr>");

        Assert.Equal("192.0.2.40:5060", _ua.Network.Sent.Peek().Flow.Remote.ToString());
        var ack = _ua.Request(SipMethod.Ack);
        Assert.Equal("sip:bob-b@192.0.2.2", ack.RequestUri.ToString());
        Assert.Equal(["<sip:far@192.0.2.40;lr>", "<sip:near@192.0.2.30;lr>"], ack.HeaderValues(SipHeaders.Route));
    }

    [Fact] // RFC 3261 section 12.2.1.1: a strict router as the first hop
    public void A_strict_router_becomes_the_request_uri()
    {
        _ua.Call();
        _ua.Reply(_ua.Request(SipMethod.Invite), 200, "b", TestAgent.Answer, "Record-Route: <sip:strict@192.0.2.30>");

        var ack = _ua.Request(SipMethod.Ack);
        Assert.Equal("sip:strict@192.0.2.30", ack.RequestUri.ToString());
        Assert.Equal(["<sip:bob-b@192.0.2.2>"], ack.HeaderValues(SipHeaders.Route));
    }

    [Theory] // RFC 3261 section 17.1.1.3
    [InlineData(404)]
    [InlineData(486)]
    [InlineData(603)]
    public void Refusal_is_acknowledged_in_the_transaction_and_told_once(int status)
    {
        _ua.Call();
        var invite = _ua.Request(SipMethod.Invite);
        _ua.Reply(invite, status, "b", null, "Reason: Q.850;cause=17;text=\"User \\\"busy\\\"\"", "Retry-After: 30 (soon)");

        var failure = _ua.Sink.Single<SipCallEvent.Refused>().Failure;
        Assert.Equal((status, false, 30), (failure.Status, failure.IsLocal, failure.RetryAfter));
        Assert.Equal(new SipReason("Q.850", 17, "User \"busy\""), Assert.Single(failure.Reasons));
        var ack = _ua.Request(SipMethod.Ack);
        Assert.Equal(invite.TopVia.Branch, ack.TopVia.Branch);
        _ua.Reply(invite, status);
        _ua.Request(SipMethod.Ack);
        Assert.Empty(_ua.Sink.Taken());
        _ua.NothingIsLeft();
    }

    [Fact] // RFC 3261 section 8.1.3.4, MAPPING U-51
    public void Redirection_tells_the_contacts_by_q()
    {
        _ua.Call();
        _ua.Reply(
            _ua.Request(SipMethod.Invite), 302, "b", null,
            "Contact: <sip:second@192.0.2.9>;q=0.5, <sip:first@192.0.2.9>, <sip:third@192.0.2.9>;q=0.1");

        var failure = _ua.Sink.Single<SipCallEvent.Refused>().Failure;
        Assert.Equal(["first", "second", "third"], failure.Contacts.Select(contact => contact.User));
    }

    [Fact] // MAPPING U-37, RFC 3261 section 22.2
    public void Challenge_is_answered_once_with_the_next_number()
    {
        _ua.Call(invite => invite with { Credentials = new SipCredentials("gw", "secret") });
        var first = _ua.Request(SipMethod.Invite);
        const string Challenge = "Proxy-Authenticate: Digest realm=\"pbx\", nonce=\"n1\", algorithm=MD5, qop=\"auth\"";
        _ua.Reply(first, 407, "b", null, Challenge);
        _ua.Request(SipMethod.Ack);
        var second = _ua.Request(SipMethod.Invite);

        Assert.Contains("username=\"gw\"", second.Header(SipHeaders.ProxyAuthorization), StringComparison.Ordinal);
        Assert.Equal(first.CSeq.Number + 1, second.CSeq.Number);
        Assert.Equal((first.CallId, first.From.Tag), (second.CallId, second.From.Tag));
        Assert.NotEqual(first.TopVia.Branch, second.TopVia.Branch);
        Assert.Empty(_ua.Sink.Taken());

        _ua.Reply(second, 407, "b", null, Challenge);
        Assert.Equal(407, _ua.Sink.Single<SipCallEvent.Refused>().Failure.Status);
        _ua.NothingIsLeft();
    }

    [Fact] // MAPPING U-2: the ACK carries the INVITE's credentials
    public void Ack_and_bye_after_a_challenge_carry_credentials()
    {
        var call = _ua.Call(invite => invite with { Credentials = new SipCredentials("gw", "secret") });
        _ua.Reply(_ua.Request(), 401, "b", null, "WWW-Authenticate: Digest realm=\"pbx\", nonce=\"n1\", qop=\"auth\"");
        _ua.Request(SipMethod.Ack);
        var invite = _ua.Request(SipMethod.Invite);
        _ua.Reply(invite, 200, "b", TestAgent.Answer);
        Assert.Equal(invite.Header(SipHeaders.Authorization), _ua.Request(SipMethod.Ack).Header(SipHeaders.Authorization));

        call.Bye();
        var bye = _ua.Request(SipMethod.Bye);
        Assert.Contains("nc=00000002", bye.Header(SipHeaders.Authorization), StringComparison.Ordinal);
        Assert.Equal(invite.CSeq.Number + 1, bye.CSeq.Number);
    }

    [Fact] // RFC 4028 section 7.3, MAPPING U-17
    public void Too_small_an_interval_is_raised_in_both_values()
    {
        using var ua = new TestAgent(options => options with { SessionExpires = 90 });
        ua.Call();
        var first = ua.Request(SipMethod.Invite);
        Assert.Equal(("90", "90"), (first.Header(SipHeaders.SessionExpires), first.Header(SipHeaders.MinSE)));
        ua.Reply(first, 422, "b", null, "Min-SE: 600");
        ua.Request(SipMethod.Ack);
        var second = ua.Request(SipMethod.Invite);
        Assert.Equal(("600", "600"), (second.Header(SipHeaders.SessionExpires), second.Header(SipHeaders.MinSE)));
        Assert.Equal(first.CSeq.Number + 1, second.CSeq.Number);
    }

    [Fact] // RFC 6228
    public void A_199_ends_its_early_dialog_only()
    {
        _ua.Call();
        var invite = _ua.Request(SipMethod.Invite);
        _ua.Reply(invite, 180, "b");
        _ua.Reply(invite, 180, "c");
        _ua.Reply(invite, 199, "b");
        Assert.Equal(1, _ua.Loop.Metrics.Dialogs);
        Assert.Equal(new SipCallEvent.Progress(199, null), _ua.Sink.Taken()[^1]);
    }

    [Fact] // MAPPING U-7: a BYE in an early dialog ends that branch; the INVITE goes on
    public void Early_dialog_answers_the_peers_requests()
    {
        _ua.Call();
        var invite = _ua.Request(SipMethod.Invite);
        _ua.Reply(invite, 180, "b");
        _ua.Receive(_ua.InDialog(invite, "b", SipMethod.Update, 1, TestAgent.Offer));
        _ua.Response(491);
        _ua.Receive(_ua.InDialog(invite, "b", SipMethod.Update, 2));
        _ua.Response(200);
        _ua.Receive(_ua.InDialog(invite, "b", SipMethod.Options, 3));
        _ua.Response(200);
        _ua.Receive(_ua.InDialog(invite, "b", SipMethod.Info, 2));
        _ua.Response(500);
        _ua.Receive(_ua.InDialog(invite, "b", SipMethod.Bye, 4));
        _ua.Response(200);
        _ua.Receive(_ua.InDialog(invite, "b", SipMethod.Bye, 5));
        _ua.Response(481);
        _ua.Reply(invite, 200, "c", TestAgent.Answer);
        Assert.IsType<SipCallEvent.Answered>(_ua.Sink.Taken()[^1]);
    }

    [Fact] // an owner that takes no more cannot hang up by itself
    public void Answer_that_the_owner_does_not_take_is_hung_up()
    {
        _ua.Call();
        var invite = _ua.Request(SipMethod.Invite);
        _ua.Sink.IsFull = true;
        _ua.Reply(invite, 200, "b", TestAgent.Answer);
        _ua.Request(SipMethod.Ack);
        _ua.Reply(_ua.Request(SipMethod.Bye), 200);
        _ua.NothingIsLeft();
    }

    [Fact] // RFC 3261 section 18.1.1
    public void Large_invite_goes_by_tcp_and_after_a_refusal_by_datagram()
    {
        _ua.Call(invite => invite with { Sdp = new string('a', 1400) });
        Assert.Equal(SipTransportKind.Tcp, _ua.Network.Sent.Peek().Flow.Transport);
        Assert.Equal("TCP", _ua.Request(SipMethod.Invite).TopVia.Transport);

        using var other = new TestAgent();
        other.Network.Refusing.Add((SipTransportKind.Tcp, TestAgent.PeerAddress));
        other.Call(invite => invite with { Sdp = new string('a', 1400) });
        var (message, flow) = other.Network.Sent.Dequeue();
        Assert.Equal(SipTransportKind.Udp, flow.Transport);
        Assert.Equal("UDP", message.TopVia.Transport);
        other.Reply((SipRequest)message, 200, "b", TestAgent.Answer);
        other.Sink.Single<SipCallEvent.Answered>();
    }

    [Fact] // RFC 3261 section 8.1.3.1
    public void Transport_error_is_a_local_503()
    {
        _ua.Network.Refusing.Add((SipTransportKind.Udp, TestAgent.PeerAddress));
        _ua.Call();
        var failure = _ua.Sink.Single<SipCallEvent.Refused>().Failure;
        Assert.Equal((503, true), (failure.Status, failure.IsLocal));
        _ua.NothingIsLeft();
    }

    [Fact] // no message may be larger than 65,535 bytes
    public void Offer_too_large_for_any_message_is_a_local_513()
    {
        _ua.Call(invite => invite with { Sdp = new string('a', 70_000) });
        Assert.Equal(513, _ua.Sink.Single<SipCallEvent.Refused>().Failure.Status);
        _ua.NothingIsLeft();
    }

    [Fact] // RFC 3263 section 4.3: the next address with a new branch
    public void Next_address_is_tried_after_an_error_and_after_503()
    {
        using var ua = new TestAgent(resolver: new ThreeAddresses());
        ua.Network.Refusing.Add((SipTransportKind.Udp, ThreeAddresses.At(0)));
        ua.Call();
        var (first, flow) = ua.Network.Sent.Dequeue();
        Assert.Equal(ThreeAddresses.At(1), flow.Remote);
        ua.Reply((SipRequest)first, 503);
        ua.Request(SipMethod.Ack);
        var (second, last) = ua.Network.Sent.Dequeue();
        Assert.Equal(ThreeAddresses.At(2), last.Remote);
        Assert.NotEqual(first.TopVia.Branch, second.TopVia.Branch);
        ua.Reply((SipRequest)second, 503);
        var failure = ua.Sink.Single<SipCallEvent.Refused>().Failure;
        Assert.Equal((503, false), (failure.Status, failure.IsLocal));
        ua.NothingIsLeft();
    }

    [Fact] // MAPPING U-35: sips is never sent in the clear
    public void Sips_without_tls_is_a_local_503()
    {
        _ua.Call(invite => invite with { RequestUri = TestAgent.Uri("sips:bob@192.0.2.2") });
        Assert.Equal(503, _ua.Sink.Single<SipCallEvent.Refused>().Failure.Status);
        _ua.NothingIsLeft();
    }

    [Fact] // RFC 3261 section 8.1.2: an outbound proxy
    public void Next_hop_takes_the_request_whatever_its_uri()
    {
        _ua.Call(invite => invite with { NextHop = TestAgent.Uri("sip:192.0.2.77:5070;transport=tcp") });
        var (message, flow) = _ua.Network.Sent.Dequeue();
        Assert.Equal(new IPEndPoint(IPAddress.Parse("192.0.2.77"), 5070), flow.Remote);
        Assert.Equal(SipTransportKind.Tcp, flow.Transport);
        Assert.Equal("sip:bob@192.0.2.2", ((SipRequest)message).RequestUri.ToString());
    }

    private sealed class ThreeAddresses : ISipResolver
    {
        public static IPEndPoint At(int index) => new(IPAddress.Parse($"192.0.2.{100 + index}"), 5060);

        public ValueTask<ImmutableArray<SipDestination>> ResolveAsync(SipUri uri, CancellationToken cancellationToken) =>
            new([.. Enumerable.Range(0, 3).Select(index => new SipDestination(SipTransportKind.Udp, At(index)))]);
    }
}
