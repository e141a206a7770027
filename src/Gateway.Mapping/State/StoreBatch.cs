using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.State;

/// <summary>Changes that are written together: of several of one row only the last counts, so a call that began and ended within
/// a batch leaves no more than a row to be deleted that never was.</summary>
internal sealed class StoreBatch
{
    private readonly List<StoreChange> _changes = [];
    private readonly Dictionary<Row, int> _places = [];

    /// <summary>At most one for each row; rows stand in the order in which they were first changed.</summary>
    public IReadOnlyList<StoreChange> Changes => _changes;

    public void Add(StoreChange change)
    {
        var row = RowOf(change);
        if (_places.TryGetValue(row, out var place))
        {
            _changes[place] = change;
            return;
        }

        _places.Add(row, _changes.Count);
        _changes.Add(change);
    }

    public void Clear()
    {
        _changes.Clear();
        _places.Clear();
    }

    private static Row RowOf(StoreChange change) => change switch
    {
        StoreChange.KeepThread { Thread: var kept } => new(Table.Thread, kept.Contact, kept.User, kept.CallId),
        StoreChange.ForgetThread gone => new(Table.Thread, gone.Contact, gone.User, gone.CallId),
        StoreChange.KeepSubscription { Subscription: var kept } => new(Table.Subscription, kept.Contact, kept.User),
        StoreChange.ForgetSubscription { Subscription: var gone } => new(Table.Subscription, gone.Contact, gone.User),
        StoreChange.KeepSpelling { Spelling: var kept } => new(Table.Spelling, kept.Canonical),
        StoreChange.KeepCall { Call: var kept } => new(Table.Call, kept.Contact, Id: kept.Id),
        StoreChange.ForgetCall gone => new(Table.Call, gone.Contact, Id: gone.Id),
        StoreChange.KeepMedia kept => new(Table.Media, null, Id: kept.SessionId),
        StoreChange.ForgetMedia gone => new(Table.Media, null, Id: gone.SessionId),
        StoreChange.KeepPageOnly { PageOnly: var kept } => new(Table.PageOnly, kept.Contact),
        StoreChange.ForgetPageOnly gone => new(Table.PageOnly, gone.Contact),
        _ => throw new ArgumentOutOfRangeException(nameof(change)),
    };

    private enum Table
    {
        Thread,
        Subscription,
        Spelling,
        Call,
        Media,
        PageOnly,
    }

    private readonly record struct Row(Table Table, Jid? Contact, Jid? User = null, string? Id = null);
}
