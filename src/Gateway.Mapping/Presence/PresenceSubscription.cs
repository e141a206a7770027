using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Presence;

/// <summary>An XMPP user's subscription to the presence of a JID at the gateway.</summary>
/// <param name="User">Bare JID of the subscriber.</param>
/// <param name="Contact">Bare JID at the gateway, exactly as it stands in her roster (MAPPING A-10).</param>
public sealed record PresenceSubscription(Jid User, Jid Contact);

/// <summary>
/// Keeps subscriptions over restarts (MAPPING P-17). Additions and removals return at once and are written soon after; both
/// may be repeated.
/// </summary>
public interface ISubscriberStore
{
    /// <summary>What was kept. Called once, before anything else.</summary>
    Task<IReadOnlyCollection<PresenceSubscription>> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Keeps a subscription.</summary>
    void Add(PresenceSubscription subscription);

    /// <summary>Forgets a subscription.</summary>
    void Remove(PresenceSubscription subscription);
}
