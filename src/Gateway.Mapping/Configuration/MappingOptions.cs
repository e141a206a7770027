using System.Collections.Immutable;

namespace Gateway.Mapping.Configuration;

/// <summary>What the gateway does between the two protocols: everything an operator may choose about it.</summary>
public sealed record MappingOptions
{
    /// <summary>The component's domain: the right-hand side of every JID of a SIP user.</summary>
    public required string GatewayDomain { get; init; }

    /// <summary>Host by which SIP peers reach the gateway: a name or literal address, without port.</summary>
    public required string SipHost { get; init; }

    /// <summary>Port beside <see cref="SipHost"/>; null for the default of the scheme.</summary>
    public int? SipPort { get; init; }

    /// <summary>SIP domains whose users are XMPP users of the same name (RFC 7247 section 6).</summary>
    public ImmutableArray<string> LocalDomains { get; init; } = [];

    /// <summary>SIP user (a number or name) to the bare JID it reaches.</summary>
    public ImmutableDictionary<string, string> Aliases { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Names and pictures of SIP users, by number or address.</summary>
    public ImmutableDictionary<string, ContactOptions> Contacts { get; init; } = ImmutableDictionary<string, ContactOptions>.Empty;

    /// <summary>How a SIP address that no XMPP user has written yet is spelt as a JID.</summary>
    public JidStyle JidStyle { get; init; } = JidStyle.Percent;

    /// <summary>When an XMPP caller gets <c>proceed</c>; a trunk may override it.</summary>
    public AnswerPolicy Answer { get; init; } = AnswerPolicy.Progress;

    /// <summary>XEP-0353 namespaces proposed to users: <c>:1</c> too when true (MAPPING J-3). Users that were seen to
    /// speak <c>:1</c> get it anyway.</summary>
    public bool ProposeBothNamespaces { get; init; }

    /// <summary>Trunks by name.</summary>
    public ImmutableDictionary<string, TrunkOptions> Trunks { get; init; } = ImmutableDictionary<string, TrunkOptions>.Empty;

    /// <summary>Name of the trunk for addresses without a host; null when only full addresses can be called.</summary>
    public string? DefaultTrunk { get; init; }

    /// <summary>What happens to an address whose host no trunk serves.</summary>
    public OtherDomains OtherDomains { get; init; } = OtherDomains.Trunk;

    /// <summary>Who may use the gateway and how much.</summary>
    public PolicyOptions Policy { get; init; } = new();

    /// <summary>Presence of SIP users.</summary>
    public PresenceOptions Presence { get; init; } = new();

    /// <summary>Sessions over MSRP.</summary>
    public ChatOptions Chats { get; init; } = new();

    /// <summary>Plain messages.</summary>
    public MessageOptions Messages { get; init; } = new();

    /// <summary>What a SIP caller is told when the user's server answers <c>service-unavailable</c>: 480, 403 or 405
    /// (MAPPING E-2).</summary>
    public int ServiceUnavailableStatus { get; init; } = 480;

    /// <summary>Whether XMPP users see the SIP code and phrase of a failed call (MAPPING X-1).</summary>
    public bool ExposeReason { get; init; } = true;

    /// <summary>
    /// Whether SIP users see the resource of the XMPP user who calls, writes to or answers them, as <c>gr</c> (MAPPING ). It
    /// tells of her device; otherwise they get a name for it that lasts as long as the session.
    /// </summary>
    public bool ExposeResource { get; init; }

    /// <summary>
    /// Whether a phone that does not take keys as packets (RFC 4733) gets them in INFO, as <c>application/dtmf-relay</c> (MAPPING R-40).
    /// </summary>
    public bool DigitsByInfo { get; init; } = true;

    /// <summary>
    /// Whether a chat message of nothing but digits, * and #, written to the address that the user is talking to, presses these keys. Only
    /// for clients that have no keys of their own.
    /// </summary>
    public bool TypedDigits { get; init; } = true;

    /// <summary>The durations of call set-up.</summary>
    public CallTimers Timers { get; init; } = new();
}

/// <summary>How a SIP address is written as the localpart of a JID.</summary>
public enum JidStyle
{
    /// <summary><c>romeo%shakespeare.lit@gateway</c>: XEP-0276 section 5, XEP-0106 section 4.4.</summary>
    Percent,

    /// <summary><c>romeo\40shakespeare.lit@gateway</c>: XEP-0106 section 3.</summary>
    Escape,
}

/// <summary>When an XMPP caller learns that the call is taken (MAPPING J-20).</summary>
public enum AnswerPolicy
{
    /// <summary>On 183 with a session description, or on 200: early media is heard.</summary>
    Progress,

    /// <summary>On 200 only.</summary>
    Late,

    /// <summary>At once, before the INVITE, which then carries the client's own codecs.</summary>
    Early,
}

/// <summary>What happens to a called host that no trunk serves.</summary>
public enum OtherDomains
{
    /// <summary>The default trunk is the outbound proxy.</summary>
    Trunk,

    /// <summary>The host is resolved as RFC 3263 says.</summary>
    Direct,

    /// <summary>Not callable.</summary>
    Refuse,
}
