using System.Diagnostics.CodeAnalysis;
using Gateway.Sip.Transports;

namespace Gateway.Sip.Transactions;

/// <summary>
/// What is over, but must be known for a while, because it may be repeated: a transaction keeps no more than this for the half minute
/// of Timer J, and stands with all others behind one timer. To be used on the loop only.
/// </summary>
/// <param name="loop">The loop.</param>
/// <param name="expired">Told of each entry whose time is over.</param>
internal sealed class Lingering<TKey, TValue>(ISipLoop loop, Action<TKey, TValue> expired)
    where TKey : notnull
{
    /// <summary>As much longer an entry may stay, so that many of them end at one stroke of the clock: each stroke wakes two threads.</summary>
    internal static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<TKey, (TValue Value, long Due)> _entries = [];

    /// <summary>By the time of entry, which is that of expiry too: all stay equally long.</summary>
    private readonly Queue<(TKey Key, long Due)> _byTime = new();

    private LoopTimer? _timer;

    public int Count => _entries.Count;

    /// <summary>Enters what is not there yet; <paramref name="stay"/> is the same for every entry.</summary>
    public void Add(TKey key, TValue value, TimeSpan stay)
    {
        var due = Now + stay.Ticks;
        _entries.Add(key, (value, due));
        _byTime.Enqueue((key, due));
        if (_timer is null)
        {
            Arm(stay);
        }
    }

    public bool Contains(TKey key) => _entries.ContainsKey(key);

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var isKnown = _entries.TryGetValue(key, out var entry);
        value = entry.Value;
        return isKnown;
    }

    public bool Remove(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var wasKnown = _entries.Remove(key, out var entry);
        value = entry.Value;
        if (_entries.Count == 0)
        {
            _byTime.Clear();
            _timer?.Stop();
            _timer = null;
        }

        return wasKnown;
    }

    private long Now => loop.Time.GetElapsedTime(0).Ticks;

    private void Arm(TimeSpan after) => _timer = LoopTimer.Start(loop, after, Expire);

    private void Expire()
    {
        _timer = null;
        var now = Now;
        while (_byTime.TryPeek(out var next))
        {
            if (next.Due > now)
            {
                Arm(TimeSpan.FromTicks(Math.Max(next.Due - now, Slack.Ticks)));
                return;
            }

            _byTime.Dequeue();
            if (_entries.TryGetValue(next.Key, out var entry) && entry.Due == next.Due) // else it was removed, or is another since
            {
                _entries.Remove(next.Key);
                expired(next.Key, entry.Value);
            }
        }
    }
}
