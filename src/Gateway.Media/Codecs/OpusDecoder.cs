using Gateway.Media.Native;

namespace Gateway.Media.Codecs;

/// <summary>Opus (RFC 6716) by libopus. It decodes any stream at the rate that is wanted, mixed down to one channel.</summary>
internal sealed unsafe class OpusDecoder : IAudioDecoder
{
    private readonly CodecHandle _handle;

    /// <summary>Makes one.</summary>
    /// <param name="rate">8000, 12000, 16000, 24000 or 48000.</param>
    public OpusDecoder(int rate)
    {
        SampleRate = rate;
        var decoder = LibOpus.opus_decoder_create(rate, 1, out var error);
        _handle = new CodecHandle(decoder, &LibOpus.opus_decoder_destroy);
        if (error != 0)
        {
            throw new InvalidOperationException($"opus_decoder_create failed with error {error}");
        }
    }

    public int SampleRate { get; }

    public int SamplesIn(ReadOnlySpan<byte> payload)
    {
        fixed (byte* octets = payload)
        {
            return payload.IsEmpty ? 0 : Math.Max(0, LibOpus.opus_packet_get_nb_samples(octets, payload.Length, SampleRate));
        }
    }

    public int Decode(ReadOnlySpan<byte> payload, Span<short> samples) =>
        payload.IsEmpty ? 0 : Decode(payload, samples, recover: false); // an empty one would be concealed, not refused

    public void Conceal(Span<short> samples)
    {
        if (Decode([], samples, recover: false) != samples.Length)
        {
            samples.Clear();
        }
    }

    /// <summary>
    /// In-band forward error correction: RFC 6716 section 2.1.7. The library conceals when the packet has none.
    /// </summary>
    public bool TryRecover(ReadOnlySpan<byte> following, Span<short> samples) =>
        Decode(following, samples, recover: true) == samples.Length;

    public void Dispose() => _handle.Dispose();

    private int Decode(ReadOnlySpan<byte> payload, Span<short> samples, bool recover)
    {
        fixed (byte* octets = payload)
        fixed (short* output = samples)
        {
            return Math.Max(0, LibOpus.opus_decode(_handle.Value, octets, payload.Length, output, samples.Length, recover ? 1 : 0));
        }
    }
}
