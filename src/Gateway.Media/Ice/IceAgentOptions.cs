using System.Collections.Immutable;
using Gateway.Media.Io;

namespace Gateway.Media.Ice;

/// <summary>Fills a span with random octets.</summary>
public delegate void RandomFill(Span<byte> octets);

/// <summary>How an agent works; the defaults are the specifications'. All times in milliseconds.</summary>
public sealed record IceAgentOptions
{
    /// <summary>The agent's first role; R-34: the initiator controls.</summary>
    public IceRole Role { get; init; } = IceRole.Controlled;

    /// <summary>STUN servers asked for server-reflexive candidates, the first one of a base's family.</summary>
    public ImmutableArray<PeerAddress> StunServers { get; init; } = [];

    /// <summary>Ta: between two checks of an agent (RFC 8445 section 14.2 has 50 and allows less; libnice and aioice use 20).</summary>
    public int Pacing { get; init; } = 20;

    /// <summary>The least RTO of a check (RFC 8445 section 14.3).</summary>
    public int Rto { get; init; } = 500;

    /// <summary>Rc: how often a check is sent before it counts as failed (RFC 8489 section 6.2.1).</summary>
    public int Transmissions { get; init; } = 7;

    /// <summary>How long to try before failing: the PAC timer (RFC 8863 section 4).</summary>
    public int Patience { get; init; } = 39_500;

    /// <summary>How long the controlling agent waits for a better pair once one works.</summary>
    public int NominationDelay { get; init; } = 100;

    /// <summary>Between two consent checks, before a fifth more or less is added (RFC 7675 section 5.1).</summary>
    public int ConsentInterval { get; init; } = 5_000;

    /// <summary>How long consent lasts (RFC 7675 section 5.1).</summary>
    public int ConsentLifetime { get; init; } = 30_000;

    /// <summary>Remote candidates kept, of signalling and checks together; more are ignored.</summary>
    public int MaxRemoteCandidates { get; init; } = 64;

    /// <summary>Pairs checked (RFC 8445 section 6.1.2.5 recommends 100); the lowest are dropped.</summary>
    public int MaxPairs { get; init; } = 100;

    /// <summary>STUN requests without valid credentials that are answered with an error in a second; more are only counted.</summary>
    public int UnauthenticatedPerSecond { get; init; } = 50;

    /// <summary>Where refusals and endings are counted; null: nowhere.</summary>
    internal IceMetrics? Metrics { get; init; }

    /// <summary>Where credentials, transaction ids and tie-breakers come from.</summary>
    public RandomFill Random { get; init; } = RandomOctets.Fill;
}
