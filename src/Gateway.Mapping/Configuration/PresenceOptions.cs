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

    /// <summary>Whether SIP users that are in a call are shown as busy to those who subscribe to them.</summary>
    public bool ShowOnThePhone { get; init; }

    /// <summary>The status text of those.</summary>
    public string OnThePhoneText { get; init; } = "On the phone";

    /// <summary>Whether XMPP users are asked for temporary presence before a call to them (MAPPING T-13).</summary>
    public bool AskXmppUsers { get; init; }

    /// <summary>How long a subscription to a SIP user lasts until it is refreshed (RFC 3856 section 6.4).</summary>
    public TimeSpan SubscriptionExpires { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long SIP users see XMPP users as they were after the XMPP server was lost (MAPPING P-19).</summary>
    public TimeSpan LinkGrace { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Subscriptions that are remembered at most, over all users.</summary>
    public int SubscriberLimit { get; init; } = 500_000;
}
