using Gateway.Media.Rtp;
using static Gateway.Media.Tests.Rtp.CallBench;

namespace Gateway.Media.Tests.Rtp;

/// <summary>RFC 4733, R-40, R-41.</summary>
public sealed class MediaCallDigitTests
{
    private readonly CallBench _bench = new();

    [Fact]
    public void Key_that_a_peer_presses_passes_and_is_told()
    {
        _bench.Send(0, Voice(1, timestamp: 0));
        for (var i = 0; i < 3; i++)
        {
            _bench.Send(0, Voice(2 + i, 101, 160, marker: i == 0, content: [3, 0x8A, 0x01, 0x90]));
        }

        var got = _bench.Received(1);
        Assert.Equal([0, 96, 96, 96], got.Select(packet => packet.PayloadType));
        Assert.Single(got.Skip(1).Select(packet => packet.Timestamp).Distinct());
        Assert.Equal(["media 0", "digit 0 3 50"], _bench.Told);
    }

    [Fact]
    public void Key_of_a_peer_with_another_clock_has_its_duration_converted()
    {
        _bench.Change(0, plan => plan with
        {
            Incoming = [new(Digits with { ClockRate = 48000 }, Digits with { Id = 96 }, PayloadAction.Digits)],
        });

        _bench.Send(0, Voice(1, 101, 48_000, content: [7, 10, 0x12, 0xC0])); // 4800
        _bench.Send(0, Voice(2, 101, 48_000, content: [7, 0x8A, 0x25, 0x80])); // 9600

        var got = _bench.Received(1);
        Assert.Equal([7, 10, 0x03, 0x20], got[0].Payload);
        Assert.Equal([7, 0x8A, 0x06, 0x40], got[1].Payload);
        Assert.Equal(got[0].Timestamp, got[1].Timestamp);
        Assert.Equal("digit 0 7 200", _bench.Told[^1]);
    }

    [Fact] // sections 2.5.1.2 and 2.5.1.4
    public void Key_pressed_by_us_takes_the_place_of_the_voice()
    {
        _bench.Send(0, Voice(1, timestamp: 0));
        var voice = _bench.Received(1).Single();
        _bench.Loop.Advance(20);

        Assert.True(_bench.Call.TryPress(1, '#', TimeSpan.FromMilliseconds(100)));
        for (var i = 0; i < 12; i++)
        {
            _bench.Send(0, Voice(2 + i, timestamp: 160 + ((uint)i * 160)));
            _bench.Loop.Advance(20);
        }

        var got = _bench.Received(1);
        var keys = got.Where(packet => packet.PayloadType == 96).ToArray();
        Assert.Equal(7, keys.Length);
        Assert.All(keys, packet => Assert.Equal(voice.Timestamp + 160, packet.Timestamp));
        Assert.Equal([160, 320, 480, 640, 800, 800, 800], keys.Select(packet => (packet.Payload[2] << 8) | packet.Payload[3]));
        Assert.Equal([false, false, false, false, true, true, true], keys.Select(packet => packet.Payload[1] > 0x7F));
        Assert.All(keys, packet => Assert.Equal(11, packet.Payload[0]));
        Assert.Equal(keys[0], keys.Single(packet => packet.Marker));
        Assert.Equal(Enumerable.Range(1, got.Length), got.Select(packet => (int)(ushort)(packet.Sequence - voice.Sequence)));
        Assert.Equal(0, got[^1].PayloadType); // the voice is back
        Assert.InRange(got[^1].Timestamp - voice.Timestamp, 160u * 10, 160u * 13);
    }

    [Fact]
    public void Keys_are_pressed_one_after_the_other()
    {
        Assert.True(_bench.Call.TryPress(0, '1', TimeSpan.FromMilliseconds(1)));
        Assert.True(_bench.Call.TryPress(0, 'a', TimeSpan.FromMilliseconds(60)));
        _bench.Loop.Advance(1_000);

        var keys = _bench.Received(0).Select(packet => packet.Payload[0]).ToArray();
        Assert.Equal([1, 1, 1, 1, 12, 12, 12, 12, 12], keys); // at least 40 ms: two packets, the last three times
    }

    [Fact]
    public void Key_that_cannot_be_pressed_is_refused()
    {
        Assert.False(_bench.Call.TryPress(0, 'x', TimeSpan.FromMilliseconds(100)));
        _bench.Change(1, plan => plan with { Digits = null });
        Assert.False(_bench.Call.TryPress(1, '1', TimeSpan.FromMilliseconds(100)));
        Assert.Contains(Enumerable.Range(0, 100), _ => !_bench.Call.TryPress(0, '1', TimeSpan.FromMilliseconds(100)));
    }
}
