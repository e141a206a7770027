namespace Gateway.Media.Io;

/// <summary>The running timers of all loops. Any thread starts and stops those of the loop whose turn it has, so there is a lock.</summary>
internal sealed class LoopTimers(MediaPoll poll)
{
    /// <summary>What one thread takes at a time: another that is free takes the next, for what timers lead to can be much, as encoding is.</summary>
    private const int Handful = 4;

    private readonly Lock _gate = new();
    private readonly TimerHeap _heap = new();
    private long _struck = long.MaxValue;

    public void Start(LoopTimer timer, long due, long now)
    {
        lock (_gate)
        {
            timer.IsTaken = false;
            _heap.Start(timer, due);
            if (_heap.NextDue < _struck)
            {
                Strike(now);
            }
        }
    }

    public void Stop(LoopTimer timer)
    {
        lock (_gate)
        {
            timer.IsTaken = false;
            _heap.Stop(timer);
        }
    }

    /// <summary>Whether a timer that was taken out is still to fire: it may have been stopped or started anew before its turn came.</summary>
    public bool Claim(LoopTimer timer)
    {
        lock (_gate)
        {
            var isTaken = timer.IsTaken;
            timer.IsTaken = false;
            return isTaken;
        }
    }

    /// <summary>Fires what is due.</summary>
    public void Run(MediaWorker worker)
    {
        HandfulOfTimers due = default;
        var count = 0;
        lock (_gate)
        {
            while (count < Handful && (LoopTimer?)_heap.TakeDue(worker.Now) is { } timer)
            {
                timer.IsTaken = true;
                due[count++] = timer;
            }

            Strike(worker.Now);
        }

        for (var i = 0; i < count; i++)
        {
            due[i]!.Signal(worker);
        }
    }

    private void Strike(long now)
    {
        _struck = _heap.NextDue;
        if (_struck == long.MaxValue)
        {
            poll.Silence();
        }
        else
        {
            poll.Strike(_struck, now);
        }
    }

    [System.Runtime.CompilerServices.InlineArray(Handful)]
    private struct HandfulOfTimers
    {
        private LoopTimer? _first;
    }
}

/// <summary>A timer of a loop.</summary>
internal sealed class LoopTimer(MediaLoop loop, LoopTimers timers, Action<long> fired) : HeapTimer, IMediaTimer
{
    /// <summary>It was due and is out of the heap, and its turn is still to come. Guarded by the timers' lock.</summary>
    public bool IsTaken { get; set; }

    public void Start(long due)
    {
        loop.VerifyTurn();
        timers.Start(this, due, loop.Now);
    }

    public void Stop()
    {
        loop.VerifyTurn();
        timers.Stop(this);
    }

    /// <summary>It is due.</summary>
    public void Signal(MediaWorker worker) => loop.Signal(worker, this);

    /// <summary>Its turn has come.</summary>
    public void Fire(long now)
    {
        if (timers.Claim(this))
        {
            fired(now);
        }
    }
}
