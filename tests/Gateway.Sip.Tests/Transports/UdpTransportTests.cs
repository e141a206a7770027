using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Gateway.Sip.Messages;
using Gateway.Sip.Tests.UserAgent;
using Gateway.Sip.Transports;
using Gateway.Sip.UserAgent;
using Gateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Sip.Tests.Transports;

public sealed class UdpTransportTests
{
    [Fact] // bad input gets a counter; the process never dies of it
    public async Task Noise_does_not_stop_the_endpoint()
    {
        await using var endpoint = await Listen("udp:127.0.0.1:0");
        using var peer = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        foreach (var length in (int[])[0, 1, 2, 100, 1400, 60_000])
        {
            await peer.SendAsync(RandomNumberGenerator.GetBytes(length), endpoint.BoundEndpoints[0].EndPoint);
        }

        await peer.SendAsync(Options(), endpoint.BoundEndpoints[0].EndPoint);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var answer = Encoding.UTF8.GetString((await peer.ReceiveAsync(patience.Token)).Buffer);
        Assert.StartsWith("SIP/2.0 200 OK", answer, StringComparison.Ordinal);
        Assert.Equal(0, endpoint.Metrics.Faults);
    }

    [Fact] // RFC 3581 section 4: the answer comes from the port that was asked
    public async Task Answer_comes_from_the_receiving_socket_of_several()
    {
        await using var endpoint = await Listen("udp:127.0.0.1:0", "udp:127.0.0.1:0");
        Assert.NotEqual(endpoint.BoundEndpoints[0].EndPoint.Port, endpoint.BoundEndpoints[1].EndPoint.Port);
        foreach (var bound in endpoint.BoundEndpoints)
        {
            using var peer = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
            await peer.SendAsync(Options(), bound.EndPoint);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            Assert.Equal(bound.EndPoint, (await peer.ReceiveAsync(patience.Token)).RemoteEndPoint);
        }
    }

    [Fact] // a wildcard is no address that a peer could answer
    public async Task Wildcard_is_replaced_by_the_address_towards_the_peer()
    {
        await using var endpoint = await Listen("udp:0.0.0.0:0");
        using var peer = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var uri = SipUri.Create(null, "127.0.0.1", ((IPEndPoint)peer.Client.LocalEndPoint!).Port);
        using var stop = new CancellationTokenSource();
        var sending = endpoint.SendAsync(
            new OutgoingRequest(SipMethod.Options, uri, new NameAddr(null, uri), new NameAddr(null, uri)), stop.Token);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var request = SipParser.Parse((await peer.ReceiveAsync(patience.Token)).Buffer).Message!;
        Assert.Equal(("127.0.0.1", endpoint.BoundEndpoints[0].EndPoint.Port), (request.TopVia.SentByHost, request.TopVia.SentByPort));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact] // RFC 3261 section 18.4: with a clock that stands still only ICMP can tell
    public async Task Closed_port_fails_the_request_at_once_and_no_other()
    {
        var time = new VirtualTime();
        await using var endpoint = new SipEndpoint(
            new SipEndpointOptions { Listen = ["udp:127.0.0.1:0"] }, time, NullLogger<SipEndpoint>.Instance);
        await endpoint.StartAsync(CancellationToken.None);
        using var alive = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        int closed;
        using (var gone = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0)))
        {
            closed = ((IPEndPoint)gone.Client.LocalEndPoint!).Port;
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (var i = 0; i < 20; i++)
        {
            var answered = Ask(endpoint, ((IPEndPoint)alive.Client.LocalEndPoint!).Port, patience.Token);
            var refused = await Ask(endpoint, closed, patience.Token);
            Assert.Equal((503, true), (refused.Status, refused.IsLocal));

            var request = (SipRequest)SipParser.Parse((await alive.ReceiveAsync(patience.Token)).Buffer).Message!;
            await alive.SendAsync(
                SipMessageBuilder.Response(request, 200, toTag: "a").BuildResponse().Raw, endpoint.BoundEndpoints[0].EndPoint, patience.Token);
            Assert.Equal((200, false), ((await answered).Status, (await answered).IsLocal));
        }
    }

    [Fact]
    public async Task Address_in_use_fails_the_start_and_leaves_nothing_open()
    {
        await using var first = await Listen("udp:127.0.0.1:0");
        var second = new SipEndpoint(
            new SipEndpointOptions { Listen = ["tcp:127.0.0.1:0", $"udp:{first.BoundEndpoints[0].EndPoint}"] },
            TimeProvider.System, NullLogger<SipEndpoint>.Instance);
        var fault = await Assert.ThrowsAsync<IOException>(() => second.StartAsync(CancellationToken.None));
        Assert.Contains($"udp:{first.BoundEndpoints[0].EndPoint}", fault.Message, StringComparison.Ordinal);
        Assert.False(second.IsListening);
        await second.DisposeAsync();
    }

    [Theory] // the configuration's own form
    [InlineData("udp:0.0.0.0:5060", SipTransportKind.Udp, "0.0.0.0:5060")]
    [InlineData("TCP:127.0.0.1:0", SipTransportKind.Tcp, "127.0.0.1:0")]
    [InlineData("udp:[::1]:5070", SipTransportKind.Udp, "[::1]:5070")]
    public void Listen_address_is_read(string text, SipTransportKind transport, string endPoint)
    {
        Assert.True(SipListenAddress.TryParse(text, out var address));
        Assert.Equal(new SipListenAddress(transport, IPEndPoint.Parse(endPoint)), address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("udp")]
    [InlineData("sctp:127.0.0.1:5060")]
    [InlineData("udp:127.0.0.1")]
    [InlineData("udp:localhost:5060")]
    [InlineData("udp:127.0.0.1:65536")]
    public void Unreadable_listen_address_is_refused(string text) => Assert.False(SipListenAddress.TryParse(text, out _));

    [Theory] // RFC 3263 section 4
    [InlineData("sip:x@192.0.2.9", "192.0.2.9:5060", SipTransportKind.Udp)]
    [InlineData("sip:x@192.0.2.9:5070;transport=tcp", "192.0.2.9:5070", SipTransportKind.Tcp)]
    [InlineData("sip:x@[2001:db8::9]", "[2001:db8::9]:5060", SipTransportKind.Udp)]
    [InlineData("sip:x@example.org;maddr=192.0.2.10", "192.0.2.10:5060", SipTransportKind.Udp)]
    [InlineData("sip:x@192.0.2.9;transport=sctp", null, SipTransportKind.Udp)]
    [InlineData("sips:x@192.0.2.9", null, SipTransportKind.Udp)]
    [InlineData("tel:+15551234567", null, SipTransportKind.Udp)]
    public async Task Destination_is_found(string uri, string? endPoint, SipTransportKind transport)
    {
        var found = await new AddressResolver().ResolveAsync(TestAgent.Uri(uri), CancellationToken.None);
        Assert.Equal(
            endPoint is null ? [] : [new SipDestination(transport, IPEndPoint.Parse(endPoint))], found.AsEnumerable());
    }

    [Fact] // the last literal address is kept, for the URI that it stands in only
    public async Task Destinations_of_several_uris_asked_in_turns_are_told_apart()
    {
        var resolver = new AddressResolver();
        var (first, second, third) = (TestAgent.Uri("sip:x@192.0.2.9"), TestAgent.Uri("sip:x@192.0.2.10"), TestAgent.Uri("sips:x@192.0.2.9"));
        foreach (var (uri, found) in new[] { (first, "192.0.2.9"), (first, "192.0.2.9"), (second, "192.0.2.10"), (third, null), (first, "192.0.2.9") })
        {
            var destinations = await resolver.ResolveAsync(uri, CancellationToken.None);
            Assert.Equal(found, destinations.SingleOrDefault()?.EndPoint.Address.ToString());
        }
    }

    private static async Task<SipEndpoint> Listen(params string[] addresses)
    {
        var endpoint = new SipEndpoint(
            new SipEndpointOptions { Listen = [.. addresses] }, TimeProvider.System, NullLogger<SipEndpoint>.Instance);
        await endpoint.StartAsync(CancellationToken.None);
        return endpoint;
    }

    private static Task<SipResult> Ask(SipEndpoint endpoint, int port, CancellationToken cancellation)
    {
        var uri = SipUri.Create(null, "127.0.0.1", port);
        return endpoint.SendAsync(
            new OutgoingRequest(SipMethod.Options, uri, new NameAddr(null, uri), new NameAddr(null, uri)), cancellation);
    }

    private static byte[] Options()
    {
        using var ua = new TestAgent();
        return SipMessageBuilder.Copy(ua.Incoming(SipMethod.Options))
            .TopVia(SipVia.Create("UDP", "192.0.2.2", null, $"z9hG4bK{Guid.NewGuid():N}")).BuildRequest().Raw.ToArray();
    }
}
