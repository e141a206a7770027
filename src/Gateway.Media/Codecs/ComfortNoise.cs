namespace Gateway.Media.Codecs;

/// <summary>
/// Noise so soft that one hears the line is there: white, some 65 dB below the loudest tone (RFC 3389 section 3 counts -dBov).
/// </summary>
internal static class ComfortNoise
{
    private const int Amplitude = 24;

    /// <summary>One sample; the state is anything but zero.</summary>
    public static short Next(ref uint state)
    {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        return (short)((state % ((2 * Amplitude) + 1)) - Amplitude);
    }

    /// <summary>Fills with noise.</summary>
    public static void Fill(Span<short> samples, ref uint state)
    {
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = Next(ref state);
        }
    }
}
