namespace Gateway.Media.Ice;

/// <summary>Where a candidate comes from (RFC 8445 section 5.1.1).</summary>
public enum IceCandidateType
{
    /// <summary>An address of the host's own, or the external one that the operator configured in its place.</summary>
    Host,

    /// <summary>What a STUN server saw, beyond a NAT.</summary>
    ServerReflexive,

    /// <summary>What the peer saw in a check.</summary>
    PeerReflexive,

    /// <summary>A TURN server's; only peers have them.</summary>
    Relayed,
}
