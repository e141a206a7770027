namespace Gateway.Sip.Msrp.Sessions;

/// <summary>Which octets of a message are covered; positions from 1, both ends included.</summary>
internal sealed class OctetRanges
{
    private readonly List<(long Start, long End)> _ranges = [];

    /// <summary>Ranges that do not touch each other.</summary>
    public int Count => _ranges.Count;

    public void Add(long start, long end)
    {
        if (end < start)
        {
            return;
        }

        var at = 0;
        while (at < _ranges.Count && _ranges[at].End < start - 1)
        {
            at++;
        }

        var first = at;
        while (at < _ranges.Count && _ranges[at].Start <= end + 1)
        {
            start = Math.Min(start, _ranges[at].Start);
            end = Math.Max(end, _ranges[at].End);
            at++;
        }

        _ranges.RemoveRange(first, at - first);
        _ranges.Insert(first, (start, end));
    }

    /// <summary>Whether octets 1 to <paramref name="total"/> are covered; true for none at all.</summary>
    public bool CoversAll(long total) => total == 0 || (_ranges.Count > 0 && _ranges[0].Start == 1 && _ranges[0].End >= total);
}
