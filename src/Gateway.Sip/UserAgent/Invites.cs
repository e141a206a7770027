using System.Collections.Immutable;
using System.Net;
using Gateway.Sip.Messages;

namespace Gateway.Sip.UserAgent;

/// <summary>A user name and password for digest challenges (RFC 7616).</summary>
public sealed record SipCredentials(string Username, string Password)
{
    /// <summary>Never shows the password.</summary>
    public override string ToString() => $"SipCredentials {{ Username = {Username} }}";
}

/// <summary>An INVITE to send.</summary>
/// <param name="RequestUri">Whom to call.</param>
/// <param name="From">The caller, without tag.</param>
/// <param name="To">The called, without tag.</param>
/// <param name="CallId">Unique in space and time (RFC 3261 section 8.1.1.4); the caller of this API chooses it.</param>
/// <param name="Sdp">The offer.</param>
public sealed record OutgoingInvite(SipUri RequestUri, NameAddr From, NameAddr To, string CallId, string Sdp)
{
    /// <summary>Where to send it (host, port, transport parameter): an outbound proxy. Default: the Request-URI.</summary>
    public SipUri? NextHop { get; init; }

    /// <summary>Answers 401 and 407.</summary>
    public SipCredentials? Credentials { get; init; }

    /// <summary>P-Asserted-Identity (RFC 3325), only towards a trusted peer.</summary>
    public NameAddr? AssertedIdentity { get; init; }

    /// <summary>Who Contact names: user part and <c>gr</c> (RFC 5627) of it are used. Default: the URI of From.</summary>
    public SipUri? Contact { get; init; }

    /// <summary>Max-Forwards, 1 to 255 (RFC 3261 section 8.1.1.6).</summary>
    public int MaxForwards { get; init; } = 70;

    /// <summary>Further header fields, name and value; no CR or LF.</summary>
    public ImmutableArray<KeyValuePair<string, string>> ExtraHeaders { get; init; } = [];
}

/// <summary>An INVITE that arrived.</summary>
/// <param name="RequestUri">Whom it calls.</param>
/// <param name="From">Claimed caller.</param>
/// <param name="To">To header field; not used for routing.</param>
/// <param name="CallId">Call-ID.</param>
/// <param name="FromTag">The caller's tag.</param>
/// <param name="Sdp">The offer, or null for a late offer (MAPPING R-48).</param>
/// <param name="Source">Address the request came from: what trunks are known by.</param>
public sealed record IncomingInvite(
    SipUri RequestUri, NameAddr From, NameAddr To, string CallId, string FromTag, string? Sdp, IPEndPoint Source)
{
    /// <summary>P-Asserted-Identity values (RFC 3325): to be believed only from a trusted source.</summary>
    public ImmutableArray<NameAddr> AssertedIdentities { get; init; } = [];

    /// <summary>Tokens of the Privacy header field (RFC 3323), lower case.</summary>
    public ImmutableArray<string> Privacy { get; init; } = [];

    /// <summary>Max-Forwards after our decrement.</summary>
    public int MaxForwards { get; init; } = 69;

    /// <summary>Expires of the invitation, if stated.</summary>
    public TimeSpan? Expires { get; init; }

    /// <summary>Subject, as written; null without one.</summary>
    public string? Subject { get; init; }

    /// <summary>Transport it came by: udp, tcp, tls.</summary>
    public string Transport { get; init; } = "udp";
}
