using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Policy;
using Gateway.Mapping.State;
using Gateway.Sip.Messages;
using Gateway.Sip.Msrp;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Component;

namespace Gateway.Mapping.Chats;

/// <summary>The two sides of a chat session and how each is addressed; fixed for its life.</summary>
/// <param name="SessionId">Our own id, for logs and the operator.</param>
/// <param name="User">Bare JID of the XMPP user.</param>
/// <param name="Contact">Full JID under which the SIP side appears to her: exactly the localpart that she addressed .</param>
/// <param name="ContactKey">Canonical JID of the SIP side.</param>
/// <param name="Thread">Thread of the session; null while the user's client uses none.</param>
/// <param name="CallId">Call-ID of the dialog.</param>
internal sealed record ChatParties(string SessionId, Jid User, Jid Contact, Jid ContactKey, string? Thread, string CallId)
{
    /// <summary>Where the INVITE goes; of sessions to SIP.</summary>
    public SipTarget? Target { get; init; }

    /// <summary>Her SIP identity in From; of sessions to SIP.</summary>
    public NameAddr? UserIdentity { get; init; }

    /// <summary>What the SIP user asked; of sessions to XMPP.</summary>
    public IncomingInvite? Invite { get; init; }

    /// <summary>Text for people that goes with the invitation: the form's reason, or the Subject (F-5, F-6).</summary>
    public string? Reason { get; init; }

    /// <summary>Who the SIP side truly is; null when it is withheld. What a wrapper claims is measured against it.</summary>
    public SipUri? SipIdentity { get; init; }

    /// <summary>Our URI as the SIP side knows it: To of what it wraps.</summary>
    public SipUri? UserUri { get; init; }

    /// <summary>Name of the thread in the table, also where the client uses none.</summary>
    public required string TableThread { get; init; }

    /// <summary>Its place among the sessions that one caller may have; given back at the end.</summary>
    public CallPermit? Permit { get; init; }
}

/// <summary>What every chat session of the process shares.</summary>
internal sealed record ChatSurroundings(
    MappingOptions Mapping,
    IXmppLink Link,
    ISipUserAgent UserAgent,
    IMsrpEndpoint Msrp,
    IThreadTable Threads,
    NewAddresses NewAddresses,
    DeviceNames Devices,
    ChatDirectory Directory,
    ChatMetrics Metrics,
    ChatLog Log,
    TimeProvider Time)
{
    /// <summary>Options of chat sessions.</summary>
    public ChatOptions Options => Mapping.Chats;

    /// <summary>The way to a path that can be described.</summary>
    public ChatPath Path { get; } = new(Time);
}
