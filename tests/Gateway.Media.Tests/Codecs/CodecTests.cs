using FsCheck;
using FsCheck.Fluent;
using Gateway.Media.Codecs;

namespace Gateway.Media.Tests.Codecs;

public sealed class CodecTests
{
    public static TheoryData<string> Codecs => ["opus/8000", "opus/16000", "opus/48000", "PCMU", "PCMA", "G722"];

    [Theory, MemberData(nameof(Codecs))]
    public void A_tone_comes_through_encoding_and_decoding(string codec)
    {
        using var encoder = Encoder(codec);
        using var decoder = Decoder(codec);
        var (rate, frame) = (encoder.SampleRate, encoder.SampleRate / 50);
        var tone = Tone.Make(440, rate, rate);
        var (payload, heard) = (new byte[1276], new List<short>());
        for (var at = 0; at < tone.Length; at += frame)
        {
            var length = encoder.Encode(tone.AsSpan(at, frame), payload);
            var samples = new short[frame];
            Assert.Equal(frame, decoder.SamplesIn(payload.AsSpan(0, length)));
            Assert.Equal(frame, decoder.Decode(payload.AsSpan(0, length), samples));
            heard.AddRange(samples);
        }

        Assert.InRange(Tone.Share([.. heard.Skip(rate / 5)], 440, rate), 0.95, 1.01);
        Assert.InRange(Tone.Rms([.. heard.Skip(rate / 5)]), 4000, 7500);
    }

    [Theory, MemberData(nameof(Codecs))] // hostile input
    public void Payloads_of_garbage_neither_crash_nor_overflow(string codec)
    {
        using var decoder = Decoder(codec);
        var samples = new short[decoder.SampleRate / 1000 * 120];
        Prop.ForAll<byte[]>(payload =>
        {
            _ = decoder.SamplesIn(payload);
            return decoder.Decode(payload, samples) is >= 0 and var count && count <= samples.Length;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200).WithEndSize(1500));
    }

    [Theory, MemberData(nameof(Codecs))]
    public void What_is_concealed_after_a_tone_sounds_like_it_and_fades(string codec)
    {
        using var encoder = Encoder(codec);
        using var decoder = Decoder(codec);
        var (rate, frame) = (encoder.SampleRate, encoder.SampleRate / 50);
        var tone = Tone.Make(440, rate, rate / 2);
        var (payload, samples) = (new byte[1276], new short[frame]);
        for (var at = 0; at < tone.Length; at += frame)
        {
            _ = decoder.Decode(payload.AsSpan(0, encoder.Encode(tone.AsSpan(at, frame), payload)), samples);
        }

        decoder.Conceal(samples);
        Assert.InRange(Tone.Rms(samples), 2500, 7500);
        for (var i = 0; i < 50; i++)
        {
            decoder.Conceal(samples);
        }

        Assert.InRange(Tone.Rms(samples), 0, 300);
    }

    [Fact] // RFC 6716 section 2.1.7
    public void Redundancy_in_the_next_packet_brings_a_lost_one_back()
    {
        using var encoder = new OpusEncoder(16000, "minptime=10;useinbandfec=1");
        var packets = new List<byte[]>();
        var payload = new byte[1276];
        for (var i = 0; i < 40; i++)
        {
            var frame = Speech(i);
            packets.Add(payload[..encoder.Encode(frame, payload)]);
        }

        var samples = new short[320];
        var (original, concealed, closer) = (new short[320], new short[320], 0);
        for (var lost = 5; lost < 35; lost++)
        {
            using var whole = new OpusDecoder(16000);
            using var with = new OpusDecoder(16000);
            using var without = new OpusDecoder(16000);
            foreach (var packet in packets[..lost])
            {
                _ = whole.Decode(packet, samples);
                _ = with.Decode(packet, samples);
                _ = without.Decode(packet, samples);
            }

            _ = whole.Decode(packets[lost], original);
            Assert.True(with.TryRecover(packets[lost + 1], samples));
            without.Conceal(concealed);
            closer += Distance(original, samples) < Distance(original, concealed) ? 1 : 0;
        }

        Assert.InRange(closer, 15, 30); // where there is speech; where there is none, both are as good
    }

    [Theory] // RFC 7587 section 6.1
    [InlineData("maxaveragebitrate=8000; useinbandfec=0")]
    [InlineData("maxaveragebitrate = 8000")]
    public void The_receivers_bitrate_is_kept(string parameters)
    {
        using var narrow = new OpusEncoder(16000, parameters);
        using var wide = new OpusEncoder(16000, "");
        var payload = new byte[1276];
        var (few, many) = (0, 0);
        for (var i = 0; i < 50; i++)
        {
            few += narrow.Encode(Speech(i), payload);
            many += wide.Encode(Speech(i), payload);
        }

        Assert.InRange(few * 8, 4000, 11000);
        Assert.True(many > few * 2);
    }

    [Theory]
    [InlineData(true, 440)]
    [InlineData(false, 440)]
    [InlineData(true, 3000)]
    [InlineData(false, 3000)]
    public void A_tone_keeps_its_pitch_and_loudness_when_the_rate_changes(bool up, double hertz)
    {
        var (from, to) = up ? (8000, 16000) : (16000, 8000);
        var resampler = new Resampler(up, from / 50);
        var heard = new List<short>();
        for (var at = 0; at < from; at += from / 50)
        {
            var output = new short[to / 50];
            Assert.Equal(output.Length, resampler.Process(Tone.Make(hertz, from, from / 50, start: at), output));
            heard.AddRange(output);
        }

        Assert.InRange(Tone.Share([.. heard.Skip(to / 10)], hertz, to), 0.99, 1.01);
        Assert.InRange(Tone.Rms([.. heard.Skip(to / 10)]), 5400, 5900);
    }

    [Fact]
    public void What_the_lower_rate_cannot_hold_is_filtered_out()
    {
        var resampler = new Resampler(up: false, 16000);
        var output = new short[8000];
        _ = resampler.Process(Tone.Make(6000, 16000, 16000), output);

        Assert.InRange(Tone.Rms(output.AsSpan(100)), 0, 10);
    }

    private static double Distance(short[] one, short[] other) => one.Zip(other, (a, b) => Math.Pow(a - b, 2)).Sum();

    /// <summary>Something like a voice: a buzz with many harmonics that comes and goes four times a second.</summary>
    private static short[] Speech(int index)
    {
        var samples = new short[320];
        for (var i = 0; i < samples.Length; i++)
        {
            var t = ((index * 320) + i) / 16000.0;
            var pitch = t * (130 + (20 * Math.Sin(2 * Math.PI * 1.5 * t)));
            var buzz = (2 * (pitch - Math.Floor(pitch))) - 1;
            samples[i] = (short)(7000 * buzz * Math.Pow(Math.Max(0, Math.Sin(2 * Math.PI * 2 * t)), 0.5));
        }

        return samples;
    }

    private static IAudioEncoder Encoder(string codec) => codec switch
    {
        "PCMU" => new PcmEncoder(aLaw: false),
        "PCMA" => new PcmEncoder(aLaw: true),
        "G722" => new G722Encoder(),
        _ => new OpusEncoder(int.Parse(codec[5..], System.Globalization.CultureInfo.InvariantCulture)),
    };

    private static IAudioDecoder Decoder(string codec) => codec switch
    {
        "PCMU" => new PcmDecoder(aLaw: false),
        "PCMA" => new PcmDecoder(aLaw: true),
        "G722" => new G722Decoder(),
        _ => new OpusDecoder(int.Parse(codec[5..], System.Globalization.CultureInfo.InvariantCulture)),
    };
}
