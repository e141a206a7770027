using System.Globalization;
using Gateway.Media.Native;

namespace Gateway.Media.Codecs;

/// <summary>Opus (RFC 6716) by libopus, for speech.</summary>
internal sealed unsafe class OpusEncoder : IAudioEncoder
{
    /// <summary>
    /// What a loss of some packets in a hundred is prepared for: without an expected loss the library adds no redundancy.
    /// </summary>
    private const int ExpectedLoss = 5;

    private const int Complexity = 5;

    private readonly CodecHandle _handle;

    /// <summary>Makes one for a receiver that has these format parameters (RFC 7587 section 6.1).</summary>
    /// <param name="rate">8000, 16000 or 48000 samples a second.</param>
    /// <param name="parameters">The value of <c>a=fmtp</c>, without the number.</param>
    public OpusEncoder(int rate, string parameters = "")
    {
        SampleRate = rate;
        var encoder = LibOpus.opus_encoder_create(rate, 1, LibOpus.Voip, out var error);
        _handle = new CodecHandle(encoder, &LibOpus.opus_encoder_destroy);
        if (error != 0)
        {
            throw new InvalidOperationException($"opus_encoder_create failed with error {error}");
        }

        var bitrate = Math.Min(rate <= 8000 ? 24_000 : 32_000, Parameter(parameters, "maxaveragebitrate") ?? int.MaxValue);
        var redundant = Parameter(parameters, "useinbandfec") == 1;
        _ = LibOpus.opus_encoder_ctl(encoder, LibOpus.SetBitrate, Math.Max(6_000, bitrate));
        _ = LibOpus.opus_encoder_ctl(encoder, LibOpus.SetComplexity, Complexity);
        _ = LibOpus.opus_encoder_ctl(encoder, LibOpus.SetInbandFec, redundant ? 1 : 0);
        _ = LibOpus.opus_encoder_ctl(encoder, LibOpus.SetPacketLoss, redundant ? ExpectedLoss : 0);
    }

    public int SampleRate { get; }

    public int Encode(ReadOnlySpan<short> samples, Span<byte> payload)
    {
        fixed (short* input = samples)
        fixed (byte* output = payload)
        {
            return Math.Max(0, LibOpus.opus_encode(_handle.Value, input, samples.Length, output, payload.Length));
        }
    }

    /// <summary>Milliseconds of a packet nearest to those wanted, of those that Opus has: RFC 6716 section 2.1.4.</summary>
    public static int PacketTime(int wanted) => wanted switch
    {
        >= 60 => 60,
        >= 40 => 40,
        >= 20 => 20,
        _ => 10,
    };

    public void Dispose() => _handle.Dispose();

    private static int? Parameter(string parameters, string name)
    {
        foreach (var range in parameters.AsSpan().Split(';'))
        {
            var pair = parameters.AsSpan(range).Trim();
            var equals = pair.IndexOf('=');
            if (equals > 0 && pair[..equals].TrimEnd().Equals(name, StringComparison.OrdinalIgnoreCase)
                && int.TryParse(pair[(equals + 1)..], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var value))
            {
                return value;
            }
        }

        return null;
    }
}
