using System.Collections.Immutable;

namespace Gateway.Mapping.Configuration;

/// <summary>A SIP peer that calls go to and may come from: a PBX, a provider, an edge proxy.</summary>
public sealed record TrunkOptions
{
    /// <summary>Name in the configuration, logs and metrics.</summary>
    public required string Name { get; init; }

    /// <summary>Next hop, such as <c>sip:pbx.example.org:5070;transport=tcp</c>.</summary>
    public required string Uri { get; init; }

    /// <summary>Host parts of the URIs it serves; the first is written for addresses without a host. Empty: the host of
    /// <see cref="Uri"/>.</summary>
    public ImmutableArray<string> Domains { get; init; } = [];

    /// <summary>User name that answers 401 and 407; null without credentials.</summary>
    public string? Username { get; init; }

    /// <summary>Password of <see cref="Username"/>.</summary>
    public string? Password { get; init; }

    /// <summary>REGISTER with the trunk and stay registered.</summary>
    public bool Register { get; init; }

    /// <summary>Addresses or CIDR blocks whose requests are the trunk's, without a challenge. Empty: none. Default: the address in
    /// <see cref="Uri"/>, if it is a literal one.</summary>
    public ImmutableArray<string> Sources { get; init; }

    /// <summary>Overrides <see cref="MappingOptions.Answer"/> for calls to this trunk.</summary>
    public AnswerPolicy? Answer { get; init; }

    /// <summary>Whether the trunk's P-Asserted-Identity is believed before From (RFC 3325; MAPPING U-46).</summary>
    public bool TrustIdentity { get; init; } = true;

    /// <summary>Encoding names added to offers towards the trunk and transcoded by the media relay, in order of
    /// preference; empty: passthrough only.</summary>
    public ImmutableArray<string> Transcode { get; init; } = [];

    /// <summary>Whether calls of the trunk are protected by keys in their descriptions (RFC 4568; MAPPING R-29).</summary>
    public TrunkSrtp Srtp { get; init; } = TrunkSrtp.Off;

    /// <summary>Whether users of the trunk have presence of their own.</summary>
    public TrunkPresence Presence { get; init; } = TrunkPresence.None;

    /// <summary>Name and picture of its users that have none of their own.</summary>
    public ContactOptions Contact { get; init; } = new();

    /// <summary>Whether video goes to and comes from the trunk. Off, calls with video go on with audio: lines to the telephone network
    /// seldom take video, and some refuse a call over it.</summary>
    public bool Video { get; init; }

    /// <summary>Never shows the password.</summary>
    public override string ToString() => $"TrunkOptions {{ Name = {Name}, Uri = {Uri} }}";
}

/// <summary>SRTP with a trunk.</summary>
public enum TrunkSrtp
{
    /// <summary>Calls are offered in clear; a trunk that offers keys is answered with keys all the same.</summary>
    Off,

    /// <summary>Keys are offered beside RTP in clear (RFC 8643); the trunk takes them or not.</summary>
    Optional,

    /// <summary>Calls without keys are refused in both directions.</summary>
    Required,
}

/// <summary>Whether users of a trunk have presence of their own (MAPPING P-16).</summary>
public enum TrunkPresence
{
    /// <summary>No: they are shown as available to everyone who may call them, and SUBSCRIBE is refused.</summary>
    None,

    /// <summary>Yes: subscriptions go through in both directions (RFC 8048).</summary>
    Subscribe,
}
