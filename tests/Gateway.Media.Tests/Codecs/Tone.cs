namespace Gateway.Media.Tests.Codecs;

/// <summary>Makes tones, and says how much of a sound is one.</summary>
internal static class Tone
{
    public static short[] Make(double hertz, int rate, int count, double amplitude = 8000, int start = 0)
    {
        var samples = new short[count];
        for (var i = 0; i < count; i++)
        {
            samples[i] = (short)Math.Round(amplitude * Math.Sin(2 * Math.PI * hertz * (start + i) / rate));
        }

        return samples;
    }

    /// <summary>
    /// The tone's share of the sound's energy, 0 to 1, by Goertzel over windows of 100 ms (which phase jumps do not spoil).
    /// </summary>
    public static double Share(ReadOnlySpan<short> samples, double hertz, int rate)
    {
        var window = rate / 10;
        var (tone, all) = (0.0, 1e-9);
        for (var at = 0; at + window <= samples.Length; at += window)
        {
            var (re, im) = (0.0, 0.0);
            for (var i = 0; i < window; i++)
            {
                var angle = 2 * Math.PI * hertz * i / rate;
                re += samples[at + i] * Math.Cos(angle);
                im += samples[at + i] * Math.Sin(angle);
                all += samples[at + i] * (double)samples[at + i];
            }

            tone += 2 * ((re * re) + (im * im)) / window;
        }

        return tone / all;
    }

    public static double Rms(ReadOnlySpan<short> samples)
    {
        var sum = 0.0;
        foreach (var sample in samples)
        {
            sum += sample * (double)sample;
        }

        return Math.Sqrt(sum / Math.Max(1, samples.Length));
    }
}
