using Gateway.Mapping.Addresses;
using Gateway.Media.Relay;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Jingle;
using Gateway.Xmpp.JingleMessage;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Calls;

/// <summary>
/// What can happen to a call. A closed set. Session descriptions do not travel here: the shell keeps the newest of each
/// side and events only say that one came.
/// </summary>
public abstract record CallEvent
{
    private CallEvent()
    {
    }

    // ---- XMPP: Jingle Message Initiation.

    /// <summary>The user proposes a call to the SIP address. <paramref name="InviteFirst"/> is false for policy early.</summary>
    public sealed record Proposed(bool InviteFirst) : CallEvent;

    /// <summary>A device of the user rings (ringing, session-info ringing, or a receipt for our propose).</summary>
    public sealed record DeviceRinging : CallEvent;

    /// <summary>A device of the user that has Jingle for audio showed itself (T-13).</summary>
    public sealed record DeviceShown(Jid Device, bool SpeaksMessageInitiation) : CallEvent;

    /// <summary>A device took the call (proceed, or accept in :1).</summary>
    public sealed record DeviceProceeded(Jid Device, JingleMessageNamespace Namespace) : CallEvent;

    /// <summary>The user refused; any device's word counts (MAPPING 9.3).</summary>
    public sealed record Rejected(JingleReasonInfo? Reason) : CallEvent;

    /// <summary>The user's client rejected our propose because its own wins (J-44): not a refusal.</summary>
    public sealed record RejectedForTieBreak : CallEvent;

    /// <summary>The user took her propose back.</summary>
    public sealed record Retracted(JingleReasonInfo? Reason) : CallEvent;

    /// <summary>The user's client withdrew her propose because ours wins (J-45).</summary>
    public sealed record RetractedForTieBreak : CallEvent;

    /// <summary>finish; <paramref name="MigratedTo"/>: the id under which the client goes on (J-55).</summary>
    public sealed record Finished(JingleReasonInfo? Reason, string? MigratedTo) : CallEvent;

    /// <summary>The server returned our propose as undeliverable (J-16).</summary>
    public sealed record ProposeBounced(StanzaError? Error) : CallEvent
    {
        /// <summary>The address that she has now, where her server names one that the caller may know (E-5, E-7).</summary>
        public SipUri? NewAddress { get; init; }
    }

    /// <summary>The user proposes a call to the very address that is calling her (J-40).</summary>
    public sealed record ProposeCrossed(string Id, Jid Device, JingleMessageNamespace Namespace) : CallEvent;

    /// <summary>The user proposes anew although a call with that address runs: another device takes it over (J-50).</summary>
    public sealed record MigrationProposed(string Id, Jid Device, JingleMessageNamespace Namespace) : CallEvent;

    // ---- XMPP: Jingle.

    /// <summary>session-initiate. The shell keeps its description.</summary>
    public sealed record SessionInitiated(Jid Device) : CallEvent;

    /// <summary>session-accept.</summary>
    public sealed record SessionAccepted : CallEvent;

    /// <summary>session-terminate.</summary>
    public sealed record SessionTerminated(JingleReasonInfo? Reason) : CallEvent;

    /// <summary>transport-info: candidates, or an ICE restart.</summary>
    public sealed record CandidatesReceived(JingleElement Info) : CallEvent;

    /// <summary>session-info hold (true), unhold or active (false).</summary>
    public sealed record UserHold(bool IsHeld) : CallEvent;

    /// <summary>A Jingle request of ours failed in a way that ends the session: refused, or never answered.</summary>
    public sealed record JingleFailed(StanzaError? Error) : CallEvent;

    // ---- SIP.

    /// <summary>An INVITE for the user; the propose goes out.</summary>
    public sealed record InviteReceived : CallEvent
    {
        /// <summary>The user is asked for temporary presence, and has a moment to show her devices (T-13).</summary>
        public bool AsksForPresence { get; init; }
    }

    /// <summary>The called SIP address is calling the user at this moment (J-41 seen from the other order).</summary>
    public sealed record InviteCrossed(ISipCall Call) : CallEvent;

    /// <summary>100 or higher arrived: the peer is alive.</summary>
    public sealed record SipTrying : CallEvent;

    /// <summary>180.</summary>
    public sealed record SipRinging(bool HasDescription) : CallEvent;

    /// <summary>Another provisional response.</summary>
    public sealed record SipProgress(bool HasDescription) : CallEvent;

    /// <summary>2xx, acknowledged by the stack.</summary>
    public sealed record SipAnswered : CallEvent;

    /// <summary>Final failure of our INVITE.</summary>
    /// <param name="Failure">What the phone said, or the stack for it.</param>
    /// <param name="Elsewhere">Where a 3xx leads, if the call may be placed there; null when it ends here.</param>
    public sealed record SipRefused(SipFailure Failure, SipTarget? Elsewhere = null) : CallEvent;

    /// <summary>The SIP caller cancelled.</summary>
    public sealed record SipCancelled(SipReason? Reason) : CallEvent;

    /// <summary>
    /// ACK of our 200; with the answer of a late offer, or without. <paramref name="IsHeld"/>: that answer holds the call.
    /// </summary>
    public sealed record SipAcknowledged(bool HasDescription, bool IsHeld = false) : CallEvent;

    /// <summary>The dialog ended without our doing.</summary>
    public sealed record SipEnded(SipEndCause Cause, SipReason? Reason) : CallEvent;

    /// <summary>re-INVITE or UPDATE; without a description it asks for our offer.</summary>
    public sealed record SipReinvited(bool HasDescription) : CallEvent;

    /// <summary>Our re-INVITE was answered.</summary>
    public sealed record SipReinviteAnswered : CallEvent;

    /// <summary>Our re-INVITE was refused; the old parameters hold.</summary>
    public sealed record SipReinviteRefused(int Status) : CallEvent;

    /// <summary>An INVITE with Replaces takes over the SIP side (J-54).</summary>
    public sealed record SipReplaced : CallEvent;

    // ---- Media relay.

    /// <summary>The offer that was asked for is there: for the INVITE, or for session-initiate.</summary>
    public sealed record OfferReady : CallEvent;

    /// <summary>session-accept can be sent. <paramref name="NeedsReinvite"/>: the SIP side has to learn other codecs.</summary>
    public sealed record AcceptReady(bool NeedsReinvite) : CallEvent;

    /// <summary>The description for our 200 is there.</summary>
    public sealed record AnswerReady : CallEvent;

    /// <summary>The answer to the phone's re-INVITE is there; <paramref name="IsHeld"/>: the phone holds the call.</summary>
    public sealed record ReofferReady(bool IsHeld) : CallEvent;

    /// <summary>The phone's re-INVITE offers nothing that can be carried.</summary>
    public sealed record ReofferFailed(MediaFault Fault) : CallEvent
    {
        /// <summary>What is missing in it.</summary>
        public SipWarning? Warning { get; init; }
    }

    /// <summary>Fresh ICE credentials for a client that restarted ICE.</summary>
    public sealed record RestartReady : CallEvent;

    /// <summary>The relay cannot do what the call needs.</summary>
    public sealed record MediaFailed(CallMediaFault Fault) : CallEvent
    {
        /// <summary>What the user's client is told of a description that is not acceptable; null: incompatible-parameters.</summary>
        public JingleReasonInfo? Reason { get; init; }
    }

    /// <summary>No packet came from one side for long.</summary>
    public sealed record MediaSilent(bool FromUser) : CallEvent;

    /// <summary>The user pressed a key in her client (XEP-0181), or typed it to the called address. A digit is a secret.</summary>
    public sealed record KeyPressed(char Key, TimeSpan Duration) : CallEvent
    {
        /// <inheritdoc/>
        public override string ToString() => nameof(KeyPressed);
    }

    /// <summary>The phone sent a digit as telephone-event.</summary>
    public sealed record DigitHeard(char Key, TimeSpan Duration) : CallEvent
    {
        /// <inheritdoc/>
        public override string ToString() => nameof(DigitHeard);
    }

    /// <summary>The phone sent a digit in INFO: no packet tells the client of it.</summary>
    public sealed record DigitSignalled(char Key, TimeSpan Duration) : CallEvent
    {
        /// <inheritdoc/>
        public override string ToString() => nameof(DigitSignalled);
    }

    // ---- Everything else.

    /// <summary>A timer ran out.</summary>
    public sealed record TimedOut(CallTimer Timer) : CallEvent;

    /// <summary>The link to the XMPP server is gone.</summary>
    public sealed record LinkLost : CallEvent;

    /// <summary>It is back.</summary>
    public sealed record LinkRestored : CallEvent;

    /// <summary>An operator, or the end of a drain, ends the call.</summary>
    public sealed record HangUp : CallEvent;
}

/// <summary>What a media fault means for the peers.</summary>
public enum CallMediaFault
{
    /// <summary>The relay is down or full: 503 on one side, connectivity-error on the other.</summary>
    RelayUnavailable,

    /// <summary>The two sides share no codec, or a description is unusable: 488 and incompatible-parameters.</summary>
    NotAcceptable,

    /// <summary>No packet reaches a side any more, or none ever did (RFC 7675, RFC 8445): connectivity-error.</summary>
    ConnectionLost,

    /// <summary>Who answered with media is not who signalled: security-error.</summary>
    NotAuthentic,
}
