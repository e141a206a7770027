namespace Gateway.Sip.Transports;

/// <summary>A timer whose end is work on the loop. To be used on the loop only.</summary>
internal sealed class LoopTimer
{
    private readonly ISipLoop _loop;
    private Action? _fired;

    private LoopTimer(ISipLoop loop, Action fired)
    {
        _loop = loop;
        _fired = fired;
    }

    /// <summary>It was stopped or has fired.</summary>
    public bool IsOver => _fired is null;

    public static LoopTimer Start(ISipLoop loop, TimeSpan after, Action fired)
    {
        loop.VerifyTurn();
        var timer = new LoopTimer(loop, fired);
        loop.Metrics.TimerArmed();
        loop.Timers.Add(timer, after);
        return timer;
    }

    /// <summary>After this it never fires, even when it is due already and waits in the queue.</summary>
    public void Stop()
    {
        if (_fired is not null)
        {
            _loop.VerifyTurn();
            _fired = null;
            _loop.Metrics.TimerOver();
            _loop.Timers.Stopped();
        }
    }

    internal void Fire()
    {
        if (_fired is { } fired)
        {
            _fired = null;
            _loop.Metrics.TimerOver();
            fired();
        }
    }
}
