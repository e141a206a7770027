using System.Collections.Immutable;
using System.Text;

namespace Gateway.Xmpp.Jingle;

/// <summary>The ICE-UDP transport (XEP-0176 section 5.3), with DTLS fingerprints (XEP-0320).</summary>
public sealed record IceUdpTransport
{
    /// <summary>User fragment; null when absent.</summary>
    public string? Ufrag { get; init; }

    /// <summary>Password, a secret; null when absent (Movim and libwebrtc leave it out of transport-info).</summary>
    public string? Pwd { get; init; }

    /// <summary>The usable candidates in document order: UDP, an IP address, not link-local.</summary>
    public ImmutableArray<IceCandidate> Candidates { get; init; } = [];

    /// <summary>How many candidates were left out as unusable (TCP, <c>.local</c> names, malformed).</summary>
    public int IgnoredCandidates { get; init; }

    /// <summary>Fingerprints of the peer's certificate; several are allowed (RFC 8122).</summary>
    public ImmutableArray<DtlsFingerprint> Fingerprints { get; init; } = [];

    /// <summary>True when the peer says that no further candidates follow.</summary>
    public bool GatheringComplete { get; init; }

    /// <summary>Names of ICE options (<c>trickle</c>, <c>renomination</c>) that the peer lists.</summary>
    public ImmutableArray<string> Options { get; init; } = [];

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Ufrag = ").Append(Ufrag).Append(", Candidates = ").Append(Candidates.Length)
            .Append(", Fingerprints = ").Append(Fingerprints.Length);
        return true;
    }
}

/// <summary>Kinds of ICE candidates (RFC 8445).</summary>
public enum IceCandidateType
{
    /// <summary>host.</summary>
    Host,

    /// <summary>srflx: seen by a STUN server.</summary>
    ServerReflexive,

    /// <summary>prflx: seen by the peer.</summary>
    PeerReflexive,

    /// <summary>relay: on a TURN server.</summary>
    Relayed,
}

/// <summary>A UDP candidate (XEP-0176 section 5.3).</summary>
/// <param name="Component">1 RTP, 2 RTCP.</param>
/// <param name="Foundation">1 to 32 ice-chars.</param>
/// <param name="Priority">RFC 8445 section 5.1.2.</param>
/// <param name="Address">IP address, IPv6 without brackets.</param>
/// <param name="Port">1 to 65535.</param>
/// <param name="Type">Kind.</param>
public sealed record IceCandidate(
    int Component, string Foundation, uint Priority, string Address, int Port, IceCandidateType Type)
{
    /// <summary>Raised by an ICE restart; 0 when absent.</summary>
    public int Generation { get; init; }

    /// <summary>Identifier within the session; null when absent, and then made by the writer.</summary>
    public string? Id { get; init; }

    /// <summary>Index of the network card; null when absent.</summary>
    public int? Network { get; init; }

    /// <summary>Related address, of a candidate that is not a host's.</summary>
    public string? RelatedAddress { get; init; }

    /// <summary>Related port.</summary>
    public int? RelatedPort { get; init; }
}

/// <summary>Who opens the DTLS association (RFC 4145, RFC 8842).</summary>
public enum DtlsSetup
{
    /// <summary>actpass: the answerer decides.</summary>
    ActPass,

    /// <summary>active: sends the ClientHello.</summary>
    Active,

    /// <summary>passive: waits for it.</summary>
    Passive,

    /// <summary>holdconn: defined, never used.</summary>
    HoldConn,
}

/// <summary>A fingerprint (XEP-0320).</summary>
/// <param name="Hash">Hash function, lower case (<c>sha-256</c>).</param>
/// <param name="Value">Upper-case hexadecimal octets joined by colons.</param>
/// <param name="Setup">Role; null when absent.</param>
public sealed record DtlsFingerprint(string Hash, string Value, DtlsSetup? Setup);
