using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Chats;

/// <summary>What happens to a chat session. A closed set.</summary>
public abstract record ChatEvent
{
    private ChatEvent()
    {
    }

    // ---- The XMPP user.

    /// <summary>Proposes a negotiated session.</summary>
    public sealed record UserOffers(ChatOffer Offer) : ChatEvent;

    /// <summary>Writes; there is no session yet.</summary>
    public sealed record UserWrites : ChatEvent;

    /// <summary>Says yes to our form, on these terms.</summary>
    public sealed record UserAccepts(Jid Device, ChatTerms Granted) : ChatEvent;

    /// <summary>Says no.</summary>
    public sealed record UserDeclines(Jid Device, string? Reason) : ChatEvent;

    /// <summary>1.2: agrees to what came out, or not.</summary>
    public sealed record UserConfirms(bool Confirms) : ChatEvent;

    /// <summary>Wishes other parameters.</summary>
    public sealed record UserRenegotiates(ChatOffer Offer) : ChatEvent;

    /// <summary>Agrees to the phone's other parameters, or not.</summary>
    public sealed record UserSettles(bool Agrees, ChatTerms Granted) : ChatEvent;

    /// <summary>Goes on with another of her resources.</summary>
    public sealed record UserMoves(string? Id, Jid Device) : ChatEvent;

    /// <summary>Ends the negotiated session.</summary>
    public sealed record UserTerminates(string? Id, string? Reason) : ChatEvent;

    /// <summary>Has left the chat: the chat state gone.</summary>
    public sealed record UserLeaves : ChatEvent;

    /// <summary>Her device became unavailable.</summary>
    public sealed record UserUnavailable : ChatEvent;

    /// <summary>It is back, or speaks again.</summary>
    public sealed record UserAvailable : ChatEvent;

    /// <summary>A form of ours came back. <paramref name="ByDevice"/>: from a full JID, so not from her server.</summary>
    public sealed record FormBounced(StanzaErrorCondition Condition, bool ByDevice) : ChatEvent
    {
        /// <summary>The error names formats that her client does not take (N-13, S-3).</summary>
        public bool NamesFormats { get; init; }

        /// <summary>The address that she has now, where one is named that the caller may know (E-5, E-7).</summary>
        public SipUri? NewAddress { get; init; }
    }

    // ---- The SIP side.

    /// <summary>INVITE. <paramref name="Negotiate"/>: she is asked first.</summary>
    public sealed record InviteReceived(bool Negotiate, ChatTerms Taken) : ChatEvent;

    /// <summary>200 to our INVITE; what the phone takes.</summary>
    public sealed record SipAnswered(ChatTerms Taken) : ChatEvent;

    /// <summary>200 to our INVITE or re-INVITE, with a description that no session can be made of.</summary>
    public sealed record SipAnswerUnusable : ChatEvent;

    /// <summary>Our INVITE was refused.</summary>
    public sealed record SipRefused(SipFailure Failure) : ChatEvent
    {
        /// <summary>Where the SIP user has moved, by a 301 or 302, where the user may follow (E-5, E-7).</summary>
        public Jid? NewAddress { get; init; }
    }

    /// <summary>The caller took its INVITE back.</summary>
    public sealed record SipCancelled(SipReason? Reason) : ChatEvent;

    /// <summary>ACK to our 200.</summary>
    public sealed record SipAcknowledged : ChatEvent;

    /// <summary>The dialog is over.</summary>
    public sealed record SipEnded(SipEndCause Cause, SipReason? Reason) : ChatEvent;

    /// <summary>re-INVITE that changes nothing a user would know of: a refresh, a new path.</summary>
    public sealed record SipRefreshes : ChatEvent;

    /// <summary>re-INVITE with other media types.</summary>
    public sealed record SipReoffers(ChatTerms Taken) : ChatEvent;

    /// <summary>re-INVITE that no session can be made of.</summary>
    public sealed record SipReoffersNothing : ChatEvent;

    /// <summary>200 to our re-INVITE.</summary>
    public sealed record SipReinviteAnswered(ChatTerms Taken) : ChatEvent;

    /// <summary>Our re-INVITE failed.</summary>
    public sealed record SipReinviteRefused(int Status) : ChatEvent;

    /// <summary>Another INVITE wants to take the place of this one (RFC 3891).</summary>
    public sealed record SipReplaced(ISipCall NewCall) : ChatEvent;

    // ---- The messages.

    /// <summary>Something was said, in either direction.</summary>
    public sealed record Spoken : ChatEvent;

    /// <summary>The MSRP connection is gone. <paramref name="IsTrusted"/>: a new one is worth a try.</summary>
    public sealed record ConnectionLost(bool IsTrusted) : ChatEvent;

    /// <summary>The description has to be exchanged anew, though the connection holds: a relay's grant runs out (RFC 4976).</summary>
    public sealed record ReofferNeeded : ChatEvent;

    // ---- The gateway.

    /// <summary>A timer fired.</summary>
    public sealed record TimedOut(ChatTimer Timer) : ChatEvent;

    /// <summary>The operator, a drain or a fault of ours ends it.</summary>
    public sealed record HangUp : ChatEvent;
}
