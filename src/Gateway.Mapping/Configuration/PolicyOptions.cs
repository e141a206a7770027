using System.Collections.Immutable;

namespace Gateway.Mapping.Configuration;

/// <summary>Who may use the gateway, towards whom, and how much.</summary>
public sealed record PolicyOptions
{
    /// <summary>XMPP domains or bare JIDs that may use the gateway and be called through it. Empty: nobody. Default: the parent
    /// domain of <see cref="MappingOptions.GatewayDomain"/>.</summary>
    public ImmutableArray<string> AllowedCallers { get; init; }

    /// <summary>SIP hosts that may be called (MAPPING A-21); <c>*.example.org</c> covers subdomains. Empty: every host
    /// that <see cref="MappingOptions.OtherDomains"/> leaves open. Hosts that a trunk serves are always callable.</summary>
    public ImmutableArray<string> DialableDomains { get; init; } = [];

    /// <summary>What happens to SIP requests from an address that is no trunk's.</summary>
    public UnknownSources UnknownSources { get; init; } = UnknownSources.LocalUsers;

    /// <summary>New calls that one caller may place in a minute.</summary>
    public int CallsPerMinute { get; init; } = 30;

    /// <summary>Calls that one caller may have at the same time.</summary>
    public int ConcurrentCalls { get; init; } = 8;

    /// <summary>New calls that one trunk may place in a minute; a trunk speaks for many people.</summary>
    public int TrunkCallsPerMinute { get; init; } = 3000;

    /// <summary>New presence subscriptions that one trunk may open in a minute.</summary>
    public int TrunkSubscriptionsPerMinute { get; init; } = 3000;

    /// <summary>Presence stanzas of one sender that are answered in a minute (MAPPING T-14).</summary>
    public int PresencePerMinute { get; init; } = 600;

    /// <summary>Senders remembered by each limit; the least recently seen is forgotten beyond it.</summary>
    public int TrackedSenders { get; init; } = 20_000;
}

/// <summary>What happens to SIP requests from an address that is no trunk's.</summary>
public enum UnknownSources
{
    /// <summary>They may call the users of <see cref="MappingOptions.LocalDomains"/>, as anyone may send them mail; the caller
    /// is shown with a domain that is neither ours nor a trunk's, or as anonymous.</summary>
    LocalUsers,

    /// <summary>403.</summary>
    Refuse,
}
