namespace Gateway.Sip.Transports;

/// <summary>
/// The one thread of control of an endpoint: messages, timers and commands run on it one after the other, so nothing
/// above the sockets needs a lock. Tests run it inline, in virtual time.
/// </summary>
internal interface ISipLoop
{
    TimeProvider Time { get; }

    SipMetrics Metrics { get; }

    /// <summary>Queues work; callable from any thread, never blocks, in order. Nothing runs once the loop has stopped.</summary>
    void Post(Action work);
}

/// <summary>A timer whose end is work on the loop. To be used on the loop only.</summary>
internal sealed class LoopTimer
{
    private readonly ISipLoop _loop;
    private readonly Action _fired;
    private readonly ITimer _timer;
    private bool _over;

    private LoopTimer(ISipLoop loop, TimeSpan after, Action fired)
    {
        _loop = loop;
        _fired = fired;
        _loop.Metrics.TimerArmed();
        _timer = loop.Time.CreateTimer(
            static self => ((LoopTimer)self!).OnDue(), this, after, Timeout.InfiniteTimeSpan);
    }

    public static LoopTimer Start(ISipLoop loop, TimeSpan after, Action fired) => new(loop, after, fired);

    /// <summary>After this it never fires, even when it is due already and waits in the queue.</summary>
    public void Stop()
    {
        if (!_over)
        {
            _over = true;
            _timer.Dispose();
            _loop.Metrics.TimerOver();
        }
    }

    private void OnDue() => _loop.Post(() =>
    {
        if (!_over)
        {
            Stop();
            _fired();
        }
    });
}
