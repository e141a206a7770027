using System.Collections.Immutable;
using System.Net;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Addresses;

/// <summary>What a SIP request says of who sent it; believed or not by where it came from.</summary>
/// <param name="From">The From header field: a claim (MAPPING U-46).</param>
/// <param name="Source">Address the request came from.</param>
public sealed record SipCallerClaim(NameAddr From, IPAddress Source)
{
    /// <summary>P-Asserted-Identity (RFC 3325).</summary>
    public ImmutableArray<NameAddr> AssertedIdentities { get; init; } = [];

    /// <summary>Tokens of Privacy (RFC 3323), lower case.</summary>
    public ImmutableArray<string> Privacy { get; init; } = [];

    /// <summary>The claim of an INVITE.</summary>
    public static SipCallerClaim Of(IncomingInvite invite)
    {
        ArgumentNullException.ThrowIfNull(invite);
        return new SipCallerClaim(invite.From, invite.Source.Address)
        {
            AssertedIdentities = invite.AssertedIdentities,
            Privacy = invite.Privacy,
        };
    }
}

/// <summary>A SIP caller as XMPP users see it.</summary>
/// <param name="Jid">Bare JID at the gateway.</param>
/// <param name="DisplayName">Name to show, cleaned; null when none was given.</param>
/// <param name="Uri">The identity in SIP; null when it is withheld.</param>
/// <param name="Trunk">The trunk that vouches for it; null for a source that is no trunk's.</param>
public sealed record SipCaller(Jid Jid, string? DisplayName, SipUri? Uri, Trunk? Trunk)
{
    /// <summary>The caller withheld its identity; the JID is of this call only (MAPPING A-18).</summary>
    public bool IsAnonymous => Uri is null;
}
