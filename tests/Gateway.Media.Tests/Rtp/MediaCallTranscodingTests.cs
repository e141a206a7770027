using Gateway.Media.Rtp;
using static Gateway.Media.Tests.Rtp.CallBench;

namespace Gateway.Media.Tests.Rtp;

/// <summary>Streams that are made here: packets come when they come, ours go out by the clock.</summary>
public sealed class MediaCallTranscodingTests
{
    private readonly CallBench _bench = new();
    private int _sent;

    public MediaCallTranscodingTests() => _bench.Change(0, plan => plan with
    {
        Incoming = [new(Pcmu, Pcma, PayloadAction.Transcode), .. plan.Incoming.RemoveAt(0)],
    });

    [Fact]
    public void Packets_go_out_by_the_clock_in_the_other_codec()
    {
        Speak(50);

        var got = _bench.Received(1);
        Assert.InRange(got.Length, 48, 52);
        Assert.All(got, packet => Assert.Equal((8, 160), (packet.PayloadType, packet.Payload.Length)));
        Assert.Single(got, packet => packet.Marker);
        AssertContinuous(got);
    }

    [Fact]
    public void Peer_that_asked_for_longer_packets_gets_them()
    {
        _bench.Change(1, plan => plan with { PacketTime = 40 });
        Speak(50);

        Assert.All(_bench.Received(1), packet => Assert.Equal(320, packet.Payload.Length));
    }

    [Fact] // R-41, RFC 4733 section 2.6.2
    public void Key_takes_the_place_of_the_sound_in_the_same_stream()
    {
        Speak(20);
        for (var i = 0; i < 5; i++)
        {
            _bench.Send(0, Voice(1000 + _sent++, 101, 77_777, marker: i == 0, content: [4, (byte)(i == 4 ? 0x8A : 10), 0, (byte)(160 + (i * 16))]));
            _bench.Loop.Advance(20);
        }

        Speak(20);
        var got = _bench.Received(1);
        var keys = got.Where(packet => packet.PayloadType == 96).ToArray();
        Assert.Equal(5, keys.Length);
        Assert.Single(keys.Select(packet => packet.Timestamp).Distinct());
        var first = Array.IndexOf(got, keys[0]);
        Assert.All(got[first..(first + 5)], packet => Assert.Equal(96, packet.PayloadType));
        Assert.Equal(Enumerable.Range(0, got.Length), got.Select(packet => (int)(ushort)(packet.Sequence - got[0].Sequence)));
        AssertContinuous([.. got.Where(packet => packet.PayloadType == 8)], clockOnly: true);
    }

    [Fact] // RFC 4733 section 2.5.1.2: every 50 ms is often enough; sound between them would end the key for some
    public void Key_that_is_told_of_seldom_has_no_sound_within()
    {
        Speak(20);
        _bench.Received(1);
        var waits = new[] { 70, 30, 90, 20, 50, 40 };
        for (var i = 0; i < waits.Length; i++)
        {
            _bench.Send(0, Voice(1000 + _sent++, 101, 77_777, marker: i == 0, content: [4, (byte)(i == 5 ? 0x8A : 10), 1, (byte)(i * 40)]));
            _bench.Loop.Advance(waits[i]);
        }

        Assert.All(_bench.Received(1), packet => Assert.Equal(96, packet.PayloadType));
        _bench.Loop.Advance(60);
        Assert.Contains(_bench.Received(1), packet => packet.PayloadType == 8);
    }

    [Fact] // RFC 4733 section 2.5.1.2: a machine or a link that stood still hands them over at once
    public void Keys_that_come_together_stay_two_keys()
    {
        Speak(20);
        _bench.Received(1);
        foreach (var (key, timestamp) in ((byte, uint)[])[(7, 77_777), (3, 77_777 + 1_600)])
        {
            for (var i = 0; i < 3; i++)
            {
                _bench.Send(0, Voice(1000 + _sent++, 101, timestamp, marker: i == 0, content: [key, (byte)(i == 2 ? 0x8A : 10), 1, (byte)(0x40 + i)]));
            }
        }

        var keys = _bench.Received(1).Where(packet => packet.PayloadType == 96).GroupBy(packet => packet.Payload[0]).ToArray();

        Assert.Equal([7, 3], keys.Select(key => key.Key));
        Assert.All(keys, key => Assert.Single(key.Select(packet => packet.Timestamp).Distinct()));
        var (first, second) = (keys[0].Last(), keys[1].First());
        Assert.True((int)(second.Timestamp - first.Timestamp) >= ((first.Payload[2] << 8) | first.Payload[3]), $"{first.Timestamp} {second.Timestamp}");
    }

    [Fact]
    public void Held_stream_stops_and_resumes_with_the_time_that_passed()
    {
        Speak(20);
        var before = _bench.Received(1)[^1];
        _bench.Change(0, plan => plan with { Receives = false });
        _bench.Loop.Advance(10_000);
        Assert.Empty(_bench.Received(1));

        _bench.Change(0, plan => plan with { Receives = true });
        Speak(10);
        var after = _bench.Received(1)[0];
        Assert.Equal((ushort)(before.Sequence + 1), after.Sequence);
        Assert.InRange(after.Timestamp - before.Timestamp, 80_000u, 81_000u);
    }

    [Fact]
    public void Same_plan_again_disturbs_nothing()
    {
        Speak(20);
        _bench.Change(0, plan => plan with { CName = "other" });
        _bench.Change(1, plan => plan);
        Speak(20);

        AssertContinuous(_bench.Received(1));
    }

    [Fact] // the re-offer found a common codec
    public void Codec_that_passes_takes_over_without_a_gap()
    {
        Speak(20);
        _bench.Change(0, plan => plan with { Incoming = [new(Pcma, Pcma, PayloadAction.Forward)] });
        for (var i = 0; i < 10; i++)
        {
            _bench.Send(0, Voice(500 + i, 8, (uint)i * 160));
            _bench.Loop.Advance(20);
        }

        var got = _bench.Received(1);
        Assert.Equal(Enumerable.Range(0, got.Length), got.Select(packet => (int)(ushort)(packet.Sequence - got[0].Sequence)));
        Assert.Equal(4, got[^1].Payload.Length);
    }

    [Fact] // what was late is sent at once; its time is not counted twice
    public void Machine_that_stood_still_for_a_moment_makes_up_for_it_in_the_same_clock()
    {
        Speak(20);
        _bench.Loop.StandStill(300);
        Speak(20);

        var got = _bench.Received(1);
        AssertContinuous(got);
        Assert.InRange(got.Length, 54, 56);
    }

    [Fact]
    public void Codec_that_is_agreed_no_more_and_was_not_spoken_disturbs_nothing()
    {
        _bench.Change(0, plan => plan with { Incoming = plan.Incoming.Add(new(Opus, Pcma, PayloadAction.Transcode)) });
        Speak(20);
        _bench.Change(0, plan => plan with { Incoming = plan.Incoming.RemoveAt(plan.Incoming.Length - 1) });
        Speak(20);

        var got = _bench.Received(1);
        AssertContinuous(got);
        Assert.Single(got, packet => packet.Marker);
    }

    [Fact]
    public void Closed_call_stops_making_packets()
    {
        Speak(5);
        _bench.Call.Close();

        Assert.Equal(0, _bench.Loop.RunningTimers);
    }

    [Fact]
    public void Closed_call_makes_no_codec_once_more()
    {
        Speak(5);
        var before = GC.GetAllocatedBytesForCurrentThread();
        _bench.Call.Close();

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000); // the octets that wait in a codec's buffer alone are more
    }

    private static void AssertContinuous(Packet[] packets, bool clockOnly = false) => Assert.All(
        packets.Zip(packets.Skip(1)), pair =>
        {
            var steps = clockOnly ? (pair.Second.Timestamp - pair.First.Timestamp) / 160 : 1;
            Assert.Equal(steps * 160, pair.Second.Timestamp - pair.First.Timestamp);
            Assert.True(clockOnly || (ushort)(pair.Second.Sequence - pair.First.Sequence) == 1);
        });

    private void Speak(int packets)
    {
        for (var i = 0; i < packets; i++)
        {
            _bench.Send(0, Voice(1000 + _sent, timestamp: (uint)_sent++ * 160, content: Enumerable.Repeat((byte)0x55, 160).ToArray()));
            _bench.Loop.Advance(20);
        }
    }
}
