namespace Gateway.Mapping.Configuration;

/// <summary>Presence that the gateway shows on behalf of SIP users.</summary>
public sealed record PresenceOptions
{
    /// <summary>How long temporary presence outlives the last session of a pair (MAPPING T-7).</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long temporary presence waits for a session that never comes.</summary>
    public TimeSpan Unused { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Pairs with temporary presence that are remembered at most.</summary>
    public int SharingLimit { get; init; } = 50_000;

    /// <summary>Subscriptions that are remembered at most, over all users.</summary>
    public int SubscriberLimit { get; init; } = 500_000;
}
