namespace Gateway.Media.Codecs;

/// <summary>
/// Doubles or halves the rate of a stream of samples (8000 and 16000 a second) by a half-band filter: a sinc under a Blackman
/// window, whose delay is some 1 ms. What Opus decodes needs none: it comes at the rate that is wanted.
/// </summary>
internal sealed class Resampler
{
    /// <summary>Taps on either side of the middle, at the higher rate; odd, so that every other tap is zero.</summary>
    private const int Half = 31;

    private static readonly float[] Taps = MakeTaps();

    private readonly bool _up;
    private readonly float[] _samples;

    /// <summary>Makes one.</summary>
    /// <param name="up">From 8000 to 16000; otherwise from 16000 to 8000.</param>
    /// <param name="most">Samples that go in at once.</param>
    public Resampler(bool up, int most)
    {
        _up = up;
        _samples = new float[(2 * Half) + (up ? 2 * most : most)]; // at the higher rate, the last ones of the call before in front
    }

    /// <summary>Gives the number of samples written: twice or half of those read, of which there is an even number.</summary>
    public int Process(ReadOnlySpan<short> input, Span<short> output)
    {
        var fresh = _samples.AsSpan(2 * Half);
        var count = _up ? input.Length * 2 : input.Length;
        for (var i = 0; i < input.Length; i++)
        {
            if (_up)
            {
                (fresh[2 * i], fresh[(2 * i) + 1]) = (2f * input[i], 0f);
            }
            else
            {
                fresh[i] = input[i];
            }
        }

        var step = _up ? 1 : 2;
        var written = 0;
        for (var at = 0; at < count; at += step)
        {
            output[written++] = (short)Math.Clamp(MathF.Round(Filter(_samples.AsSpan(at, Taps.Length))), short.MinValue, short.MaxValue);
        }

        _samples.AsSpan(count, 2 * Half).CopyTo(_samples);
        return written;
    }

    private static float Filter(ReadOnlySpan<float> samples)
    {
        var sum = 0f;
        var taps = Taps;
        for (var i = 0; i < taps.Length; i++)
        {
            sum += samples[i] * taps[i];
        }

        return sum;
    }

    private static float[] MakeTaps()
    {
        var taps = new float[(2 * Half) + 1];
        for (var i = -Half; i <= Half; i++)
        {
            var sinc = i == 0 ? 0.5 : Math.Sin(Math.PI * i / 2) / (Math.PI * i);
            var window = 0.42 + (0.5 * Math.Cos(Math.PI * i / (Half + 1))) + (0.08 * Math.Cos(2 * Math.PI * i / (Half + 1)));
            taps[i + Half] = (float)(sinc * window);
        }

        return taps;
    }
}
