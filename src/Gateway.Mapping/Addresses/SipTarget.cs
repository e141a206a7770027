using Gateway.Mapping.Configuration;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;

namespace Gateway.Mapping.Addresses;

/// <summary>Where a JID at the gateway leads: what an INVITE needs to know.</summary>
/// <param name="RequestUri">Request-URI, and the To URI.</param>
/// <param name="Trunk">The peer that takes the request; null when the host of <paramref name="RequestUri"/> is resolved as
/// RFC 3263 says.</param>
public sealed record SipTarget(SipUri RequestUri, Trunk? Trunk)
{
    /// <summary>Outbound proxy; null: the Request-URI.</summary>
    public SipUri? NextHop => Trunk?.Uri;

    /// <summary>Name of the trunk, for logs; null without one.</summary>
    public string? TrunkName => Trunk?.Name;

    /// <summary>What answers challenges.</summary>
    public SipCredentials? Credentials => Trunk?.Credentials;

    /// <summary>The trunk's own answer policy, if it has one.</summary>
    public AnswerPolicy? Answer => Trunk?.Options.Answer;

    /// <summary>The To header field, without tag.</summary>
    public NameAddr To => new(null, RequestUri);
}
