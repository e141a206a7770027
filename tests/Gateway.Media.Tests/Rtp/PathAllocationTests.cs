using System.Buffers.Binary;
using System.Collections.Immutable;
using Gateway.Media.Io;
using Gateway.Media.Rtp;
using Gateway.Media.Srtp;
using static Gateway.Media.Tests.Rtp.CallBench;

namespace Gateway.Media.Tests.Rtp;

/// <summary>
/// Every way that a packet can take through a call, in virtual time: none allocates once it has been taken. What sockets and threads do is
/// told by <see cref="AllocationTests"/>.
/// </summary>
public sealed class PathAllocationTests : IDisposable
{
    private const int Seconds = 20;

    private readonly CallBench _bench = new();
    private readonly SrtpSender?[] _senders = new SrtpSender?[2];
    private readonly PeerAddress[] _from = [Peer(0), Peer(1)];
    private readonly byte[] _voice = Voice(0, content: new byte[160]);
    private readonly byte[] _protected = new byte[400];
    private readonly int[] _sent = new int[2];
    private readonly PeerAddress[] _rtcp = new PeerAddress[2];
    private byte[] _encoded = [];

    public PathAllocationTests()
    {
        for (var leg = 0; leg < 2; leg++)
        {
            _rtcp[leg] = _bench.Transport(leg).Local.WithPort(_bench.Transport(leg).Local.Port + 1);
        }
    }

    public void Dispose() => Array.ForEach(_senders, sender => sender?.Dispose());

    [Fact]
    public void Voice_over_ipv6_and_reports_of_both_peers()
    {
        for (var leg = 0; leg < 2; leg++)
        {
            var peer = _from[leg] = Address($"2001:db8::{leg + 1}", 5000);
            _bench.ChangeLeg(leg, plan => plan with { Transports = [new TransportPlan.Plain(peer, peer) { RtcpMux = true }] });
        }

        AssertNothingAllocated(2 * 50 * Seconds, i =>
        {
            Speak(0);
            Speak(1);
            if (i % 50 == 0)
            {
                Report(0);
                Report(1);
            }
        });
    }

    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    [InlineData(SrtpProfile.AesCm128HmacSha1_80)]
    [InlineData(SrtpProfile.AesCm128HmacSha1_32)]
    public void Voice_and_reports_that_are_protected(SrtpProfile profile)
    {
        for (var leg = 0; leg < 2; leg++)
        {
            var (ours, theirs) = (SrtpKeyMaterial.Create(profile), SrtpKeyMaterial.Create(profile));
            _senders[leg] = new SrtpSender(theirs);
            _bench.ChangeLeg(leg, plan => plan with
            {
                Transports = [new TransportPlan.Plain(Peer(leg), Peer(leg)) { RtcpMux = true, Sdes = new SdesPlan(ours, theirs) }],
            });
        }

        AssertNothingAllocated(2 * 50 * Seconds, i =>
        {
            Speak(0);
            Speak(1);
            if (i % 50 == 0)
            {
                Report(0);
                Report(1);
            }
        });
    }

    [Theory]
    [InlineData("PCMU", "PCMA")]
    [InlineData("PCMU", "opus")]
    [InlineData("opus", "PCMU")]
    [InlineData("opus", "G722")]
    [InlineData("G722", "opus")]
    [InlineData("G722", "PCMU")]
    public void Voice_that_is_transcoded_with_keys_among_it(string from, string to)
    {
        var format = Format(from);
        Transcode(format, Format(to));
        _encoded = from == "opus" ? [0xF8, 0xFF, 0xFE] : new byte[160];

        AssertNothingAllocated(45 * Seconds, i => // the sound rests a little behind a key
        {
            if (i % 100 >= 10)
            {
                Speak(0, format.Id, format.ClockRate / 50);
            }
            else
            {
                Press(0, i);
            }
        });
    }

    [Theory]
    [InlineData(PayloadAction.Forward, 8000)]
    [InlineData(PayloadAction.Digits, 48000)]
    public void Keys_that_pass(PayloadAction action, int rate)
    {
        _bench.Change(0, plan => plan with
        {
            Incoming = plan.Incoming.SetItem(1, new(Digits with { ClockRate = rate }, Digits with { Id = 96 }, action)),
        });

        AssertNothingAllocated(50 * Seconds, i => Press(0, i));
    }

    [Fact]
    public void Keys_that_are_pressed_here() => AssertNothingAllocated(49 * Seconds, i =>
    {
        Speak(0);
        if (i % 50 == 0)
        {
            Assert.True(_bench.Call.TryPress(1, '7', TimeSpan.FromMilliseconds(200)));
        }
    });

    [Theory]
    [InlineData("PCMU")]
    [InlineData("PCMA")]
    [InlineData("opus")]
    [InlineData("G722")]
    public void Comfort_while_the_other_is_held(string codec)
    {
        _bench.Change(1, plan => plan with { ComfortPayload = Format(codec) });
        _bench.Change(0, plan => plan with { Receives = false });

        AssertNothingAllocated(49 * Seconds, _ => Speak(0));
    }

    [Fact] // RFC 8285, RFC 4585, RFC 5104
    public void Video_with_extensions_and_requests_for_it()
    {
        for (var leg = 0; leg < 2; leg++)
        {
            _bench.Change(leg, _ => new StreamPlan(StreamKind.Video, 0)
            {
                Receives = true, Sends = true, Feedback = true, CName = "v", RemoteSsrcs = [50],
                Incoming = [new(Video, Video, PayloadAction.Forward)], Extensions = [new(1, 4)],
            });
        }

        byte[] picture = [0x90, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 50, 0xBE, 0xDE, 0, 1, 0x10, 9, 0, 0, .. new byte[900]];
        _bench.Send(0, picture);
        var ours = _bench.Received(1).Single().Ssrc;
        byte[][] requests =
        [
            [0x81, 206, 0, 2, 0, 0, 0, 9, .. Four(ours)],
            [0x84, 206, 0, 4, 0, 0, 0, 9, 0, 0, 0, 0, .. Four(ours), 1, 0, 0, 0],
            [0x81, 205, 0, 3, 0, 0, 0, 9, .. Four(ours), 0, 0, 0, 3],
        ];

        AssertNothingAllocated((50 + 33) * Seconds, i => // a third asks for what was before there was anything
        {
            BinaryPrimitives.WriteUInt16BigEndian(picture.AsSpan(2), (ushort)(2 + _sent[0]++));
            picture[16] = 0x10;
            _bench.Loop.Deliver(picture, _from[0], _bench.Transport(0).Local);
            var request = requests[i % 3];
            _bench.Loop.Deliver(request, _from[1].WithPort(5001), _rtcp[1]);
        });
    }

    [Fact]
    public void What_is_refused()
    {
        var stranger = Address("203.0.113.66", 666);
        byte[] other = Voice(5, payload: 77);
        byte[] odd = [0x80, 200, 0xFF, 0xFF, 1, 2, 3, 4];

        AssertNothingAllocated(0, _ =>
        {
            _bench.Loop.Deliver(_voice, stranger, _bench.Transport(0).Local);
            _bench.Loop.Deliver(other, _from[0], _bench.Transport(0).Local);
            _bench.Loop.Deliver(odd, _from[0], _bench.Transport(0).Local);
            _bench.Loop.Deliver(odd, _from[0].WithPort(5001), _rtcp[0]);
        });
    }

    private static PayloadFormat Format(string name) => name switch
    {
        "opus" => Opus,
        "G722" => new PayloadFormat(9, "G722", 8000),
        "PCMA" => Pcma,
        _ => Pcmu,
    };

    private void Transcode(PayloadFormat from, PayloadFormat to) => _bench.Change(0, plan => plan with
    {
        Incoming = [new(from, to, PayloadAction.Transcode), plan.Incoming[1]],
    });

    private void AssertNothingAllocated(int leastSent, Action<int> each)
    {
        // A round is as long as the reports need to have come more than once.
        Run(each);
        _bench.Loop.Forgets = true;
        Run(each);
        var (before, sent) = (GC.GetAllocatedBytesForCurrentThread(), _bench.Loop.Forgotten);
        Run(each);
        var (after, last) = (GC.GetAllocatedBytesForCurrentThread(), _bench.Loop.Forgotten);

        Assert.Equal(0, after - before);
        Assert.True(last - sent >= leastSent, $"{last - sent} of {leastSent}");
    }

    private void Run(Action<int> each)
    {
        for (var i = 0; i < 50 * Seconds; i++)
        {
            each(i);
            _bench.Loop.Advance(20);
        }
    }

    private void Speak(int leg, byte payload = 0, int ticks = 160)
    {
        var number = _sent[leg]++;
        var packet = _voice.AsSpan(0, RtpHeader.FixedLength + (_encoded.Length > 0 ? _encoded.Length : 160));
        RtpHeader.Write(packet, false, payload, (ushort)number, (uint)(number * ticks), 7);
        _encoded.CopyTo(packet[RtpHeader.FixedLength..]);
        Deliver(leg, packet);
    }

    /// <summary>A key that nobody releases: that one is pressed is told once, and not of every packet.</summary>
    private void Press(int leg, int i)
    {
        var packet = _voice.AsSpan(0, RtpHeader.FixedLength + DigitEvents.Length);
        RtpHeader.Write(packet, false, 101, (ushort)_sent[leg]++, 777, 7);
        DigitEvents.Write(packet[RtpHeader.FixedLength..], 20, ends: false, i * 160);
        Deliver(leg, packet);
    }

    private void Report(int leg)
    {
        var packet = _voice.AsSpan(0, 28);
        packet.Clear();
        (packet[0], packet[1], packet[3]) = (0x80, 200, 6);
        packet[7] = 7;
        BinaryPrimitives.WriteUInt64BigEndian(packet[8..], (ulong)_bench.Loop.Now << 32);
        Deliver(leg, packet, isReport: true);
    }

    private void Deliver(int leg, ReadOnlySpan<byte> packet, bool isReport = false)
    {
        packet.CopyTo(_protected);
        var length = packet.Length;
        if (_senders[leg] is { } sender)
        {
            var outcome = isReport ? sender.ProtectRtcp(_protected, ref length) : sender.ProtectRtp(_protected, ref length);
            Assert.True(outcome == SrtpOutcome.Ok);
        }

        _bench.Loop.Deliver(_protected.AsSpan(0, length), _from[leg], _bench.Transport(leg).Local);
    }

    private static ImmutableArray<byte> Four(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
