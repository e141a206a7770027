using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.State;

/// <inheritdoc/>
/// <remarks>
/// Sessions and both stacks ask from their own threads and must not wait; hence a lock over a few dictionary steps. Every
/// Call-ID that the table knows counts as used, whoever uses it: more than the 32 s that RFC 3261 asks for, and simpler.
/// What the text alone says again after a restart is not written down: phones take a new Call-ID for every message.
/// </remarks>
public sealed class ThreadTable : IThreadTable
{
    /// <summary>Rows kept at most; beyond it the least recently used without an open dialog is forgotten.</summary>
    public const int DefaultCapacity = 100_000;

    private static readonly TimeSpan WrittenAtMostEvery = TimeSpan.FromHours(1); // last use is for forgetting only

    private readonly IStateJournal _journal;
    private readonly TimeProvider _time;
    private readonly byte[]? _opaqueKey;
    private readonly int _capacity;
    private readonly Lock _gate = new();
    private readonly Dictionary<(Jid User, Jid Contact, string Thread), Row> _byThread = [];
    private readonly Dictionary<(Jid User, Jid Contact, string CallId), Row> _byCallId = [];
    private readonly Dictionary<string, (int Count, Row First)> _callIds = new(StringComparer.Ordinal);
    private readonly LinkedList<Row> _byUse = []; // most recent first

    /// <summary>Empty until <see cref="Fill"/>.</summary>
    /// <param name="journal">Where rows are kept.</param>
    /// <param name="time">Source of the time of use.</param>
    /// <param name="opaqueKey">Hides Call-IDs from XMPP users behind a hash with this key (MAPPING N-44); null: they are copied.</param>
    /// <param name="capacity">Rows kept at most.</param>
    public ThreadTable(IStateJournal journal, TimeProvider time, byte[]? opaqueKey = null, int capacity = DefaultCapacity)
    {
        _journal = journal;
        _time = time;
        _opaqueKey = opaqueKey;
        _capacity = capacity;
    }

    /// <summary>Rows that are known.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byUse.Count;
            }
        }
    }

    /// <summary>Takes what was kept, least recently used first. Dialogs that were open then are over.</summary>
    public void Fill(IEnumerable<ThreadRecord> kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        lock (_gate)
        {
            foreach (var record in kept)
            {
                if (!_byCallId.ContainsKey((record.User, record.Contact, record.CallId)))
                {
                    var ended = record.Use == ThreadUse.OpenDialog ? record with { Use = ThreadUse.EndedDialog } : record;
                    Add(new Row(ended) { Written = ended.LastUsed });
                }
            }
        }
    }

    /// <inheritdoc/>
    public string CallIdOf(Jid user, Jid contact, string thread)
    {
        ArgumentNullException.ThrowIfNull(thread);
        lock (_gate)
        {
            return (FindByThread(user, contact, thread) is { } row ? Touch(row, row.Record.Use) : New(user, contact, thread, ThreadUse.Messages))
                .Record.CallId;
        }
    }

    /// <inheritdoc/>
    public string OpenDialog(Jid user, Jid contact, string thread)
    {
        ArgumentNullException.ThrowIfNull(thread);
        lock (_gate)
        {
            var row = FindByThread(user, contact, thread) is { Record.Use: ThreadUse.Messages } unused
                ? Touch(unused, ThreadUse.OpenDialog)
                : New(user, contact, thread, ThreadUse.OpenDialog);
            return row.Record.CallId;
        }
    }

    /// <inheritdoc/>
    public string ThreadOf(Jid user, Jid contact, string callId) => ThreadOf(user, contact, callId, null);

    /// <inheritdoc/>
    public string AcceptDialog(Jid user, Jid contact, string callId) => ThreadOf(user, contact, callId, ThreadUse.OpenDialog);

    /// <inheritdoc/>
    public void CloseDialog(Jid user, Jid contact, string callId)
    {
        ArgumentNullException.ThrowIfNull(callId);
        lock (_gate)
        {
            if (FindByCallId(user, contact, callId) is { Record.Use: ThreadUse.OpenDialog } row)
            {
                Touch(row, ThreadUse.EndedDialog);
            }
        }
    }

    /// <inheritdoc/>
    public string? FindCallId(Jid user, Jid contact, string thread)
    {
        ArgumentNullException.ThrowIfNull(thread);
        lock (_gate)
        {
            return FindByThread(user, contact, thread)?.Record.CallId;
        }
    }

    private string ThreadOf(Jid user, Jid contact, string callId, ThreadUse? use)
    {
        ArgumentNullException.ThrowIfNull(callId);
        lock (_gate)
        {
            if (FindByCallId(user, contact, callId) is { } known)
            {
                return Touch(known, use ?? known.Record.Use).Record.Thread;
            }

            var thread = CallIdText.ThreadOf(callId, _opaqueKey);
            while (FindByThread(user, contact, thread) is not null)
            {
                thread = CallIdText.Another(thread); // a thread of the user's own happens to read like this Call-ID
            }

            var isSaidByText = use is null && thread == callId && CallIdText.IsItsOwn(callId) && !_callIds.ContainsKey(callId);
            var row = Add(new Row(new ThreadRecord(user.Bare, contact.Bare, thread, callId, use ?? ThreadUse.Messages, _time.GetUtcNow())));
            if (!isSaidByText)
            {
                Keep(row);
            }

            return thread;
        }
    }

    private Row New(Jid user, Jid contact, string thread, ThreadUse use)
    {
        var callId = CallIdText.Of(thread);
        for (var first = callId; _callIds.ContainsKey(callId);)
        {
            callId = CallIdText.Another(first);
        }

        var row = Add(new Row(new ThreadRecord(user.Bare, contact.Bare, thread, callId, use, _time.GetUtcNow())));
        Keep(row);
        return row;
    }

    private Row Add(Row row)
    {
        MakeRoom();
        var record = row.Record;
        _byCallId[(record.User, record.Contact, record.CallId)] = row;
        _byThread[(record.User, record.Contact, record.Thread)] = row; // an earlier Call-ID of the thread still leads to it
        if (_callIds.TryGetValue(record.CallId, out var used))
        {
            _callIds[record.CallId] = used with { Count = used.Count + 1 };
            if (used.First.Written is null)
            {
                Keep(used.First); // what it is again after a restart depends on who comes first now
            }
        }
        else
        {
            _callIds.Add(record.CallId, (1, row));
        }

        row.Node = _byUse.AddFirst(row);
        return row;
    }

    private Row Touch(Row row, ThreadUse use)
    {
        var changed = row.Record.Use != use;
        row.Record = row.Record with { Use = use, LastUsed = _time.GetUtcNow() };
        _byUse.Remove(row.Node!);
        _byUse.AddFirst(row.Node!);
        if (changed || (row.Written is { } written && row.Record.LastUsed - written >= WrittenAtMostEvery))
        {
            Keep(row);
        }

        return row;
    }

    private void Keep(Row row)
    {
        row.Written = row.Record.LastUsed;
        _journal.Write(new StoreChange.KeepThread(row.Record));
    }

    private void MakeRoom()
    {
        if (_byUse.Count < _capacity)
        {
            return;
        }

        var oldest = _byUse.Last!;
        for (var node = oldest; node is not null; node = node.Previous)
        {
            if (node.Value.Record.Use != ThreadUse.OpenDialog)
            {
                oldest = node;
                break;
            }
        }

        var record = oldest.Value.Record;
        _byUse.Remove(oldest);
        _byCallId.Remove((record.User, record.Contact, record.CallId));
        if (FindByThread(record.User, record.Contact, record.Thread) == oldest.Value)
        {
            _byThread.Remove((record.User, record.Contact, record.Thread));
        }

        var used = _callIds[record.CallId];
        if (used.Count == 1)
        {
            _callIds.Remove(record.CallId);
        }
        else
        {
            _callIds[record.CallId] = used with { Count = used.Count - 1 };
        }

        if (oldest.Value.Written is not null)
        {
            _journal.Write(new StoreChange.ForgetThread(record.User, record.Contact, record.CallId));
        }
    }

    private Row? FindByThread(Jid user, Jid contact, string thread) => _byThread.GetValueOrDefault((user.Bare, contact.Bare, thread));

    private Row? FindByCallId(Jid user, Jid contact, string callId) => _byCallId.GetValueOrDefault((user.Bare, contact.Bare, callId));

    private sealed class Row(ThreadRecord record)
    {
        public ThreadRecord Record { get; set; } = record;

        /// <summary>Its last use as the store knows it; null while the store does not know it.</summary>
        public DateTimeOffset? Written { get; set; }

        public LinkedListNode<Row>? Node { get; set; }
    }
}
