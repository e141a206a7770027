using Gateway.Sip.Messages;
using Gateway.Sip.Transports;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Tests.UserAgent;

/// <summary>What is refused before anyone above is asked: RFC 3261 section 8.2.</summary>
public sealed class AdmissionTests : IDisposable
{
    private readonly TestAgent _ua = new();

    public void Dispose() => _ua.Dispose();

    [Fact] // RFC 3261 section 8.2.2.2, MAPPING U-42
    public void Invite_that_comes_by_two_ways_is_refused_the_second_time()
    {
        _ua.Ringing();
        _ua.Receive(_ua.Incoming(SipMethod.Invite, 1, TestAgent.Offer)); // the same but for the branch
        _ua.Response(482);
        Assert.False(_ua.Handler.TryTake(out _, out _));
    }

    [Fact] // RFC 3261 section 17.2.1
    public void Repeated_invite_gets_the_latest_provisional_response_again()
    {
        var (call, invite) = _ua.Ringing();
        call.Ring();
        var ringing = _ua.Response(180);
        _ua.Receive(invite);
        Assert.Equal(ringing.ToString(), _ua.Response(180).ToString());
        Assert.False(_ua.Handler.TryTake(out _, out _));
    }

    [Fact] // MAPPING U-41
    public void Invite_with_our_own_token_is_a_loop()
    {
        _ua.Receive(_ua.Incoming(SipMethod.Invite, 1, TestAgent.Offer, "X-GW-Loop: ours"));
        _ua.Response(100);
        _ua.Response(482);
        _ua.Receive(_ua.Incoming(SipMethod.Invite, 2, TestAgent.Offer, "X-GW-Loop: anothers"));
        _ua.Response(100);
        Assert.True(_ua.Handler.TryTake(out _, out _));
    }

    [Fact] // MAPPING U-40
    public void Invite_without_hops_left_gets_483()
    {
        _ua.Receive(_ua.Incoming(SipMethod.Invite, 1, TestAgent.Offer, "Max-Forwards: 0"));
        _ua.Response(483);
    }

    [Theory] // MAPPING U-21, U-19, J-37
    [InlineData("100rel")]
    [InlineData("precondition, unheard-of")]
    public void Extension_that_we_lack_is_refused_by_name(string required)
    {
        _ua.Receive(_ua.Incoming(SipMethod.Invite, 1, TestAgent.Offer, "Require: " + required));
        Assert.Equal(required, _ua.Response(420).Header(SipHeaders.Unsupported));
        _ua.NothingIsLeft();
    }

    [Theory] // RFC 3261 section 8.2.1
    [InlineData("REGISTER", 405)]
    [InlineData("PRACK", 405)]
    [InlineData("MESSAGE", 405)]
    [InlineData("SUBSCRIBE", 405)]
    [InlineData("JUGGLE", 501)]
    public void Method_that_we_do_not_serve_gets_the_list_of_those_that_we_do(string name, int status)
    {
        Assert.True(SipMethod.TryParse(name, out var method));
        _ua.Receive(_ua.Incoming(method));
        Assert.Equal("INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO", _ua.Response(status).Header(SipHeaders.Allow));
        _ua.NothingIsLeft();
    }

    [Fact] // MAPPING U-35
    public void Sips_is_refused_without_tls()
    {
        var invite = _ua.Incoming(SipMethod.Invite, 1, TestAgent.Offer);
        _ua.Receive(invite.ToString().Replace("INVITE sip:", "INVITE sips:", StringComparison.Ordinal));
        _ua.Response(416);
    }

    [Fact] // RFC 3261 section 8.2.3
    public void Body_that_is_no_session_description_gets_415()
    {
        var invite = SipMessageBuilder.Copy(_ua.Incoming(SipMethod.Invite)).Body("application/pidf+xml", "<x/>").BuildRequest();
        _ua.Receive(invite);
        Assert.Equal("application/sdp", _ua.Response(415).Header(SipHeaders.Accept));
    }

    [Fact] // RFC 3261 section 8.1.1.8: INVITE without Contact cannot open a dialog
    public void Invite_without_contact_gets_400()
    {
        _ua.Receive(_ua.Incoming(SipMethod.Invite, 1, TestAgent.Offer, "Contact:"));
        _ua.Response(100);
        _ua.Response(400);
    }

    [Theory] // RFC 3261 section 12.2.2, MAPPING U-12
    [InlineData("BYE")]
    [InlineData("INVITE")]
    [InlineData("UPDATE")]
    [InlineData("OPTIONS")]
    [InlineData("INFO")]
    public void Request_in_an_unknown_dialog_gets_481(string name)
    {
        Assert.True(SipMethod.TryParse(name, out var method));
        var request = _ua.Incoming(method);
        _ua.Receive(request.ToString().Replace(
            "To: <sip:alice@example.org>", "To: <sip:alice@example.org>;tag=gone", StringComparison.Ordinal));
        _ua.Response(481);
        _ua.NothingIsLeft();
    }

    [Fact] // RFC 3261 section 12.2.2: BYE outside a dialog
    public void Bye_without_tag_gets_481()
    {
        _ua.Receive(_ua.Incoming(SipMethod.Bye));
        _ua.Response(481);
    }

    [Fact] // an ACK is never answered
    public void Stray_ack_and_stray_response_are_ignored()
    {
        _ua.Receive(_ua.Incoming(SipMethod.Ack));
        _ua.Reply(_ua.Incoming(SipMethod.Options), 200);
        _ua.NothingSent();
        _ua.NothingIsLeft();
    }

    [Fact] // RFC 3261 section 11.2, MAPPING U-22
    public void Options_is_answered_with_what_we_can_do()
    {
        _ua.Receive(_ua.Incoming(SipMethod.Options, 1, null, "Max-Forwards: 0"));
        var ok = _ua.Response(200);
        Assert.Equal("application/sdp", ok.Header(SipHeaders.Accept));
        Assert.Equal("gruu, replaces, timer", ok.Header(SipHeaders.Supported));
        Assert.True(ok.HasHeader(SipHeaders.Allow));
        Assert.NotNull(ok.To.Tag);
    }

    [Fact] // MAPPING U-43
    public void More_calls_than_allowed_are_put_off()
    {
        using var ua = new TestAgent(options => options with { Limits = new SipEndpointLimits { Calls = 1 } });
        ua.Ringing();
        ua.Receive(ua.Incoming(SipMethod.Invite, 2, TestAgent.Offer));
        ua.Response(100);
        Assert.Equal("5", ua.Response(503).Header(SipHeaders.RetryAfter));
    }

    [Fact] // MAPPING U-43: a flood costs no memory, and those who talk already go on talking
    public void Flood_of_new_requests_is_answered_without_transactions()
    {
        using var ua = new TestAgent(options => options with { Limits = new SipEndpointLimits { Transactions = 2 } });
        var (_, _, ok) = ua.AnsweredIncoming();
        ua.Receive(ua.Incoming(SipMethod.Options, 2));
        ua.Response(200);
        ua.Receive(ua.Incoming(SipMethod.Options, 3));
        Assert.Equal("5", ua.Response(503).Header(SipHeaders.RetryAfter));
        Assert.Equal(2, ua.Loop.Metrics.Transactions);
        ua.Receive(ua.InDialog(ok, SipMethod.Bye, 4));
        ua.Response(200);
        ua.NothingIsLeft();
    }

    [Fact] // RFC 3261 section 21.5.3: malformed, but answerable
    public void Malformed_request_gets_400_with_its_own_headers()
    {
        _ua.Receive("""
            INVITE sip:alice@192.0.2.1 SIP/2.0
            Via: SIP/2.0/UDP 192.0.2.2;rport;branch=z9hG4bKbad
            From: <sip:bob@example.com>;tag=p
            To: <sip:alice@example.org>
            Call-ID: bad
            CSeq: nonsense INVITE
            Content-Length: 0


            """);
        var refusal = Assert.Single(_ua.Network.Unreadable);
        Assert.StartsWith("SIP/2.0 400 ", refusal, StringComparison.Ordinal);
        Assert.Contains("rport=5060", refusal, StringComparison.Ordinal);
    }

    [Fact] // noise is counted, not answered
    public void Noise_and_keep_alives_are_ignored()
    {
        _ua.Receive("\r\n\r\n");
        _ua.Receive("hello, who is there?\r\n");
        _ua.Receive("SIP/2.0 999 What\r\n\r\n");
        _ua.NothingSent();
    }

    [Fact] // ISipRequestHandler: for MESSAGE, SUBSCRIBE and their like
    public void Registered_handler_serves_its_methods_and_is_advertised()
    {
        var handler = new MessageHandler();
        _ua.Core.Serve(handler);
        _ua.Receive(_ua.Incoming(SipMethod.Message, 1));
        handler.Pending!.Respond(202, null, [new("Subject", "a\r\nb")], "text/plain", "hi"u8.ToArray());
        handler.Pending.Respond(500);
        var accepted = _ua.Response(202);
        Assert.Equal("a  b", accepted.Header(SipHeaders.Subject));
        Assert.Equal("hi"u8.ToArray(), accepted.Body.ToArray());
        _ua.NothingSent();

        _ua.Receive(_ua.Incoming(SipMethod.Options, 2));
        Assert.EndsWith("MESSAGE", _ua.Response(200).Header(SipHeaders.Allow), StringComparison.Ordinal);
        _ua.Receive(_ua.Incoming(SipMethod.Message, 3)); // never answered: forgotten when the client has given up
        _ua.NothingIsLeft();
    }

    [Fact] // MAPPING U-32: RFC 2543 peers have no unique branch
    public void Old_peer_without_branch_is_recognised_by_the_whole_tuple()
    {
        const string Invite = """
            INVITE sip:alice@192.0.2.1 SIP/2.0
            Via: SIP/2.0/UDP 192.0.2.2
            From: <sip:bob@example.com>;tag=p
            To: <sip:alice@example.org>
            Call-ID: old
            CSeq: 1 INVITE
            Contact: <sip:bob@192.0.2.2>
            Content-Length: 0


            """;
        _ua.Receive(Invite);
        _ua.Response(100);
        Assert.True(_ua.Handler.TryTake(out _, out var call));
        _ua.Receive(Invite);
        _ua.Response(100);
        Assert.False(_ua.Handler.TryTake(out _, out _));
        call.Refuse(486);
        var busy = _ua.Response(486);
        _ua.Receive(Invite.Replace("INVITE", "ACK", StringComparison.Ordinal)
            .Replace("org>", "org>;tag=" + busy.To.Tag, StringComparison.Ordinal));
        _ua.Time.Advance(TestAgent.T1 * 8);
        _ua.NothingSent();
        _ua.NothingIsLeft();
    }

    private sealed class MessageHandler : ISipRequestHandler
    {
        public System.Collections.Immutable.ImmutableArray<SipMethod> Methods => [SipMethod.Message];

        public ISipServerRequest? Pending { get; private set; }

        public void OnRequest(ISipServerRequest request) => Pending = request;
    }
}
