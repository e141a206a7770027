using FsCheck;
using FsCheck.Fluent;
using Gateway.Media.Codecs;
using Gateway.Media.Rtp;
using Gateway.Media.Tests.Codecs;
using Gateway.Media.Transcoding;

namespace Gateway.Media.Tests.Transcoding;

public sealed class AudioTranscoderTests
{
    private static readonly string[] Names = ["opus", "PCMU", "PCMA", "G722"];

    public static TheoryData<string, string> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            foreach (var from in Names)
            {
                foreach (var to in Names)
                {
                    pairs.Add(from, to);
                }
            }

            return pairs;
        }
    }

    [Theory, MemberData(nameof(Pairs))]
    public void A_tone_comes_through_every_pair(string from, string to)
    {
        using var run = new TranscodedTone(from, to);
        run.Play(milliseconds: 2000);

        Assert.InRange(run.Share(skip: 300), 0.93, 1.01);
        Assert.InRange(run.Loudness(skip: 300), 4000, 7500);
        Assert.Equal(0, run.Transcoder.Missing);
    }

    [Theory, MemberData(nameof(Pairs))]
    public void A_tone_is_still_one_after_loss_and_jitter(string from, string to)
    {
        using var run = new TranscodedTone(from, to) { Loss = 5, Jitter = 30 };
        run.Play(milliseconds: 10_000);

        Assert.InRange(run.Share(skip: 500), 0.75, 1.01);
        Assert.InRange(run.Loudness(skip: 500), 3500, 7500);
        Assert.True(run.Transcoder.Missing + run.Transcoder.Recovered > 10);
    }

    [Theory] // RFC 3551 section 4.2: any whole multiple of a frame
    [InlineData("PCMU", 10, "opus", 20, 20)]
    [InlineData("PCMU", 30, "opus", 20, 20)]
    [InlineData("opus", 60, "PCMU", 20, 20)]
    [InlineData("opus", 10, "PCMA", 30, 30)]
    [InlineData("G722", 20, "PCMU", 40, 40)]
    [InlineData("PCMA", 60, "G722", 10, 10)]
    [InlineData("PCMA", 20, "opus", 30, 20)] // Opus has no packets of 30 ms
    public void Packet_times_are_changed(string from, int fromTime, string to, int wanted, int expected)
    {
        using var run = new TranscodedTone(from, to, fromTime, wanted);
        run.Play(milliseconds: 3000);

        Assert.Equal(expected, run.Transcoder.PacketTime);
        Assert.Equal((to == "opus" ? 48 : 8) * expected, run.Transcoder.TicksPerPacket);
        Assert.InRange(run.Share(skip: 400), 0.93, 1.01);
    }

    [Fact] // RFC 7587 section 3.1.3, RFC 3551 section 4.1: a sender that is silent sends nothing
    public void Silence_of_the_sender_is_comfort_noise_and_the_tone_comes_back()
    {
        using var run = new TranscodedTone("PCMU", "PCMA");
        run.Play(milliseconds: 1000);
        run.Play(milliseconds: 3000, silent: true);
        var quiet = run.Heard.Skip(8 * 3000).Take(8 * 900).ToArray();
        run.Play(milliseconds: 1000);

        Assert.InRange(Tone.Rms(quiet), 3, 60);
        Assert.InRange(Tone.Share([.. run.Heard.Skip(8 * 4200)], 440, 8000), 0.9, 1.01);
        Assert.Equal(0, run.Transcoder.Missing);
    }

    [Fact] // phones exist whose clock stands still while they are silent
    public void A_sender_whose_clock_stood_still_is_heard_again()
    {
        using var run = new TranscodedTone("PCMU", "PCMA");
        run.Play(milliseconds: 1000);
        run.Play(milliseconds: 1000, silent: true, clockStands: true);
        run.Play(milliseconds: 2000);

        Assert.InRange(Tone.Share([.. run.Heard.Skip(8 * 2500)], 440, 8000), 0.93, 1.01);
    }

    [Fact] // RFC 3551 section 4.1
    public void The_marker_says_at_once_that_such_a_clock_goes_on()
    {
        using var run = new TranscodedTone("PCMU", "PCMA");
        run.Play(milliseconds: 1000);
        run.Play(milliseconds: 1000, silent: true, clockStands: true);
        var (sequence, timestamp, payload) = run.Packets(milliseconds: 20)[0];
        run.Transcoder.Add(sequence, timestamp, payload, marker: true);
        run.Play(milliseconds: 1000);

        Assert.Equal(0, run.Transcoder.Dropped);
        Assert.InRange(Tone.Share([.. run.Heard.TakeLast(8 * 900)], 440, 8000), 0.93, 1.01);
    }

    [Fact]
    public void Another_source_begins_at_once()
    {
        using var run = new TranscodedTone("opus", "PCMU");
        run.Play(milliseconds: 500);
        run.Transcoder.Clear();
        run.Restart(timestamp: 3_000_000_000, sequence: 65_530);
        run.Play(milliseconds: 1500);

        Assert.InRange(Tone.Share([.. run.Heard.Skip(8 * 800)], 440, 8000), 0.93, 1.01);
    }

    [Fact] // two clocks are never equal: 200 ppm for ten minutes are 120 ms
    public void A_clock_that_drifts_neither_empties_nor_fills_the_buffer()
    {
        foreach (var drift in new[] { -0.0002, 0.0002 })
        {
            using var run = new TranscodedTone("PCMU", "PCMA") { Drift = drift };
            run.Play(milliseconds: 600_000);

            Assert.InRange(run.Transcoder.Delay, -20, 100);
            Assert.InRange(Tone.Share([.. run.Heard.TakeLast(8 * 5000)], 440, 8000), 0.9, 1.01);
        }
    }

    [Fact] // and for longer than the greatest delay would allow, were it only ever added
    public void A_sender_that_is_slower_all_the_time_loses_nothing()
    {
        using var run = new TranscodedTone("PCMU", "PCMA") { Drift = -0.002 };
        run.Play(milliseconds: 300_000);

        Assert.Equal((0, 0), (run.Transcoder.Dropped, run.Transcoder.Missing));
        Assert.InRange(run.Transcoder.Delay, -20, 100);
    }

    [Theory] // a mobile network stood still, and hands over what it kept
    [InlineData("PCMU", 10, 400)]
    [InlineData("PCMU", 20, 400)]
    [InlineData("PCMU", 20, 1500)]
    [InlineData("G722", 20, 1900)]
    [InlineData("opus", 20, 1500)]
    [InlineData("opus", 60, 1500)]
    public void Sound_is_back_at_once_after_a_jam(string from, int packetTime, int jam)
    {
        using var run = new TranscodedTone(from, "PCMA", packetTime);
        run.Play(milliseconds: 1000);
        run.Jam(jam);
        run.Play(milliseconds: jam + 500);
        var heard = run.Heard.Count;
        run.Play(milliseconds: 1500);

        Assert.InRange(Tone.Share([.. run.Heard.Skip(heard)], 440, 8000), 0.93, 1.01);
        Assert.InRange(run.Transcoder.Delay, 0, 260);
    }

    [Theory] // a machine that stood still
    [InlineData(10)]
    [InlineData(20)]
    public void Sound_is_back_at_once_after_nobody_pulled(int packetTime)
    {
        using var run = new TranscodedTone("PCMU", "PCMA", packetTime);
        run.Play(milliseconds: 1000);
        run.StandStill(900);
        run.Play(milliseconds: 1000);
        var heard = run.Heard.Count;
        run.Play(milliseconds: 1500);

        Assert.InRange(Tone.Share([.. run.Heard.Skip(heard)], 440, 8000), 0.93, 1.01);
        Assert.InRange(run.Transcoder.Delay, 0, 260);
    }

    [Fact] // a burst of delay is made up for, and given back when it is over
    public void Delay_grows_with_jitter_and_shrinks_without_it()
    {
        using var run = new TranscodedTone("PCMU", "PCMA") { Jitter = 150 };
        run.Play(milliseconds: 5000);
        var grown = run.Transcoder.Delay;
        run.Jitter = 0;
        run.Play(milliseconds: 60_000);

        Assert.InRange(grown, 60, 260);
        Assert.InRange(run.Transcoder.Delay, -20, 60);
    }

    [Fact] // a payload that only looks like Opus takes its time, and no more
    public void A_packet_that_cannot_be_decoded_is_concealed()
    {
        using var run = new TranscodedTone("opus", "PCMU");
        run.Play(milliseconds: 500);
        var (sequence, timestamp, _) = run.Packets(milliseconds: 20)[0];
        run.Transcoder.Add(sequence, timestamp, [0x42, 0xC8, 0]); // two frames of 10 ms, the first longer than the packet
        run.Play(milliseconds: 1000);

        Assert.InRange(run.Transcoder.Missing, 1, 2);
        Assert.InRange(Tone.Share([.. run.Heard.Skip(8 * 700)], 440, 8000), 0.93, 1.01);
    }

    [Fact]
    public void Nothing_is_pulled_before_something_came()
    {
        using var run = new TranscodedTone("PCMU", "opus");

        Assert.Equal(0, run.Transcoder.Pull(new byte[AudioTranscoder.MostOctets]));
    }

    [Fact]
    public void Only_known_codecs_are_taken()
    {
        Assert.False(AudioTranscoder.TryCreate(new PayloadFormat(98, "speex", 8000), new PayloadFormat(0, "PCMU", 8000), 20, out _));
        Assert.True(AudioTranscoder.Knows("Opus"));
        Assert.False(AudioTranscoder.Knows("telephone-event"));
    }

    [Theory, MemberData(nameof(Pairs))] // the packet path allocates nothing
    public void Packets_are_transcoded_without_garbage(string from, string to)
    {
        using var run = new TranscodedTone(from, to);
        run.Play(milliseconds: 1000);
        var packets = run.Packets(milliseconds: 2000);
        var payload = new byte[AudioTranscoder.MostOctets];
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var (sequence, timestamp, octets) in packets)
        {
            run.Transcoder.Add(sequence, timestamp, octets);
            _ = run.Transcoder.Pull(payload);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory, MemberData(nameof(Pairs))] // hostile input: whatever comes, samples go on
    public void Garbage_neither_throws_nor_stops_the_stream(string from, string to)
    {
        using var run = new TranscodedTone(from, to);
        var payload = new byte[AudioTranscoder.MostOctets];
        run.Play(milliseconds: 100);
        Prop.ForAll<ushort, uint, byte[]>((sequence, timestamp, octets) =>
        {
            run.Transcoder.Add(sequence, timestamp, octets);
            return run.Transcoder.Pull(payload) > 0;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100).WithEndSize(400));
    }
}
