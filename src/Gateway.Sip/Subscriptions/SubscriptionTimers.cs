using Gateway.Sip.Transports;

namespace Gateway.Sip.Subscriptions;

/// <summary>The named timers of one subscription. Used on the loop only.</summary>
internal sealed class SubscriptionTimers<TTimer>(ISipLoop loop, Action<TTimer> fired)
    where TTimer : struct, Enum
{
    private readonly Dictionary<TTimer, LoopTimer> _running = [];

    public void Arm(TTimer timer, TimeSpan after)
    {
        Disarm(timer);
        _running[timer] = LoopTimer.Start(loop, after, () =>
        {
            _running.Remove(timer);
            fired(timer);
        });
    }

    public void Disarm(TTimer timer)
    {
        if (_running.Remove(timer, out var running))
        {
            running.Stop();
        }
    }
}
