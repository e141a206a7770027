using System.Runtime.CompilerServices;

namespace Gateway.Testing;

/// <summary>
/// Everything that a peer reported, in order. A test waits for what it expects, be it past or still to come; the limit is
/// only there to end a test that failed, and its message shows the whole log.
/// </summary>
public sealed class EventLog<T>(string name)
{
    private readonly Lock _gate = new();
    private readonly List<T> _events = [];
    private readonly List<(Func<T, bool> Wanted, TaskCompletionSource<T> Found)> _waiting = [];

    /// <summary>How many there are: a place to start waiting from.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _events.Count;
            }
        }
    }

    /// <summary>What there is so far.</summary>
    public IReadOnlyList<T> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>Adds one, and wakes who waits for it.</summary>
    public void Add(T one)
    {
        lock (_gate)
        {
            _events.Add(one);
            for (var i = _waiting.Count - 1; i >= 0; i--)
            {
                if (_waiting[i].Wanted(one))
                {
                    _waiting[i].Found.TrySetResult(one);
                    _waiting.RemoveAt(i);
                }
            }
        }
    }

    /// <summary>The first event after the <paramref name="skip"/>th that is <paramref name="wanted"/>.</summary>
    public async Task<T> WaitAsync(
        Func<T, bool> wanted,
        int skip = 0,
        [CallerArgumentExpression(nameof(wanted))] string? what = null,
        TimeSpan? patience = null)
    {
        var found = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            foreach (var one in _events.Skip(skip))
            {
                if (wanted(one))
                {
                    return one;
                }
            }

            _waiting.Add((wanted, found));
        }

        try
        {
            return await found.Task.WaitAsync(patience ?? Eventually.Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{name}: waited in vain for {what}; saw\n{string.Join('\n', All)}");
        }
    }
}
