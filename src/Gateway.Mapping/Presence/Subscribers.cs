using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Presence;

/// <summary>Who subscribes to whom, in memory and in the store. Guarded by <see cref="PresenceService"/>.</summary>
internal sealed class Subscribers(ISubscriberStore store, int limit)
{
    private readonly HashSet<PresenceSubscription> _all = [];

    public int Count => _all.Count;

    public IEnumerable<PresenceSubscription> All => _all;

    public bool Contains(Jid user, Jid contact) => _all.Contains(new PresenceSubscription(user.Bare, contact.Bare));

    public Task<IReadOnlyCollection<PresenceSubscription>> ReadAsync(CancellationToken cancellationToken) =>
        store.LoadAsync(cancellationToken);

    /// <summary>Takes what was kept, and says how many that is.</summary>
    public int Fill(IEnumerable<PresenceSubscription> kept)
    {
        _all.UnionWith(kept.Take(limit));
        return _all.Count;
    }

    /// <summary>False when there is no room.</summary>
    public bool TryAdd(Jid user, Jid contact)
    {
        var subscription = new PresenceSubscription(user.Bare, contact.Bare);
        if (_all.Contains(subscription))
        {
            return true;
        }

        if (_all.Count >= limit)
        {
            return false;
        }

        _all.Add(subscription);
        store.Add(subscription);
        return true;
    }

    public void Remove(Jid user, Jid contact)
    {
        var subscription = new PresenceSubscription(user.Bare, contact.Bare);
        if (_all.Remove(subscription))
        {
            store.Remove(subscription);
        }
    }
}
