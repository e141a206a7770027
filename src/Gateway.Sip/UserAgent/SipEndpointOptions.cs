using System.Collections.Immutable;
using Gateway.Sip.Transactions;
using Gateway.Sip.Transports;

namespace Gateway.Sip.UserAgent;

/// <summary>What an endpoint listens on and calls itself.</summary>
public sealed record SipEndpointOptions
{
    /// <summary>Addresses such as <c>udp:0.0.0.0:5060</c>; see <see cref="SipListenAddress.TryParse"/>.</summary>
    public required ImmutableArray<string> Listen { get; init; }

    /// <summary>Host in Via and Contact; default: the listening address, for a wildcard that of the route to the peer.</summary>
    public string? AdvertisedHost { get; init; }

    /// <summary>User-Agent and Server.</summary>
    public string UserAgentName { get; init; } = "gateway";

    /// <summary>Base timers.</summary>
    public SipTimers Timers { get; init; } = new();

    /// <summary>Bounds on memory and sockets.</summary>
    public SipEndpointLimits Limits { get; init; } = new();

    /// <summary>Session-Expires that we propose, in seconds (RFC 4028 section 4: 1800); null proposes none.</summary>
    public int? SessionExpires { get; init; } = 1800;

    /// <summary>
    /// Token of this endpoint, or of all endpoints of one gateway, in the private header X-GW-Loop: an INVITE that carries
    /// it comes back from a loop (MAPPING U-41). Default: random.
    /// </summary>
    public string LoopToken { get; init; } = SipIdentifiers.Tag();
}
