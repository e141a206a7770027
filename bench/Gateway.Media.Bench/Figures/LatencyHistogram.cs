namespace Gateway.Media.Bench.Figures;

/// <summary>Durations in microseconds, counted; written by one thread.</summary>
internal sealed class LatencyHistogram
{
    private readonly int[] _counts = new int[200_000];
    private long _count;

    public long Count => Volatile.Read(ref _count);

    public void Add(long microseconds)
    {
        _counts[Math.Clamp(microseconds, 0, _counts.Length - 1)]++;
        _count++;
    }

    public void Clear()
    {
        Array.Clear(_counts);
        _count = 0;
    }

    /// <summary>Nearest rank, in microseconds.</summary>
    public int Percentile(double share)
    {
        var left = (long)Math.Ceiling(share * _count);
        for (var i = 0; i < _counts.Length; i++)
        {
            left -= _counts[i];
            if (left <= 0)
            {
                return i;
            }
        }

        return _counts.Length;
    }
}
