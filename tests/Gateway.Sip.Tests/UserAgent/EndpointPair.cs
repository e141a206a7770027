using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Sip.Tests.UserAgent;

/// <summary>Two endpoints on loopback sockets.</summary>
internal sealed class EndpointPair : IAsyncDisposable
{
    public const string Offer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";
    public const string Answer = "v=0\r\no=- 2 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\n";

    private readonly string _transport;

    private EndpointPair(string transport)
    {
        _transport = transport;
        Alice = Make(transport);
        Bob = Make(transport);
        Bob.InviteHandler = BobHandler;
        Alice.InviteHandler = AliceHandler;
    }

    public SipEndpoint Alice { get; }

    public SipEndpoint Bob { get; }

    public RecordingSink AliceSink { get; } = new();

    public RecordingHandler AliceHandler { get; } = new();

    public RecordingHandler BobHandler { get; } = new();

    public static async Task<EndpointPair> Start(string transport)
    {
        var pair = new EndpointPair(transport);
        await pair.Alice.StartAsync(CancellationToken.None);
        await pair.Bob.StartAsync(CancellationToken.None);
        return pair;
    }

    public SipUri UriOf(SipEndpoint endpoint, string user) => SipUri
        .Create(user, "127.0.0.1", endpoint.BoundEndpoints[0].EndPoint.Port).WithParameter("transport", _transport);

    public ISipCall Call(string sdp = Offer) => Alice.Invite(
        new OutgoingInvite(
            UriOf(Bob, "bob"), new NameAddr("Alice", UriOf(Alice, "alice")), new NameAddr(null, UriOf(Bob, "bob")),
            Guid.NewGuid().ToString("N"), sdp),
        AliceSink);

    public async ValueTask DisposeAsync()
    {
        await Alice.DisposeAsync();
        await Bob.DisposeAsync();
    }

    public static SipEndpoint Make(string transport) => new(
        new SipEndpointOptions { Listen = [$"{transport}:127.0.0.1:0"] }, TimeProvider.System, NullLogger<SipEndpoint>.Instance);
}
