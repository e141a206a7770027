using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Presence;

/// <summary>Who subscribes to whom, in memory and in the store. Guarded by <see cref="PresenceService"/>.</summary>
internal sealed class Subscribers(ISubscriberStore store, int limit)
{
    private readonly HashSet<PresenceSubscription> _all = [];
    private readonly Dictionary<Jid, HashSet<Jid>> _byContact = [];

    public int Count => _all.Count;

    public IEnumerable<PresenceSubscription> All => _all;

    public bool Contains(Jid user, Jid contact) => _all.Contains(new PresenceSubscription(user.Bare, contact.Bare));

    /// <summary>Who subscribes to a SIP user.</summary>
    public IReadOnlyCollection<Jid> Of(Jid contact) => _byContact.GetValueOrDefault(contact) ?? [];

    public Task<IReadOnlyCollection<PresenceSubscription>> ReadAsync(CancellationToken cancellationToken) =>
        store.LoadAsync(cancellationToken);

    /// <summary>Takes what was kept, and says how many that is.</summary>
    public int Fill(IEnumerable<PresenceSubscription> kept)
    {
        foreach (var subscription in kept.Take(limit))
        {
            Index(subscription);
        }

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

        Index(subscription);
        store.Add(subscription);
        return true;
    }

    public void Remove(Jid user, Jid contact)
    {
        var subscription = new PresenceSubscription(user.Bare, contact.Bare);
        if (_all.Remove(subscription))
        {
            if (_byContact.TryGetValue(subscription.Contact, out var users) && users.Remove(subscription.User) && users.Count == 0)
            {
                _byContact.Remove(subscription.Contact);
            }

            store.Remove(subscription);
        }
    }

    private void Index(PresenceSubscription subscription)
    {
        _all.Add(subscription);
        if (!_byContact.TryGetValue(subscription.Contact, out var users))
        {
            _byContact[subscription.Contact] = users = [];
        }

        users.Add(subscription.User);
    }
}
