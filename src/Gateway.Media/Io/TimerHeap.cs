namespace Gateway.Media.Io;

/// <summary>Running timers, earliest first: a binary heap whose entries know their place.</summary>
internal sealed class TimerHeap
{
    private HeapTimer[] _timers = new HeapTimer[64];

    public int Count { get; private set; }

    /// <summary>When the earliest is due; <see cref="long.MaxValue"/> without one.</summary>
    public long NextDue => Count == 0 ? long.MaxValue : _timers[0].Due;

    public void Start(HeapTimer timer, long due)
    {
        if (timer.Place < 0)
        {
            if (Count == _timers.Length)
            {
                Array.Resize(ref _timers, Count * 2);
            }

            timer.Due = due;
            Rise(timer, Count++);
            return;
        }

        var later = due > timer.Due;
        timer.Due = due;
        if (later)
        {
            Sink(timer, timer.Place);
        }
        else
        {
            Rise(timer, timer.Place);
        }
    }

    public void Stop(HeapTimer timer)
    {
        var place = timer.Place;
        if (place < 0)
        {
            return;
        }

        timer.Place = -1;
        var last = _timers[--Count];
        _timers[Count] = null!;
        if (!ReferenceEquals(last, timer))
        {
            Sink(last, place);
            Rise(last, last.Place);
        }
    }

    /// <summary>Takes out the earliest timer if it is due.</summary>
    public HeapTimer? TakeDue(long now)
    {
        if (Count == 0 || _timers[0].Due > now)
        {
            return null;
        }

        var timer = _timers[0];
        Stop(timer);
        return timer;
    }

    private void Rise(HeapTimer timer, int place)
    {
        while (place > 0 && _timers[(place - 1) / 2] is var parent && parent.Due > timer.Due)
        {
            Put(parent, place);
            place = (place - 1) / 2;
        }

        Put(timer, place);
    }

    private void Sink(HeapTimer timer, int place)
    {
        while ((place * 2) + 1 is var child && child < Count)
        {
            if (child + 1 < Count && _timers[child + 1].Due < _timers[child].Due)
            {
                child++;
            }

            if (_timers[child].Due >= timer.Due)
            {
                break;
            }

            Put(_timers[child], place);
            place = child;
        }

        Put(timer, place);
    }

    private void Put(HeapTimer timer, int place)
    {
        _timers[place] = timer;
        timer.Place = place;
    }
}

/// <summary>What a <see cref="TimerHeap"/> keeps.</summary>
internal abstract class HeapTimer
{
    public long Due { get; set; }

    /// <summary>Where in the heap it is; -1 when it is not running.</summary>
    public int Place { get; set; } = -1;
}
