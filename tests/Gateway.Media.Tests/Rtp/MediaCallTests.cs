using System.Diagnostics.Metrics;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Media.Codecs;
using Gateway.Media.Rtp;
using Gateway.Media.Srtp;
using Gateway.Media.Tests.Codecs;
using static Gateway.Media.Tests.Rtp.CallBench;

namespace Gateway.Media.Tests.Rtp;

public sealed class MediaCallTests
{
    private readonly CallBench _bench = new();

    [Fact]
    public void Packet_passes_to_the_other_peer_under_our_source_and_its_numbers()
    {
        _bench.Send(0, Voice(17, timestamp: 320, ssrc: 99));
        _bench.Send(0, Voice(18, payload: 101, timestamp: 480, ssrc: 99, content: [5, 10, 0, 160]));

        var got = _bench.Received(1);
        Assert.Equal([0, 96], got.Select(packet => packet.PayloadType));
        Assert.Equal(1, (ushort)(got[1].Sequence - got[0].Sequence));
        Assert.Equal(160u, got[1].Timestamp - got[0].Timestamp);
        Assert.NotEqual(99u, got[0].Ssrc);
        Assert.Equal(got[0].Ssrc, got[1].Ssrc);
        Assert.Equal([1, 2, 3, 4], got[0].Payload);
        Assert.All(got, packet => Assert.Equal(Peer(1), packet.To));
        Assert.Empty(_bench.Received(0));
    }

    [Fact] // a phone that transfers, or whose proxy plays music
    public void Change_of_source_is_one_stream_to_the_other_peer()
    {
        _bench.Send(0, Voice(100, timestamp: 0, ssrc: 1));
        _bench.Loop.Advance(20);
        _bench.Send(0, Voice(40_000, timestamp: 999_999, ssrc: 2));
        _bench.Send(0, Voice(101, timestamp: 160, ssrc: 1)); // late
        _bench.Loop.Advance(20);
        _bench.Send(0, Voice(40_001, timestamp: 1_000_159, ssrc: 2));

        var got = _bench.Received(1);
        Assert.Equal(3, got.Length);
        Assert.Equal([0, 1, 2], got.Select(packet => (int)(ushort)(packet.Sequence - got[0].Sequence)));
        Assert.Equal([0u, 160u, 320u], got.Select(packet => packet.Timestamp - got[0].Timestamp));
        Assert.True(got[1].Marker);
        Assert.Single(got.Select(packet => packet.Ssrc).Distinct());
    }

    [Fact] // music on hold for a moment: the phone goes on where it was
    public void Source_that_comes_back_is_heard_once_the_one_between_is_over()
    {
        _bench.Send(0, Voice(100, ssrc: 1));
        for (var i = 0; i < 25; i++)
        {
            _bench.Loop.Advance(20);
            _bench.Send(0, Voice(7_000 + i, timestamp: (uint)i * 160, ssrc: 2));
            _bench.Send(0, Voice(101 + i, timestamp: (uint)i * 160, ssrc: 1)); // both at once: one is listened to
        }

        Assert.Equal(26, _bench.Received(1).Length);
        for (var i = 0; i < 25; i++)
        {
            _bench.Loop.Advance(20);
            _bench.Send(0, Voice(130 + i, timestamp: (uint)(30 + i) * 160, ssrc: 1));
        }

        Assert.InRange(_bench.Received(1).Length, 14, 16);
    }

    [Fact] // RFC 3389: phones send it that were not asked for it
    public void Comfort_noise_that_was_not_agreed_is_not_a_loss_to_anybody()
    {
        _bench.Send(0, Voice(1, timestamp: 0));
        _bench.Send(0, Voice(2, payload: 13, timestamp: 160, content: [40]));
        _bench.Loop.Advance(29_000);
        _bench.Send(0, Voice(3, payload: 13, timestamp: 232_000, content: [40]));
        _bench.Send(0, Voice(4, timestamp: 232_160, marker: true));
        _bench.Loop.Advance(20_000);

        var got = _bench.Received(1);
        Assert.Equal([0, 1], got.Select(packet => (int)(ushort)(packet.Sequence - got[0].Sequence)));
        Assert.Equal(232_160u, got[1].Timestamp - got[0].Timestamp);
        Assert.Equal((4, 0), (_bench.Call.Figures(0)[0].PacketsReceived, _bench.Call.Figures(0)[0].PacketsLost));
        Assert.Equal(2, _bench.Transport(0).Counters.UnknownPayloads);
        Assert.DoesNotContain("silent 0 30", _bench.Told);
    }

    [Fact] // RFC 3264 section 8.4, R-10
    public void Held_leg_is_silent_both_ways_and_resumes_without_a_gap()
    {
        _bench.Send(0, Voice(10));
        var before = _bench.Received(1).Single();
        _bench.Change(0, plan => plan with { Receives = false });
        _bench.Send(0, Voice(11));
        Assert.Empty(_bench.Received(1));

        _bench.Loop.Advance(1_000);
        _bench.Change(0, plan => plan with { Receives = true });
        _bench.Send(0, Voice(61, timestamp: 8160));

        var after = _bench.Received(1).Single();
        Assert.Equal((before.Sequence + 1, before.Timestamp + 8000, before.Ssrc), (after.Sequence, after.Timestamp, after.Ssrc));
    }

    [Fact]
    public void Peer_that_wants_nothing_gets_nothing()
    {
        _bench.Change(1, plan => plan with { Sends = false });
        _bench.Send(0, Voice(10));

        Assert.Empty(_bench.Received(1));
    }

    [Fact] // a browser that hears nothing at all may take the call for dead
    public void Peer_whose_opposite_is_held_gets_comfort_in_the_same_stream()
    {
        _bench.Change(1, plan => plan with { ComfortPayload = Pcmu });
        _bench.Send(0, Voice(10, timestamp: 0));
        var before = _bench.Received(1).Single();

        _bench.Change(0, plan => plan with { Receives = false });
        _bench.Loop.Advance(100);
        var silence = _bench.Received(1);
        Assert.InRange(silence.Length, 5, 6);
        Assert.All(silence, packet => Assert.Equal(Enumerable.Repeat((byte)0xFF, 160), packet.Payload));

        _bench.Change(0, plan => plan with { Receives = true });
        _bench.Loop.Advance(20);
        _bench.Send(0, Voice(16, timestamp: 960));
        var all = new[] { before }.Concat(silence).Concat(_bench.Received(1)).ToArray();
        Assert.Equal(Enumerable.Range(0, all.Length), all.Select(packet => (int)(ushort)(packet.Sequence - before.Sequence)));
        Assert.All(all.Zip(all.Skip(1)), pair => Assert.InRange(pair.Second.Timestamp - pair.First.Timestamp, 1u, 320u));
    }

    [Fact] // opus, 20 ms of silence: RFC 6716 section 3.1
    public void Comfort_for_opus_is_a_frame_of_twenty_milliseconds()
    {
        using var comfort = new ComfortAudio();
        Span<byte> payload = stackalloc byte[100];

        Assert.Equal(3, comfort.Write(Opus, 60, payload));
        Assert.Equal([0xF8, 0xFF, 0xFE], payload[..3].ToArray());
        Assert.Equal(20, ComfortAudio.Duration(Opus, 60));
    }

    [Fact] // a phone that prefers G.722 hangs up as others do when nothing comes
    public void Comfort_for_g722_is_silence_however_long_it_lasts()
    {
        _bench.Change(1, plan => plan with { ComfortPayload = new PayloadFormat(9, "G722", 8000) });
        _bench.Change(0, plan => plan with { Receives = false });
        _bench.Loop.Advance(5_000);

        var got = _bench.Received(1);
        Assert.InRange(got.Length, 249, 251);
        using var decoder = new G722Decoder();
        var samples = new short[320];
        Assert.All(got, packet =>
        {
            Assert.Equal(320, decoder.Decode(packet.Payload, samples));
            Assert.InRange(Tone.Rms(samples), 0, 10);
        });
        Assert.All(got.Zip(got.Skip(1)), pair => Assert.Equal(160u, pair.Second.Timestamp - pair.First.Timestamp));
    }

    [Fact]
    public void Key_that_can_be_pressed_no_more_does_not_end_the_comfort()
    {
        _bench.Change(1, plan => plan with { ComfortPayload = Pcmu });
        Assert.True(_bench.Call.TryPress(1, '5', TimeSpan.FromMilliseconds(500)));
        _bench.Loop.Advance(100);
        _bench.Change(1, plan => plan with { Digits = null });
        _bench.Change(0, plan => plan with { Receives = false });
        _bench.Loop.Advance(100);
        _bench.Received(1);

        _bench.Loop.Advance(1_000);
        Assert.InRange(_bench.Received(1).Length, 49, 51);
    }

    [Fact] // U-49
    public void Packets_of_strangers_are_dropped_and_counted_and_change_nothing()
    {
        _bench.Send(0, Voice(10));
        _bench.Send(1, Voice(10));
        _bench.Send(0, Voice(11), Address("203.0.113.66", 666));
        _bench.Send(0, Voice(12), Peer(0).WithPort(6000));
        _bench.Send(1, Voice(11));

        Assert.Single(_bench.Received(1));
        Assert.Equal(2, _bench.Transport(0).Counters.Strangers);
        Assert.All(_bench.Received(0), packet => Assert.Equal(Peer(0), packet.To));
    }

    [Fact]
    public void Dropped_packets_are_in_the_meter_by_reason()
    {
        var counted = new Dictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (instrument.Name == "gateway.media.packets.refused")
            {
                to.EnableMeasurementEvents(instrument);
            }
        };
        var here = Environment.CurrentManagedThreadId; // other tests count in the same meter
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            if (Environment.CurrentManagedThreadId == here)
            {
                counted[(string)tags[0].Value!] = count;
            }
        });
        listener.Start();

        _bench.Send(0, Voice(1));
        _bench.Send(0, Voice(2), Address("203.0.113.66", 666));
        _bench.Send(0, Voice(3), Address("203.0.113.66", 666));
        _bench.Send(0, Voice(4, payload: 77));
        _bench.Loop.Advance(1_000);
        Assert.Equal(new Dictionary<string, long> { ["stranger"] = 2, ["unknown_payload"] = 1 }, counted);

        counted.Clear();
        _bench.Send(0, Voice(5)[..9]);
        _bench.Call.Close();
        Assert.Equal(1, counted["malformed"]);
        Assert.DoesNotContain("stranger", counted.Keys);
    }

    [Fact] // U-49: media, not just any datagram
    public void Address_is_learned_only_from_media_of_the_call()
    {
        var intruder = Address("203.0.113.66", 666);
        _bench.Send(0, [1, 2, 3], intruder);
        _bench.Send(0, Voice(1, payload: 77), intruder);
        _bench.Send(0, Voice(1)[..8], intruder);

        Assert.Equal(Peer(0), _bench.Transport(0).Remote);
        Assert.Equal(2, _bench.Transport(0).Counters.Malformed);
        Assert.Equal(1, _bench.Transport(0).Counters.UnknownPayloads);
    }

    [Fact] // RFC 4961
    public void Peer_behind_a_router_hears_at_the_address_that_it_sends_from()
    {
        var mapped = Address("198.51.100.1", 61_000);
        _bench.Send(0, Voice(1), mapped);
        _bench.Send(1, Voice(1));

        Assert.Equal(mapped, _bench.Received(0).Single().To);
    }

    [Fact] // U-49, RFC 4568
    public void Protected_leg_learns_only_from_packets_that_authenticate()
    {
        var (ours, theirs) = (SrtpKeyMaterial.Create(SrtpProfile.AesCm128HmacSha1_80), SrtpKeyMaterial.Create(SrtpProfile.AesCm128HmacSha1_80));
        _bench.ChangeLeg(0, plan => plan with
        {
            Transports = [((TransportPlan.Plain)plan.Transports[0]) with { Sdes = new SdesPlan(ours, theirs) }],
        });
        var mapped = Address("198.51.100.1", 61_000);
        _bench.Send(0, Voice(1, content: new byte[40]), mapped);
        Assert.Equal(1, _bench.Transport(0).Counters.Unauthentic);
        Assert.Equal(Peer(0), _bench.Transport(0).Remote);

        using var sender = new SrtpSender(theirs);
        var packet = Protect(sender, Voice(2));
        _bench.Send(0, packet, mapped);
        _bench.Send(0, packet, mapped);
        _bench.Send(1, Voice(1));

        Assert.Equal([1, 2, 3, 4], _bench.Received(1).Single().Payload);
        Assert.Equal(1, _bench.Transport(0).Counters.Replayed);
        var back = _bench.Loop.Sockets[_bench.Transport(0).Local].Sent.Single();
        Assert.Equal(mapped, back.To);
        using var receiver = new SrtpReceiver(ours);
        var length = back.Datagram.Length;
        Assert.Equal(SrtpOutcome.Ok, receiver.UnprotectRtp(back.Datagram, ref length));
        Assert.Equal([1, 2, 3, 4], back.Datagram[12..length]);
    }

    [Fact] // RFC 4568 section 7.1.4; RFC 3711 section 9.1: begun anew, a key would have its key stream used twice
    public void Key_of_ours_that_stays_goes_on_counting_when_the_peers_changes()
    {
        using var ours = SrtpKeyMaterial.Create(SrtpProfile.AesCm128HmacSha1_80);
        using var theirs = SrtpKeyMaterial.Create(SrtpProfile.AesCm128HmacSha1_80);
        using var later = SrtpKeyMaterial.Create(SrtpProfile.AesCm128HmacSha1_80);
        using var peer = new SrtpReceiver(ours);
        Protect(ours, theirs);
        _bench.Send(1, Voice(1));
        _bench.Loop.Advance(20_000);
        Assert.All(Opened(), outcome => Assert.Equal(SrtpOutcome.Ok, outcome));

        Protect(ours, later);
        _bench.Loop.Advance(20_000);

        Assert.All(Opened(), outcome => Assert.Equal(SrtpOutcome.Ok, outcome));

        SrtpOutcome[] Opened()
        {
            var reports = _bench.ReceivedRtcp(0);
            Assert.NotEmpty(reports);
            return [.. reports.Select(report =>
            {
                var length = report.Length;
                return peer.UnprotectRtcp(report, ref length);
            })];
        }
    }

    [Fact] // RFC 4568 section 7.1.4, RFC 3711 section 3.3.2
    public void Key_of_the_peers_that_stays_is_remembered_with_its_packets_when_ours_changes()
    {
        using var ours = SrtpKeyMaterial.Create(SrtpProfile.AesCm128HmacSha1_80);
        using var later = SrtpKeyMaterial.Create(SrtpProfile.AesCm128HmacSha1_80);
        using var theirs = SrtpKeyMaterial.Create(SrtpProfile.AesCm128HmacSha1_80);
        using var sender = new SrtpSender(theirs);
        Protect(ours, theirs);
        var packet = Protect(sender, Voice(1));
        _bench.Send(0, packet);

        Protect(later, theirs);
        _bench.Send(0, packet);
        _bench.Send(0, Protect(sender, Voice(2)));

        Assert.Equal(1, _bench.Transport(0).Counters.Replayed);
        Assert.Equal(2, _bench.Received(1).Length);
    }

    [Fact]
    public void Nothing_passes_in_the_clear_before_there_are_keys()
    {
        var secure = new SecureTransport();
        Assert.Equal(1, _bench.Call.Attach(1, secure));
        _bench.ChangeLeg(1, plan => plan with { Streams = [plan.Streams[0] with { Transport = 1 }] });
        Assert.True(_bench.Loop.TryBind(Address("127.0.0.1", 0), _bench.Transport(0), out var socket));
        secure.SetPath(socket, Peer(1));

        _bench.Send(0, Voice(1));
        secure.OnMedia(new byte[400], 40, 0);

        Assert.Empty(_bench.Loop.Sockets[socket.Local].Sent);
        Assert.Empty(_bench.Received(0));
        Assert.Equal((1, 1), (secure.Counters.Unsent, secure.Counters.Unauthentic));
    }

    [Fact]
    public void First_media_of_each_leg_and_silence_are_told_once()
    {
        _bench.Send(0, Voice(1));
        _bench.Send(0, Voice(2));
        _bench.Loop.Advance(20_000);
        _bench.Send(1, Voice(1));
        _bench.Loop.Advance(45_000);

        Assert.Equal(["media 0", "media 1", "silent 0 30", "silent 1 30"], _bench.Told);
        _bench.Send(0, Voice(3));
        _bench.Loop.Advance(31_000);
        Assert.Equal("silent 0 30", _bench.Told[^1]);
    }

    [Fact]
    public void Held_peer_is_not_missed()
    {
        _bench.Change(0, plan => plan with { Receives = false });
        _bench.Change(1, plan => plan with { Receives = false });
        _bench.Loop.Advance(100_000);

        Assert.Empty(_bench.Told);
    }

    [Fact] // RFC 8285: nobody at the other leg agreed to any
    public void Extensions_are_taken_off_or_renumbered()
    {
        byte[] packet = [0x90, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0xBE, 0xDE, 0, 1, 0x10, 9, 0, 0, 42, 43];
        _bench.Send(0, packet);
        Assert.Equal([42, 43], Assert.Single(_bench.Received(1)).Datagram[12..]);

        _bench.Change(0, plan => plan with { Extensions = [new(1, 4)] });
        packet[3] = 2;
        _bench.Send(0, packet);
        Assert.Equal([0xBE, 0xDE, 0, 1, 0x40, 9, 0, 0, 42, 43], Assert.Single(_bench.Received(1)).Datagram[12..]);
    }

    [Fact]
    public void Two_streams_of_one_transport_are_told_apart_by_number_or_source()
    {
        for (var leg = 0; leg < 2; leg++)
        {
            var pair = new PayloadRule(Video, Video, PayloadAction.Forward);
            _bench.ChangeLeg(leg, plan => plan with
            {
                Streams = plan.Streams.Add(new StreamPlan(StreamKind.Video, 0)
                {
                    Receives = true, Sends = true, RemoteSsrcs = [66], Incoming = [pair, new(Pcmu, Video, PayloadAction.Forward)],
                }),
            });
        }

        _bench.Send(0, Voice(1, payload: 96, ssrc: 5));
        _bench.Send(0, Voice(1, payload: 0, ssrc: 6));
        _bench.Send(0, Voice(1, payload: 0, ssrc: 66));

        var got = _bench.Received(1);
        Assert.Equal([96, 0, 96], got.Select(packet => packet.PayloadType));
        Assert.Equal(got[0].Ssrc, got[2].Ssrc);
        Assert.NotEqual(got[0].Ssrc, got[1].Ssrc);
    }

    [Fact]
    public void Closed_call_leaves_no_timer_and_hears_nothing()
    {
        _bench.Send(0, Voice(1));
        _bench.Call.Close();
        _bench.Call.Close();
        _bench.Send(0, Voice(2));

        Assert.Equal(0, _bench.Loop.RunningTimers);
        Assert.Single(_bench.Received(1));
        _bench.Transport(0).Close();
        _bench.Transport(1).Close();
        Assert.Empty(_bench.Loop.Sockets);
    }

    [Fact]
    public void No_datagram_throws_and_none_makes_the_call_deaf() => Prop.ForAll<byte[], byte, bool>((octets, first, rtcp) =>
    {
        byte[] datagram = [first, .. octets];
        if (rtcp)
        {
            _bench.SendRtcp(0, datagram);
        }

        _bench.Send(0, datagram);
        _bench.Received(1);
        _bench.Loop.Advance(2_500);
        _bench.Send(1, Voice((int)(_bench.Loop.Now / 20), timestamp: (uint)_bench.Loop.Now * 8));
        return _bench.Received(0).Length == 1;
    }).QuickCheckThrowOnFailure();

    /// <summary>Leg 0 has these keys from now on.</summary>
    private void Protect(SrtpKeyMaterial ours, SrtpKeyMaterial theirs) => _bench.ChangeLeg(0, plan => plan with
    {
        Transports = [((TransportPlan.Plain)plan.Transports[0]) with { Sdes = new SdesPlan(ours, theirs) }],
    });

    private static byte[] Protect(SrtpSender sender, byte[] packet)
    {
        var buffer = new byte[packet.Length + 160];
        packet.CopyTo(buffer, 0);
        var length = packet.Length;
        Assert.Equal(SrtpOutcome.Ok, sender.ProtectRtp(buffer, ref length));
        return buffer[..length];
    }
}
