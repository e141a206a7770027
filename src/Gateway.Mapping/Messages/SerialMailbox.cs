using System.Collections.Concurrent;

namespace Gateway.Mapping.Messages;

/// <summary>Runs events one at a time, in the order of posting, on whichever thread posts: whoever finds it busy leaves the
/// event and goes.</summary>
/// <param name="run">What an event leads to.</param>
/// <param name="failed">Told of what <paramref name="run"/> throws: the events behind it are run all the same.</param>
internal sealed class SerialMailbox<TEvent>(Action<TEvent> run, Action<Exception> failed)
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
                RunOne(next);
            }
        }
        while (Interlocked.Decrement(ref _pending) > 0);
    }

    private void RunOne(TEvent e)
    {
        try
        {
            run(e);
        }
#pragma warning disable CA1031 // a mistake of ours in one event must not stop all that come after it
        catch (Exception mistake)
#pragma warning restore CA1031
        {
            failed(mistake);
        }
    }
}
