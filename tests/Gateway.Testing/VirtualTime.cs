namespace Gateway.Testing;

/// <summary>
/// Time that stands still until a test moves it. Timers fire inside <see cref="Advance"/>, on the test's own thread, in order
/// of their due time, each seeing the clock at exactly that time. The timestamp frequency is neither that of ticks nor of
/// nanoseconds, so code that takes timestamps for ticks fails; conversion is exact all the same.
/// </summary>
public sealed class VirtualTime : TimeProvider
{
    private const long TimestampsPerTick = 3;

    private readonly Lock _gate = new();
    private readonly List<Timer> _armed = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];
    private DateTimeOffset _now;
    private long _order;

    /// <summary>Starts at noon UTC of 1 March 2026 unless told otherwise.</summary>
    public VirtualTime(DateTimeOffset? start = null) => _now = start ?? new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond * TimestampsPerTick;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>How many timers wait to fire: zero proves that a session left none behind.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_gate)
            {
                return _armed.Count;
            }
        }
    }

    /// <summary>Time from now to the next timer, null when none is armed.</summary>
    public TimeSpan? NextTimerIn
    {
        get
        {
            lock (_gate)
            {
                return _armed.Count == 0 ? null : _armed.Min(timer => timer.Due) - _now;
            }
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return (_now.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * TimestampsPerTick;
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock on, firing every timer that comes due on the way, those included that firing arms.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        DateTimeOffset end;
        lock (_gate)
        {
            end = _now + by;
        }

        while (TakeDue(end) is { } timer)
        {
            timer.Fire();
        }

        lock (_gate)
        {
            _now = end;
        }
    }

    /// <summary>Moves the clock exactly to the next timer and fires it; false when none is armed.</summary>
    public bool AdvanceToNextTimer()
    {
        if (NextTimerIn is not { } next)
        {
            return false;
        }

        Advance(next < TimeSpan.Zero ? TimeSpan.Zero : next);
        return true;
    }

    /// <summary>
    /// Completes when at least <paramref name="count"/> timers are armed: how a test knows, without sleeping, that code
    /// running on other threads has reached its wait.
    /// </summary>
    public Task WhenTimersArmed(int count)
    {
        lock (_gate)
        {
            if (_armed.Count >= count)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((count, reached));
            return reached.Task;
        }
    }

    private Timer? TakeDue(DateTimeOffset end)
    {
        lock (_gate)
        {
            Timer? first = null;
            foreach (var timer in _armed)
            {
                if (timer.Due <= end && (first is null || (timer.Due, timer.Order).CompareTo((first.Due, first.Order)) < 0))
                {
                    first = timer;
                }
            }

            if (first is null)
            {
                return null;
            }

            _now = first.Due > _now ? first.Due : _now;
            if (first.Period > TimeSpan.Zero)
            {
                first.Due = _now + first.Period;
                first.Order = _order++;
            }
            else
            {
                _armed.Remove(first);
            }

            return first;
        }
    }

    private void Arm(Timer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            _armed.Remove(timer);
            if (timer.Disposed || dueTime == Timeout.InfiniteTimeSpan)
            {
                return;
            }

            timer.Due = _now + dueTime;
            timer.Period = period;
            timer.Order = _order++;
            _armed.Add(timer);
            _waiting.RemoveAll(waiting => _armed.Count >= waiting.Count && waiting.Reached.TrySetResult());
        }
    }

    private void Disarm(Timer timer)
    {
        lock (_gate)
        {
            timer.Disposed = true;
            _armed.Remove(timer);
        }
    }

    private sealed class Timer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; set; }

        public long Order { get; set; }

        public bool Disposed { get; set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            time.Arm(this, dueTime, period);
            return !Disposed;
        }

        public void Dispose() => time.Disarm(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
