using Gateway.Media.Native;

namespace Gateway.Media.Codecs;

/// <summary>
/// ITU-T G.722 at 64 kbit/s by libspandsp: 16000 samples a second, an octet for two. Its RTP clock runs at 8000 all the same (RFC
/// 3551 section 4.5.2).
/// </summary>
internal sealed unsafe class G722Decoder : IAudioDecoder
{
    private readonly LossConcealer _concealer = new(16000);
    private readonly CodecHandle _handle = new(
        LibSpanDsp.g722_decode_init(0, LibSpanDsp.Rate, LibSpanDsp.Options), &Free);

    public int SampleRate => 16000;

    public int SamplesIn(ReadOnlySpan<byte> payload) => payload.Length * 2;

    public int Decode(ReadOnlySpan<byte> payload, Span<short> samples)
    {
        if (payload.IsEmpty || payload.Length * 2 > samples.Length)
        {
            return 0;
        }

        fixed (byte* octets = payload)
        fixed (short* output = samples)
        {
            var count = LibSpanDsp.g722_decode(_handle.Value, output, octets, payload.Length);
            _concealer.Received(samples[..count]);
            return count;
        }
    }

    public void Conceal(Span<short> samples) => _concealer.Conceal(samples);

    public bool TryRecover(ReadOnlySpan<byte> following, Span<short> samples) => false;

    public void Dispose() => _handle.Dispose();

    private static void Free(nint state) => _ = LibSpanDsp.g722_decode_free(state);
}

/// <summary>As <see cref="G722Decoder"/>, the other way.</summary>
internal sealed unsafe class G722Encoder : IAudioEncoder
{
    private readonly CodecHandle _handle = new(
        LibSpanDsp.g722_encode_init(0, LibSpanDsp.Rate, LibSpanDsp.Options), &Free);

    public int SampleRate => 16000;

    public int Encode(ReadOnlySpan<short> samples, Span<byte> payload)
    {
        if (samples.IsEmpty || payload.Length < (samples.Length + 1) / 2)
        {
            return 0;
        }

        fixed (short* input = samples)
        fixed (byte* output = payload)
        {
            return LibSpanDsp.g722_encode(_handle.Value, output, input, samples.Length);
        }
    }

    public void Dispose() => _handle.Dispose();

    private static void Free(nint state) => _ = LibSpanDsp.g722_encode_free(state);
}
