using System.Collections.Immutable;
using Gateway.Sip.Sdp;

namespace Gateway.Sip.Msrp;

/// <summary>Who opens the connection, as a description says it (RFC 6135 section 4.2, RFC 4145 section 4).</summary>
public enum MsrpSetup
{
    /// <summary>Nothing stated: the offerer connects (RFC 4975 section 5.4).</summary>
    Unstated,

    /// <summary>The author connects.</summary>
    Active,

    /// <summary>The author is connected to.</summary>
    Passive,

    /// <summary>Either: the answerer chooses.</summary>
    ActPass,
}

/// <summary>a=fingerprint (RFC 8122 section 5).</summary>
/// <param name="Hash">sha-256 and the like, in lower case.</param>
/// <param name="Value">Upper-case hexadecimal bytes with colons between them.</param>
public readonly record struct MsrpFingerprint(string Hash, string Value);

/// <summary>An m=message media description as read (RFC 4975 section 8).</summary>
public sealed record MsrpMedia
{
    /// <summary>Its place among the media descriptions, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>a=path</summary>
    public required MsrpPath Path { get; init; }

    /// <summary>a=accept-types; never empty.</summary>
    public required ImmutableArray<string> AcceptTypes { get; init; }

    /// <summary>a=accept-wrapped-types.</summary>
    public ImmutableArray<string> AcceptWrappedTypes { get; init; } = [];

    /// <summary>a=max-size in octets; null when not stated.</summary>
    public long? MaxSize { get; init; }

    /// <summary>a=setup; holdconn counts as unstated (RFC 6135 section 4.2.1).</summary>
    public MsrpSetup Setup { get; init; }

    /// <summary>a=msrp-cema: connect to <see cref="Address"/> and <see cref="Port"/>, not to the path (RFC 6714).</summary>
    public bool HasCema { get; init; }

    /// <summary>Address or name in c=.</summary>
    public required string Address { get; init; }

    /// <summary>Port in m=.</summary>
    public required int Port { get; init; }

    /// <summary>a=fingerprint of the media or the session.</summary>
    public ImmutableArray<MsrpFingerprint> Fingerprints { get; init; } = [];

    /// <summary>What the author does with content (RFC 4975 section 8.9).</summary>
    public SdpDirection Direction { get; init; }

    /// <summary>Whether the author takes content now.</summary>
    public bool TakesContent => Direction is SdpDirection.SendRecv or SdpDirection.RecvOnly;

    /// <summary>Whether c= and m= name the same place as the first URI of the path, as far as that shows without asking DNS.</summary>
    public bool AddressMatchesPath => Port == Path.First.Port && MsrpHost.Canonical(Address) == Path.First.Host;

    /// <summary>Whether the author listed this media type, parameters left aside (RFC 4975 section 8.6).</summary>
    public bool Accepts(string contentType) => MsrpTypes.Matches(AcceptTypes, contentType);

    /// <summary>Whether the author takes this media type inside a container.</summary>
    public bool AcceptsWrapped(string contentType) => Accepts(contentType) || MsrpTypes.Matches(AcceptWrappedTypes, contentType);
}
