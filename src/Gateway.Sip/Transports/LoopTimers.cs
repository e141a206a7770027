namespace Gateway.Sip.Transports;

/// <summary>
/// All timers of a loop behind one clock. A call leaves some ten timers of half a minute behind (RFC 3261 table 4), each of which
/// would else be looked at by the runtime again and again. Under load the clock strikes for many of them at once: each stroke wakes two
/// threads. To be used on the loop only.
/// </summary>
internal sealed class LoopTimers : IDisposable
{
    private const int Litter = 1024;

    /// <summary>Between two strokes; the shortest timer, T1, is ten times as long.</summary>
    internal static readonly TimeSpan Stroke = TimeSpan.FromMilliseconds(50);

    private readonly ISipLoop _loop;
    private readonly PriorityQueue<LoopTimer, long> _due = new();
    private readonly ITimer _clock;
    private readonly long _origin;
    private long _armedFor = long.MaxValue;
    private long _struck = -Stroke.Ticks;
    private int _stopped;

    public LoopTimers(ISipLoop loop)
    {
        _loop = loop;
        _origin = loop.Time.GetTimestamp();
        _clock = loop.Time.CreateTimer(
            static self => ((LoopTimers)self!).OnClock(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _clock.Dispose();

    /// <summary>Enters a timer.</summary>
    public void Add(LoopTimer timer, TimeSpan after)
    {
        var due = Now + Math.Max(0, after.Ticks);
        _due.Enqueue(timer, due);
        if (due < _armedFor)
        {
            Arm(due);
        }
    }

    /// <summary>A timer was stopped: it stays until its time comes, or until most of what is kept is of its kind.</summary>
    public void Stopped()
    {
        if (++_stopped > Litter && _stopped > _due.Count / 2)
        {
            var alive = _due.UnorderedItems.Where(entry => !entry.Element.IsOver).ToArray();
            _due.Clear();
            _due.EnqueueRange(alive);
            _stopped = 0;
        }
    }

    private long Now => _loop.Time.GetElapsedTime(_origin).Ticks;

    private void OnClock() => _loop.Post(FireDue);

    private void FireDue()
    {
        _armedFor = long.MaxValue;
        var now = _struck = Now;
        while (_due.TryPeek(out var timer, out var due))
        {
            if (timer.IsOver)
            {
                _due.Dequeue();
                _stopped--;
            }
            else if (due <= now)
            {
                _due.Dequeue();
                _loop.Post(timer.Fire); // after what is queued already, such as the response that stops it
            }
            else
            {
                Arm(due);
                return;
            }
        }
    }

    private void Arm(long due)
    {
        _armedFor = Math.Max(due, _struck + Stroke.Ticks);
        _clock.Change(TimeSpan.FromTicks(Math.Max(0, _armedFor - Now)), Timeout.InfiniteTimeSpan);
    }
}
