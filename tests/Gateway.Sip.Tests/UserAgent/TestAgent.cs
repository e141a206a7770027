using System.Net;
using System.Text;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;
using Gateway.Sip.Transports;
using Gateway.Sip.UserAgent;
using Gateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Sip.Tests.UserAgent;

/// <summary>A user agent in virtual time; the test plays the peer, message by message.</summary>
internal sealed class TestAgent : IDisposable
{
    public const string Offer = EndpointPair.Offer;
    public const string Answer = EndpointPair.Answer;
    public static readonly IPEndPoint PeerAddress = new(IPAddress.Parse("192.0.2.2"), 5060);
    public static readonly TimeSpan T1 = new SipTimers().T1;

    private int _branch;

    public TestAgent(Func<SipEndpointOptions, SipEndpointOptions>? change = null, ISipResolver? resolver = null)
    {
        Loop = new InlineLoop(Time);
        Network = new MemoryNetwork(Loop);
        Options = new SipEndpointOptions { Listen = [], SessionExpires = null, LoopToken = "ours" };
        Options = change?.Invoke(Options) ?? Options;
        Stack = new SipStack(Options, Loop, Network, resolver ?? new AddressResolver(), null, NullLogger.Instance);
        Core = new UserAgentCore(Stack);
        Core.Invites.Handler = Handler;
    }

    public VirtualTime Time { get; } = new();

    public InlineLoop Loop { get; }

    public MemoryNetwork Network { get; }

    public SipEndpointOptions Options { get; }

    public SipStack Stack { get; }

    public UserAgentCore Core { get; }

    public RecordingSink Sink { get; } = new();

    public RecordingHandler Handler { get; } = new();

    /// <summary>Calls sip:bob@192.0.2.2.</summary>
    public ISipCall Call(Func<OutgoingInvite, OutgoingInvite>? change = null)
    {
        var invite = new OutgoingInvite(
            Uri("sip:bob@192.0.2.2"), Address("\"Alice\" <sip:alice@example.org>"), Address("<sip:bob@example.com>"), "call-1", Offer);
        var call = new OutgoingCall(Stack, change?.Invoke(invite) ?? invite, Sink);
        Loop.Post(call.Start);
        return call;
    }

    /// <summary>A call that the peer has answered with tag b.</summary>
    public ISipCall Answered(params string[] headers)
    {
        var call = Call();
        Reply(Request(SipMethod.Invite), 200, "b", Answer, headers);
        Assert.Equal(SipMethod.Ack, Request().Method);
        Sink.Single<SipCallEvent.Answered>();
        return call;
    }

    /// <summary>A call of the peer that we have answered, acknowledged.</summary>
    public (ISipCall Call, SipRequest Invite, SipResponse Ok) AnsweredIncoming(string? sdp = Offer, params string[] headers)
    {
        var (call, invite) = Ringing(sdp, headers);
        call.Answer(Answer);
        var ok = Response(200);
        Receive(AckOf(invite, ok));
        Handler.Sink.Single<SipCallEvent.Acknowledged>();
        return (call, invite, ok);
    }

    /// <summary>The same, when other messages have been sent before.</summary>
    public (ISipCall Call, SipRequest Invite, SipResponse Ok) AnsweredIncoming2()
    {
        Network.Sent.Clear();
        return AnsweredIncoming();
    }

    /// <summary>A call of the peer that waits for an answer.</summary>
    public (ISipCall Call, SipRequest Invite) Ringing(string? sdp = Offer, params string[] headers)
    {
        var invite = Receive(Incoming(SipMethod.Invite, 1, sdp, headers));
        Response(100);
        Assert.True(Handler.TryTake(out _, out var call));
        return (call, invite);
    }

    /// <summary>A request of the peer outside any dialog, from tag p in call peer-1.</summary>
    public SipRequest Incoming(SipMethod method, uint cseq = 1, string? sdp = null, params string[] headers) =>
        Build(method, "sip:alice@192.0.2.1", cseq, "<sip:alice@example.org>", "<sip:bob@example.com>;tag=p", "peer-1", sdp, headers);

    /// <summary>A request of the peer inside the dialog that our 2xx (or 180) opened.</summary>
    public SipRequest InDialog(SipResponse ours, SipMethod method, uint cseq, string? sdp = null, params string[] headers) =>
        Build(method, "sip:alice@192.0.2.1", cseq, ours.To.ToString(), ours.From.ToString(), ours.CallId, sdp, headers);

    /// <summary>A request of the peer inside the dialog of a call of ours.</summary>
    public SipRequest InDialog(SipRequest ourInvite, string peerTag, SipMethod method, uint cseq, string? sdp = null, params string[] headers) =>
        Build(
            method, "sip:alice@192.0.2.1", cseq, ourInvite.From.ToString(), ourInvite.To.WithTag(peerTag).ToString(),
            ourInvite.CallId, sdp, headers);

    public SipRequest AckOf(SipRequest invite, SipResponse ok, string? sdp = null) => Build(
        SipMethod.Ack, "sip:alice@192.0.2.1", invite.CSeq.Number, ok.To.ToString(), ok.From.ToString(), ok.CallId, sdp,
        ok.IsSuccess ? NextBranch() : invite.TopVia.Branch, []);

    public static SipRequest CancelOf(SipRequest invite, params string[] headers) => Build(
        SipMethod.Cancel, invite.RequestUri.ToString(), invite.CSeq.Number, invite.To.ToString(), invite.From.ToString(),
        invite.CallId, null, invite.TopVia.Branch, headers);

    /// <summary>The message arrives from the peer.</summary>
    public SipRequest Receive(SipRequest request, SipFlow? flow = null)
    {
        Loop.Post(() => Core.OnMessage(request.Raw, flow ?? Network.Flow(SipTransportKind.Udp, PeerAddress)));
        return request;
    }

    public void Receive(string text) => Loop.Post(() => Core.OnMessage(
        Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n")), Network.Flow(SipTransportKind.Udp, PeerAddress)));

    /// <summary>The peer answers a request of ours.</summary>
    public SipResponse Reply(SipRequest request, int status, string? tag = "b", string? sdp = null, params string[] headers)
    {
        var builder = SipMessageBuilder.Response(request, status, null, status == 100 ? null : tag);
        if (!headers.Any(header => header.StartsWith("Contact:", StringComparison.Ordinal)))
        {
            builder.Add(SipHeaders.Contact, $"<sip:bob-{tag}@192.0.2.2>");
        }

        Add(builder, headers);
        var response = (sdp is null ? builder : builder.Body("application/sdp", sdp)).BuildResponse();
        Loop.Post(() => Core.OnMessage(response.Raw, Network.Flow(SipTransportKind.Udp, PeerAddress)));
        return response;
    }

    /// <summary>The next message sent, which is a request.</summary>
    public SipRequest Request(SipMethod? method = null)
    {
        var request = Assert.IsType<SipRequest>(Next());
        Assert.Equal(method ?? request.Method, request.Method);
        return request;
    }

    /// <summary>The next message sent, which is a response of this status.</summary>
    public SipResponse Response(int status)
    {
        var response = Assert.IsType<SipResponse>(Next());
        Assert.Equal(status, response.Status);
        return response;
    }

    public SipMessage Next()
    {
        Assert.NotEmpty(Network.Sent);
        return Network.Sent.Dequeue().Message;
    }

    public void NothingSent() => Assert.Empty(Network.Sent.Select(sent => sent.Message.ToString()));

    /// <summary>Lets time pass and forgets what was sent meanwhile.</summary>
    public void Settle(TimeSpan? time = null)
    {
        Time.Advance(time ?? TimeSpan.FromMinutes(2));
        Network.Sent.Clear();
    }

    /// <summary>Nothing is left of any call: no timer, no transaction, no dialog.</summary>
    public void NothingIsLeft()
    {
        Settle();
        Assert.Equal(0, Loop.Metrics.Calls);
        Assert.Equal(0, Loop.Metrics.Dialogs);
        Assert.Equal(0, Loop.Metrics.Transactions);
        Assert.Equal(0, Loop.Metrics.Timers);
        Assert.Equal(0, Time.ArmedTimers);
    }

    public void Dispose() => Loop.Dispose();

    public static SipUri Uri(string text) => SipUri.TryParse(text, out var uri) ? uri : throw new FormatException(text);

    public static NameAddr Address(string text) => NameAddr.TryParse(text, out var address) ? address : throw new FormatException(text);

    private SipRequest Build(
        SipMethod method, string uri, uint cseq, string to, string from, string callId, string? sdp, string[] headers) =>
        Build(method, uri, cseq, to, from, callId, sdp, NextBranch(), headers);

    private static SipRequest Build(
        SipMethod method, string uri, uint cseq, string to, string from, string callId, string? sdp, string? branch,
        string[] headers)
    {
        var builder = SipMessageBuilder.Request(method, Uri(uri))
            .Add(SipHeaders.Via, $"SIP/2.0/UDP 192.0.2.2;branch={branch}");
        if (!headers.Any(header => header.StartsWith("Max-Forwards:", StringComparison.Ordinal)))
        {
            builder.Add(SipHeaders.MaxForwards, 70);
        }

        builder.Add(SipHeaders.From, from).Add(SipHeaders.To, to).Add(SipHeaders.CallId, callId)
            .Add(SipHeaders.CSeq, new CSeq(cseq, method).ToString());
        if (!headers.Any(header => header.StartsWith("Contact:", StringComparison.Ordinal)))
        {
            builder.Add(SipHeaders.Contact, "<sip:bob@192.0.2.2>");
        }

        Add(builder, headers);
        return (sdp is null ? builder : builder.Body("application/sdp", sdp)).BuildRequest();
    }

    private string NextBranch() => $"z9hG4bKpeer{++_branch}";

    private static void Add(SipMessageBuilder builder, IEnumerable<string> headers)
    {
        foreach (var header in headers)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            if (header[(colon + 1)..].Trim() is { Length: > 0 } value)
            {
                builder.Add(header[..colon], value);
            }
        }
    }
}
