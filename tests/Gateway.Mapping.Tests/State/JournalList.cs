using System.Collections.Immutable;
using Gateway.Mapping.State;

namespace Gateway.Mapping.Tests.State;

/// <summary>A journal that can be read again as the store would give it back.</summary>
internal sealed class JournalList : IStateJournal
{
    private ImmutableList<StoreChange> _changes = [];

    public IReadOnlyList<StoreChange> Changes => _changes;

    /// <summary>The calls in progress that the changes leave.</summary>
    public IReadOnlyCollection<CallRecord> Calls
    {
        get
        {
            Dictionary<(string, object), CallRecord> calls = [];
            foreach (var change in _changes)
            {
                switch (change)
                {
                    case StoreChange.KeepCall { Call: var call }:
                        calls[(call.Id, call.Contact)] = call;
                        break;
                    case StoreChange.ForgetCall gone:
                        calls.Remove((gone.Id, gone.Contact));
                        break;
                }
            }

            return calls.Values;
        }
    }

    /// <summary>The sessions of a media relay that the changes leave, in the order in which they were asked for.</summary>
    public IReadOnlyList<string> MediaSessions => _changes.Aggregate(ImmutableList<string>.Empty, static (left, change) => change switch
    {
        StoreChange.KeepMedia kept => left.Add(kept.SessionId),
        StoreChange.ForgetMedia gone => left.Remove(gone.SessionId),
        _ => left,
    });

    /// <summary>The rows of the thread table that the changes leave, least recently used first.</summary>
    public IEnumerable<ThreadRecord> Threads
    {
        get
        {
            Dictionary<(object, object, string), ThreadRecord> rows = [];
            foreach (var change in _changes)
            {
                switch (change)
                {
                    case StoreChange.KeepThread { Thread: var row }:
                        rows[(row.User, row.Contact, row.CallId)] = row;
                        break;
                    case StoreChange.ForgetThread gone:
                        rows.Remove((gone.User, gone.Contact, gone.CallId));
                        break;
                }
            }

            return rows.Values.OrderBy(row => row.LastUsed);
        }
    }

    /// <summary>What the next change meets.</summary>
    public Exception? Mistake { get; set; }

    public void Write(StoreChange change)
    {
        if (Mistake is { } mistake)
        {
            Mistake = null;
            throw mistake;
        }

        ImmutableInterlocked.Update(ref _changes, static (all, one) => all.Add(one), change);
    }
}
