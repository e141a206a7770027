namespace Gateway.Media.Codecs;

/// <summary>
/// Fills in for lost packets of codecs that have no concealment of their own, after G.711 appendix I: the last pitch period goes
/// on, fading; when the gap is long, comfort noise takes its place. What comes after a gap is blended in.
/// </summary>
internal sealed class LossConcealer
{
    /// <summary>Milliseconds: after these the repeated period is gone, as in G.711 appendix I section 5.</summary>
    private const int Fade = 60;

    private readonly int _rate;
    private readonly short[] _history;
    private readonly int _shortestPeriod;
    private readonly int _longestPeriod;
    private readonly int _overlap;
    private int _period;
    private int _at;
    private int _concealed;
    private uint _noise = 0x2545F491;

    public LossConcealer(int rate)
    {
        _rate = rate;
        (_shortestPeriod, _longestPeriod) = (rate / 200, rate / 66); // 5 to 15 ms: 66 to 200 Hz
        _overlap = rate / 400;
        _history = new short[_longestPeriod * 3];
    }

    /// <summary>Samples that came: remembered, and blended with the concealment before them.</summary>
    public void Received(Span<short> samples)
    {
        if (_concealed > 0)
        {
            var blend = Math.Min(_overlap, samples.Length);
            for (var i = 0; i < blend; i++)
            {
                samples[i] = (short)(((samples[i] * i) + (Next() * (blend - i))) / blend);
            }

            _concealed = 0;
        }

        if (samples.Length >= _history.Length)
        {
            samples[^_history.Length..].CopyTo(_history);
        }
        else
        {
            _history.AsSpan(samples.Length).CopyTo(_history);
            samples.CopyTo(_history.AsSpan(_history.Length - samples.Length));
        }
    }

    /// <summary>Samples for a gap.</summary>
    public void Conceal(Span<short> samples)
    {
        if (_concealed == 0)
        {
            (_period, _at) = (FindPeriod(), 0);
        }

        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = Next();
        }
    }

    private short Next()
    {
        var fade = _rate * Fade / 1000;
        var left = Math.Max(0, fade - _concealed);
        _concealed = Math.Min(_concealed + 1, fade + 1);
        var repeated = _history[_history.Length - _period + _at] * left / fade;
        _at = _at + 1 == _period ? 0 : _at + 1;
        return (short)Math.Clamp(repeated + ((ComfortNoise.Next(ref _noise) * (fade - left)) / fade), short.MinValue, short.MaxValue);
    }

    /// <summary>The lag at which the end of the history looks most like what came before it.</summary>
    private int FindPeriod()
    {
        var window = _longestPeriod;
        ReadOnlySpan<short> end = _history.AsSpan(_history.Length - window);
        var (best, bestScore) = (_longestPeriod, double.MinValue);
        for (var lag = _shortestPeriod; lag <= _longestPeriod; lag++)
        {
            ReadOnlySpan<short> before = _history.AsSpan(_history.Length - window - lag, window);
            var (product, energy) = (0L, 1L);
            for (var i = 0; i < window; i++)
            {
                product += end[i] * before[i];
                energy += before[i] * before[i];
            }

            var score = product / Math.Sqrt(energy);
            if (score > bestScore)
            {
                (best, bestScore) = (lag, score);
            }
        }

        return best;
    }
}
