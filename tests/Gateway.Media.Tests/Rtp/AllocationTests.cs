using System.Net;
using System.Net.Sockets;
using Gateway.Media.Io;
using Gateway.Media.Rtp;
using Gateway.Media.Srtp;
using Gateway.Media.Tests.Io;
using Gateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using static Gateway.Media.Tests.Rtp.CallBench;

namespace Gateway.Media.Tests.Rtp;

/// <summary>Nothing is allocated for a packet, on the thread that carries it: real loop, real sockets, one leg protected.</summary>
public sealed class AllocationTests : IAsyncLifetime, IAsyncDisposable, IMediaCallSink
{
    private const int Packets = 100_000;
    private const int Burst = 20; // of what fits a socket's buffer
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly MediaLoops _loops = new(new MediaIoOptions { Loops = 1 }, TimeProvider.System, NullLogger<MediaLoops>.Instance);
    private readonly IMediaLoop _loop;
    private readonly Socket[] _peers = new Socket[2];

    public AllocationTests() => _loop = _loops.Next();

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _loops.DisposeAsync();
        Array.ForEach(_peers, peer => peer?.Dispose());
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("127.0.0.1", SrtpProfile.AesCm128HmacSha1_80, 10)]
    [InlineData("::1", SrtpProfile.AeadAes128Gcm, 16)]
    public async Task Media_thread_allocates_nothing_for_a_hundred_thousand_packets(string host, SrtpProfile profile, int tag)
    {
        using var ours = SrtpKeyMaterial.Create(profile);
        using var theirs = SrtpKeyMaterial.Create(profile);
        var relay = await _loop.InTurnAsync(() => Call(host, new SdesPlan(ours, theirs)));
        foreach (var (peer, local) in _peers.Zip(relay))
        {
            await peer.ConnectAsync(local);
        }

        using var sender = new SrtpSender(theirs);
        Relay(sender, tag, 2_000, 0);
        var before = await _loop.InTurnAsync(GC.GetAllocatedBytesForCurrentThread);
        Relay(sender, tag, Packets, 2_000);
        var after = await _loop.InTurnAsync(GC.GetAllocatedBytesForCurrentThread);

        // Two posts and their results are some hundred octets; a packet's worth of anything would be megabytes.
        Assert.InRange(after - before, 0, 4_096);
    }

    void IMediaCallSink.OnMedia(int leg)
    {
    }

    void IMediaCallSink.OnSilent(int leg, int stream, TimeSpan silence)
    {
    }

    void IMediaCallSink.OnDigit(int leg, char key, TimeSpan duration)
    {
    }

    void IMediaCallSink.OnGoodbye(int leg, int stream)
    {
    }

    private IPEndPoint[] Call(string host, SdesPlan keys)
    {
        var ports = new MediaPorts(new PortRange(Testing.Servers.FreePorts.Passing(8), 32_766), TimeProvider.System);
        var call = new MediaCall(_loop, this, TimeSpan.FromHours(1));
        var locals = new IPEndPoint[2];
        for (var leg = 0; leg < 2; leg++)
        {
            var address = IPAddress.Parse(host);
            _peers[leg] = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            _peers[leg].Bind(new IPEndPoint(address, 0));
            _peers[leg].ReceiveTimeout = 5_000;
            Assert.True(PlainTransport.TryOpen(_loop, ports, Address(host, 0), out var transport));
            call.Attach(leg, transport);
            locals[leg] = transport.Local.ToEndPoint();
            var peer = PeerAddress.FromEndPoint((IPEndPoint)_peers[leg].LocalEndPoint!);
            call.Apply(leg, new LegPlan
            {
                Transports = [new TransportPlan.Plain(peer, peer) { Sdes = leg == 0 ? keys : null }],
                Streams =
                [
                    new StreamPlan(StreamKind.Audio, 0)
                    {
                        Receives = true, Sends = true, CName = "a", Incoming = [new(Pcmu, Pcmu, PayloadAction.Forward)],
                    },
                ],
            });
        }

        return locals;
    }

    /// <summary>From the protected peer to the plain one, and as many back.</summary>
    private void Relay(SrtpSender sender, int tag, int count, int first)
    {
        var buffer = new byte[400];
        var voice = Voice(0, content: new byte[160]);
        for (var i = 0; i < count / 2; i += Burst)
        {
            for (var j = 0; j < Burst; j++)
            {
                RtpHeader.Rewrite(voice, false, 0, (ushort)((first / 2) + i + j), (uint)(i + j) * 160, 7);
                voice.CopyTo(buffer, 0);
                var length = voice.Length;
                Assert.Equal(SrtpOutcome.Ok, sender.ProtectRtp(buffer, ref length));
                _peers[0].Send(buffer.AsSpan(0, length));
                _peers[1].Send(voice);
            }

            for (var j = 0; j < Burst; j++)
            {
                Assert.Equal(172, _peers[1].Receive(buffer));
                Assert.Equal(172 + tag, _peers[0].Receive(buffer));
            }
        }
    }
}
