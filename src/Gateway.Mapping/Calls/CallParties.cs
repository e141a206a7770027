using System.Collections.Immutable;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Policy;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Calls;

/// <summary>Who called whom.</summary>
internal enum CallDirection
{
    /// <summary>An XMPP user called a SIP address.</summary>
    ToSip,

    /// <summary>A SIP phone called an XMPP user.</summary>
    ToXmpp,
}

/// <summary>The two sides of a call and how each is addressed; fixed for its life.</summary>
/// <param name="SessionId">Our own id, for logs and the operator.</param>
/// <param name="Direction">Who called.</param>
/// <param name="User">Bare JID of the XMPP user.</param>
/// <param name="Contact">Full JID under which the SIP side appears to her: exactly the localpart that she addressed.</param>
/// <param name="ContactKey">Canonical name of the SIP side: one SIP user has several JIDs .</param>
/// <param name="RingTimeout">How long the called side may ring.</param>
internal sealed record CallParties(
    string SessionId, CallDirection Direction, Jid User, Jid Contact, string ContactKey, TimeSpan RingTimeout)
{
    /// <summary>Where the INVITE goes; of calls to SIP.</summary>
    public SipTarget? Target { get; init; }

    /// <summary>Her SIP identity in From; of calls to SIP.</summary>
    public NameAddr? UserIdentity { get; init; }

    /// <summary>The Call-ID to use; of calls to SIP.</summary>
    public string? CallId { get; init; }

    /// <summary>What the phone asked; of calls to XMPP.</summary>
    public IncomingInvite? Invite { get; init; }

    /// <summary>The device that the phone asked for, if it did; of calls to XMPP.</summary>
    public Jid? Asked { get; init; }

    /// <summary>Name to show for the SIP caller (XEP-0172); of calls to XMPP.</summary>
    public string? CallerName { get; init; }

    /// <summary>Id of the stanza that proposed, when it asked for a delivery receipt (XEP-0184).</summary>
    public string? ReceiptFor { get; init; }

    /// <summary>Kinds of media of the call, in the order of whoever called: audio, and video where the trunk takes it.</summary>
    public ImmutableArray<string> Media { get; init; } = ["audio"];

    /// <summary>Whether video is carried.</summary>
    public bool HasVideo => Media.Contains("video");

    /// <summary>Her or his place among the calls that one caller may have; given back at the end.</summary>
    public CallPermit? Permit { get; init; }
}
