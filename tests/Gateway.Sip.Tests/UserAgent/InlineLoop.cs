using Gateway.Sip.Transports;

namespace Gateway.Sip.Tests.UserAgent;

/// <summary>The loop on the test's own thread: what is posted runs before the posting call returns, in order.</summary>
internal sealed class InlineLoop : ISipLoop, IDisposable
{
    private readonly Queue<Action> _work = new();
    private bool _isRunning;

    public InlineLoop(TimeProvider time)
    {
        Time = time;
        Timers = new LoopTimers(this);
    }

    public TimeProvider Time { get; }

    public SipMetrics Metrics { get; } = new();

    public LoopTimers Timers { get; }

    public void Post(Action work)
    {
        _work.Enqueue(work);
        if (_isRunning)
        {
            return;
        }

        _isRunning = true;
        try
        {
            while (_work.TryDequeue(out var next))
            {
                next();
            }
        }
        finally
        {
            _isRunning = false;
        }
    }

    /// <summary>The test's own thread is the loop's.</summary>
    public void VerifyTurn()
    {
    }

    public void Dispose()
    {
        Timers.Dispose();
        Metrics.Dispose();
    }
}
