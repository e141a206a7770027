namespace Gateway.Media.Codecs;

/// <summary>
/// Turns the payloads of one stream into samples of 16 bits, one channel. Owned by one thread; allocates nothing once made.
/// </summary>
internal interface IAudioDecoder : IDisposable
{
    /// <summary>Samples a second that come out.</summary>
    int SampleRate { get; }

    /// <summary>Samples that the payload holds; 0 when it is not one of this codec's.</summary>
    int SamplesIn(ReadOnlySpan<byte> payload);

    /// <summary>Decodes a payload; gives the number of samples, 0 for one that cannot be read.</summary>
    int Decode(ReadOnlySpan<byte> payload, Span<short> samples);

    /// <summary>Fills <paramref name="samples"/> with what most likely was in a packet that is missing.</summary>
    void Conceal(Span<short> samples);

    /// <summary>
    /// Fills <paramref name="samples"/>, which end where <paramref name="following"/> begins, from redundancy in that packet.
    /// False: it has none.
    /// </summary>
    bool TryRecover(ReadOnlySpan<byte> following, Span<short> samples);
}

/// <summary>Turns samples of 16 bits, one channel, into payloads. Owned by one thread; allocates nothing once made.</summary>
internal interface IAudioEncoder : IDisposable
{
    /// <summary>Samples a second that go in.</summary>
    int SampleRate { get; }

    /// <summary>Encodes one packet's samples; gives the payload's octets, 0 when there is nothing to send.</summary>
    int Encode(ReadOnlySpan<short> samples, Span<byte> payload);
}
