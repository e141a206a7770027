using System.Collections.Concurrent;
using Gateway.Mapping.State;
using Gateway.Media.Relay;

namespace Gateway.Mapping.Calls;

/// <summary>
/// What the media relay holds for calls. Where that outlives this process it is kept in the store until the relay has deleted it: a
/// relay that was silent then is asked again and again, and so is one that a crash left with it, at the next start.
/// </summary>
internal sealed class HeldMedia : IAsyncDisposable
{
    /// <summary>How often a relay that did not answer is asked again.</summary>
    internal static readonly TimeSpan Again = TimeSpan.FromSeconds(10);

    private readonly IMediaRelay _relay;
    private readonly IStateJournal? _journal;
    private readonly CallLog _log;
    private readonly ConcurrentDictionary<string, byte> _left = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _again;
    private Task _freeing = Task.CompletedTask;
    private int _isFreeing;

    public HeldMedia(IMediaRelay relay, IStateJournal? journal, TimeProvider time, CallLog log)
    {
        (_relay, _journal, _log) = (relay, journal, log);
        _again = time.CreateTimer(_ => Free(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Before the relay is asked for a session.</summary>
    public void Begin(string sessionId)
    {
        if (_relay.KeepsSessions)
        {
            _journal?.Write(new StoreChange.KeepMedia(sessionId));
        }
    }

    /// <summary>Deletes a session at the relay, later if need be.</summary>
    public async ValueTask<MediaResult> EndAsync(string sessionId)
    {
        var result = await _relay.ReleaseAsync(sessionId, CancellationToken.None).ConfigureAwait(false);
        if (_relay.KeepsSessions && !IsFreed(sessionId, result) && _left.TryAdd(sessionId, 0))
        {
            Arm();
        }

        return result;
    }

    /// <summary>Deletes what an earlier process left there. Returns at once.</summary>
    public void Recover(IEnumerable<string> sessionIds)
    {
        foreach (var sessionId in sessionIds)
        {
            _left.TryAdd(sessionId, 0);
        }

        Free();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _again.DisposeAsync().ConfigureAwait(false);
        await _freeing.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private void Free()
    {
        if (!_left.IsEmpty && Interlocked.Exchange(ref _isFreeing, 1) == 0)
        {
            _freeing = FreeAsync();
        }
    }

    private async Task FreeAsync()
    {
        var freed = 0;
        try
        {
            foreach (var (sessionId, _) in _left)
            {
                if (IsFreed(sessionId, await _relay.DeleteAsync(sessionId, _stopping.Token).ConfigureAwait(false)))
                {
                    _left.TryRemove(sessionId, out _);
                    freed++;
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return; // the next start goes on
        }
        finally
        {
            Volatile.Write(ref _isFreeing, 0);
            if (freed > 0)
            {
                _log.Freed(freed, _left.Count);
            }
        }

        if (!_left.IsEmpty)
        {
            Arm();
        }
    }

    /// <summary>An answer, whatever it is, is the last word; only who was silent may hold it still.</summary>
    private bool IsFreed(string sessionId, MediaResult result)
    {
        if (result.Fault == MediaFault.Unavailable)
        {
            return false;
        }

        _journal?.Write(new StoreChange.ForgetMedia(sessionId));
        return true;
    }

    private void Arm()
    {
        if (!_stopping.IsCancellationRequested)
        {
            _again.Change(Again, Timeout.InfiniteTimeSpan);
        }
    }
}
