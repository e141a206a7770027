using System.Collections.Concurrent;

namespace Gateway.Mapping.Messages;

/// <summary>Runs events one at a time, in the order of posting, on whichever thread posts: whoever finds it busy leaves the
/// event and goes.</summary>
internal sealed class SerialMailbox<TEvent>(Action<TEvent> run)
{
    private readonly ConcurrentQueue<TEvent> _events = new();
    private int _pending;

    public void Post(TEvent e)
    {
        _events.Enqueue(e);
        if (Interlocked.Increment(ref _pending) != 1)
        {
            return;
        }

        do
        {
            if (_events.TryDequeue(out var next))
            {
                run(next);
            }
        }
        while (Interlocked.Decrement(ref _pending) > 0);
    }
}
