using System.Buffers.Binary;
using System.Collections.Immutable;
using Gateway.Media.Io;
using Gateway.Media.Rtp;
using Gateway.Media.Srtp;
using Gateway.Media.Tests.Io;
using Gateway.Testing;

namespace Gateway.Media.Tests.Rtp;

/// <summary>A call between two peers without ICE, in virtual time: leg 0 and leg 1, each with one stream unless told otherwise.</summary>
internal sealed class CallBench : IMediaCallSink
{
    public static readonly PayloadFormat Pcmu = new(0, "PCMU", 8000);
    public static readonly PayloadFormat Pcma = new(8, "PCMA", 8000);
    public static readonly PayloadFormat Opus = new(111, "opus", 48000, 2);
    public static readonly PayloadFormat Digits = new(101, "telephone-event", 8000);
    public static readonly PayloadFormat Video = new(96, "VP8", 90000);

    private readonly PlainTransport[] _transports = new PlainTransport[2];
    private readonly LegPlan[] _plans;

    public CallBench()
    {
        var ports = new MediaPorts(new PortRange(30_000, 30_007), new VirtualTime());
        Call = new MediaCall(Loop, this, TimeSpan.FromSeconds(30));
        for (var leg = 0; leg < 2; leg++)
        {
            Assert.True(PlainTransport.TryOpen(Loop, ports, Address("127.0.0.1", 0), out var transport));
            _transports[leg] = transport;
            Assert.Equal(0, Call.Attach(leg, transport));
        }

        _plans = [Plan(0), Plan(1)];
        Call.Apply(0, _plans[0]);
        Call.Apply(1, _plans[1]);
    }

    public TestLoop Loop { get; } = new();

    public MediaCall Call { get; }

    public List<string> Told { get; } = [];

    public static PeerAddress Address(string host, int port)
    {
        Assert.True(PeerAddress.TryParse(host, port, out var address));
        return address;
    }

    /// <summary>Where a peer is by its description.</summary>
    public static PeerAddress Peer(int leg) => Address(leg == 0 ? "192.0.2.10" : "192.0.2.20", 5000);

    public PlainTransport Transport(int leg) => _transports[leg];

    /// <summary>Changes the plan of a leg's first stream.</summary>
    public void Change(int leg, Func<StreamPlan, StreamPlan> change) =>
        ChangeLeg(leg, plan => plan with { Streams = plan.Streams.SetItem(0, change(plan.Streams[0])) });

    public void ChangeLeg(int leg, Func<LegPlan, LegPlan> change) => Call.Apply(leg, _plans[leg] = change(_plans[leg]));

    /// <summary>A peer sends a packet from its signalled address, or another.</summary>
    public void Send(int leg, byte[] packet, PeerAddress? from = null) =>
        Loop.Deliver(packet, from ?? Peer(leg), _transports[leg].Local);

    public void SendRtcp(int leg, byte[] packet, PeerAddress? from = null) =>
        Loop.Deliver(packet, from ?? Peer(leg).WithPort(5001), Rtcp(leg));

    /// <summary>What went to a peer's RTP address since it was asked last.</summary>
    public Packet[] Received(int leg) => [.. Taken(_transports[leg].Local).Select(sent => new Packet(sent.Datagram, sent.To))];

    public byte[][] ReceivedRtcp(int leg) => [.. Taken(Rtcp(leg)).Select(sent => sent.Datagram)];

    public static byte[] Voice(
        int sequence, byte payload = 0, uint timestamp = 0, uint ssrc = 7, bool marker = false, byte[]? content = null)
    {
        content ??= [1, 2, 3, 4];
        var packet = new byte[12 + content.Length];
        RtpHeader.Write(packet, marker, payload, (ushort)sequence, timestamp, ssrc);
        content.CopyTo(packet, 12);
        return packet;
    }

    void IMediaCallSink.OnMedia(int leg) => Told.Add($"media {leg}");

    void IMediaCallSink.OnSilent(int leg, int stream, TimeSpan silence) => Told.Add($"silent {leg} {silence.TotalSeconds}");

    void IMediaCallSink.OnDigit(int leg, char key, TimeSpan duration) => Told.Add($"digit {leg} {key} {duration.TotalMilliseconds}");

    void IMediaCallSink.OnGoodbye(int leg, int stream) => Told.Add($"goodbye {leg}");

    private static LegPlan Plan(int leg)
    {
        // Leg 0 has PCMU and telephone-event 101; leg 1 numbers the latter 96. Video is told by its own tests.
        var there = Digits with { Id = (byte)(leg == 0 ? 96 : 101) };
        var here = Digits with { Id = (byte)(leg == 0 ? 101 : 96) };
        return new LegPlan
        {
            Transports = [new TransportPlan.Plain(Peer(leg), Peer(leg).WithPort(5001))],
            Streams =
            [
                new StreamPlan(StreamKind.Audio, 0)
                {
                    Receives = true,
                    Sends = true,
                    Incoming = [new(Pcmu, Pcmu, PayloadAction.Forward), new(here, there, PayloadAction.Forward)],
                    Digits = new DigitsFormat(here.Id, 8000),
                    CName = "name",
                },
            ],
        };
    }

    private PeerAddress Rtcp(int leg) => _transports[leg].Local.WithPort(_transports[leg].Local.Port + 1);

    private List<(byte[] Datagram, PeerAddress To)> Taken(PeerAddress local)
    {
        var sent = Loop.Sockets[local].Sent;
        var taken = sent.ToList();
        sent.Clear();
        return taken;
    }
}

/// <summary>A packet that a peer got.</summary>
internal sealed class Packet
{
    private readonly RtpHeader _header;

    public Packet(byte[] datagram, PeerAddress to)
    {
        Assert.True(RtpHeader.TryRead(datagram, out _header));
        (Datagram, To) = (datagram, to);
    }

    public byte[] Datagram { get; }

    public PeerAddress To { get; }

    public int Sequence => _header.Sequence;

    public uint Timestamp => _header.Timestamp;

    public uint Ssrc => _header.Ssrc;

    public byte PayloadType => _header.PayloadType;

    public bool Marker => _header.Marker;

    public byte[] Payload => Datagram[_header.PayloadStart..(_header.PayloadStart + _header.PayloadLength)];
}
