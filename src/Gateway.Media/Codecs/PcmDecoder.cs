namespace Gateway.Media.Codecs;

/// <summary>G.711 in either law.</summary>
internal sealed class PcmDecoder(bool aLaw) : IAudioDecoder
{
    private readonly LossConcealer _concealer = new(8000);

    public int SampleRate => 8000;

    public int SamplesIn(ReadOnlySpan<byte> payload) => payload.Length;

    public int Decode(ReadOnlySpan<byte> payload, Span<short> samples)
    {
        if (payload.Length > samples.Length)
        {
            return 0;
        }

        var decoded = samples[..payload.Length];
        if (aLaw)
        {
            G711.DecodeALaw(payload, decoded);
        }
        else
        {
            G711.DecodeMuLaw(payload, decoded);
        }

        _concealer.Received(decoded);
        return payload.Length;
    }

    public void Conceal(Span<short> samples) => _concealer.Conceal(samples);

    public bool TryRecover(ReadOnlySpan<byte> following, Span<short> samples) => false;

    public void Dispose()
    {
    }
}

/// <summary>G.711 in either law.</summary>
internal sealed class PcmEncoder(bool aLaw) : IAudioEncoder
{
    public int SampleRate => 8000;

    public int Encode(ReadOnlySpan<short> samples, Span<byte> payload)
    {
        if (aLaw)
        {
            G711.EncodeALaw(samples, payload);
        }
        else
        {
            G711.EncodeMuLaw(samples, payload);
        }

        return samples.Length;
    }

    public void Dispose()
    {
    }
}
