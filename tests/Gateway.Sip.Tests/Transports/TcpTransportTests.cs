using System.Net;
using System.Net.Sockets;
using Gateway.Sip.Messages;
using Gateway.Sip.Tests.UserAgent;
using Gateway.Sip.Transports;
using Gateway.Sip.UserAgent;
using Gateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Sip.Tests.Transports;

/// <summary>Streams: RFC 3261 sections 18.1 to 18.4, MAPPING U-34, U-44.</summary>
public sealed class TcpTransportTests
{
    [Fact] // RFC 3261 section 18.3
    public async Task Message_in_pieces_and_two_in_one_piece_are_framed_by_content_length()
    {
        await using var endpoint = await Listen();
        await using var peer = await RawPeer.Connect(endpoint.BoundEndpoints[0].EndPoint);
        var options = Options(1);
        await peer.Write(options[..40]);
        await peer.Write(options[40..100]);
        await peer.Write(options[100..] + Options(2));
        await peer.Hear("CSeq: 1 OPTIONS");
        await peer.Hear("CSeq: 2 OPTIONS");
    }

    [Fact] // MAPPING U-44: 400, then the end
    public async Task Message_without_content_length_gets_400_and_the_end()
    {
        await using var endpoint = await Listen();
        await using var peer = await RawPeer.Connect(endpoint.BoundEndpoints[0].EndPoint);
        await peer.Write(Options(1).Replace("Content-Length: 0", "Subject: none", StringComparison.Ordinal));
        Assert.StartsWith("SIP/2.0 400 ", await peer.HearTheEnd(), StringComparison.Ordinal);
    }

    [Fact] // RFC 5626 section 4.4.1
    public async Task Ping_gets_its_pong()
    {
        await using var endpoint = await Listen();
        await using var peer = await RawPeer.Connect(endpoint.BoundEndpoints[0].EndPoint);
        await peer.Write("\r\n\r\n");
        Assert.Equal("\r\n", await peer.Hear("\r\n"));
    }

    [Fact] // RFC 3261 section 18: reuse; connect on demand
    public async Task Requests_share_a_connection_and_open_another_when_it_is_gone()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var endpoint = await Listen();
        var first = Send(endpoint, (IPEndPoint)listener.LocalEndpoint);
        var peer = new RawPeer(await listener.AcceptTcpClientAsync());
        await peer.Write(OkTo(await peer.Hear("\r\n\r\n")));
        Assert.Equal(200, (await first).Status);

        var second = Send(endpoint, (IPEndPoint)listener.LocalEndpoint);
        await peer.Write(OkTo(await peer.Hear("\r\n\r\n")));
        Assert.Equal(200, (await second).Status);
        Assert.Equal(1, endpoint.Metrics.Connections);

        await peer.DisposeAsync();
        await Eventually.HoldsAsync(() => endpoint.Metrics.Connections == 0);

        var third = Send(endpoint, (IPEndPoint)listener.LocalEndpoint);
        await using var again = new RawPeer(await listener.AcceptTcpClientAsync());
        await again.Write(OkTo(await again.Hear("\r\n\r\n")));
        Assert.Equal(200, (await third).Status);
    }

    [Fact] // memory and descriptors stay bounded
    public async Task Connection_beyond_the_limit_is_closed()
    {
        await using var endpoint = await Listen(new SipEndpointLimits { Connections = 1 });
        await using var first = await RawPeer.Connect(endpoint.BoundEndpoints[0].EndPoint);
        await first.Write(Options(1));
        await first.Hear("200 OK");
        await using var second = await RawPeer.Connect(endpoint.BoundEndpoints[0].EndPoint);
        Assert.Equal("", await second.HearTheEnd());
        await first.Write(Options(2));
        await first.Hear("200 OK");
    }

    [Fact] // a peer that connects and says nothing, or half a message
    public async Task Connection_that_says_nothing_is_closed()
    {
        var time = new VirtualTime();
        await using var endpoint = await Listen(null, time);
        await using var silent = await RawPeer.Connect(endpoint.BoundEndpoints[0].EndPoint);
        await silent.Write("OPTIONS sip:x@127");
        await time.WhenTimersArmed(1);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("", await silent.HearTheEnd());
    }

    [Fact] // larger than any SIP message may be
    public async Task Endless_header_is_cut_off()
    {
        await using var endpoint = await Listen();
        await using var peer = await RawPeer.Connect(endpoint.BoundEndpoints[0].EndPoint);
        await peer.Write("OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nSubject: " + new string('a', 70_000));
        await peer.HearTheEnd();
    }

    [Fact]
    public async Task Stopping_leaves_no_connection_and_no_timer()
    {
        var endpoint = await Listen();
        await using var peer = await RawPeer.Connect(endpoint.BoundEndpoints[0].EndPoint);
        await peer.Write(Options(1));
        await peer.Hear("200 OK");
        await endpoint.StopAsync(CancellationToken.None);
        Assert.Equal(0, endpoint.Metrics.Connections);
        await peer.HearTheEnd();
        await endpoint.DisposeAsync();
    }

    private static async Task<SipEndpoint> Listen(SipEndpointLimits? limits = null, TimeProvider? time = null)
    {
        var endpoint = new SipEndpoint(
            new SipEndpointOptions { Listen = ["tcp:127.0.0.1:0"], Limits = limits ?? new() },
            time ?? TimeProvider.System, NullLogger<SipEndpoint>.Instance);
        await endpoint.StartAsync(CancellationToken.None);
        return endpoint;
    }

    private static Task<SipResult> Send(SipEndpoint endpoint, IPEndPoint to)
    {
        var uri = SipUri.Create(null, "127.0.0.1", to.Port).WithParameter("transport", "tcp");
        var address = new NameAddr(null, uri);
        return endpoint.SendAsync(new OutgoingRequest(SipMethod.Options, uri, address, address), CancellationToken.None);
    }

    private static string OkTo(string request) => SipMessageBuilder
        .Response((SipRequest)SipParser.Parse(System.Text.Encoding.UTF8.GetBytes(request)).Message!, 200, null, "t")
        .BuildResponse().ToString();

    private static string Options(int cseq)
    {
        using var ua = new TestAgent();
        return ua.Incoming(SipMethod.Options, (uint)cseq).ToString()
            .Replace("SIP/2.0/UDP", "SIP/2.0/TCP", StringComparison.Ordinal)
            .Replace("z9hG4bKpeer1", $"z9hG4bK{Guid.NewGuid():N}", StringComparison.Ordinal);
    }
}
