using System.Collections.Immutable;
using System.Net;

namespace Gateway.Media.Embedded;

/// <summary>Where the embedded relay listens, and its limits.</summary>
public sealed record EmbeddedRelayOptions
{
    /// <summary>
    /// Addresses of this machine that media come in on, one or more of each family. The first is the one that descriptions
    /// name; all are candidates for ICE.
    /// </summary>
    public ImmutableArray<IPAddress> Addresses { get; init; } = [IPAddress.Loopback];

    /// <summary>
    /// What peers are told instead of the first address of the same family: that of a router which maps ports one to one.
    /// Null: none.
    /// </summary>
    public IPAddress? ExternalAddress { get; init; }

    /// <summary>First port for media. RTP of phones takes an even one and the next, a WebRTC end one.</summary>
    public int FirstPort { get; init; } = 30000;

    /// <summary>Last port for media.</summary>
    public int LastPort { get; init; } = 34999;

    /// <summary>STUN servers that tell what a router made of our address (RFC 8445 section 5.1.1.2); usually none or one.</summary>
    public ImmutableArray<IPEndPoint> StunServers { get; init; } = [];

    /// <summary>
    /// How long a description waits for a STUN server. Servers answer within a round trip; a caller hears nothing of this.
    /// </summary>
    public TimeSpan StunPatience { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>Threads that carry packets; 0: as many as the machine has processors, four at most.</summary>
    public int Threads { get; init; }

    /// <summary>Sessions at a time; more are refused as exhausted. One takes three ports, so 5,000 ports carry 1,600.</summary>
    public int MostSessions { get; init; } = 2000;

    /// <summary>
    /// A side that was to send and sent nothing for so long is told of. RFC 3550 leaves the time open; phones give up
    /// between 30 s and 60 s.
    /// </summary>
    public TimeSpan SilenceNotice { get; init; } = TimeSpan.FromSeconds(30);
}
