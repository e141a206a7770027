using Gateway.Mapping.Addresses;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Jingle;
using Gateway.Xmpp.JingleMessage;

namespace Gateway.Mapping.Calls;

/// <summary>What a call wants done. A closed set; the shell carries each out without waiting for a peer.</summary>
public abstract record CallEffect
{
    private CallEffect()
    {
    }

    // ---- XMPP: Jingle Message Initiation.

    /// <summary>propose to the user's bare JID, with directed presence before it (J-3, J-7).</summary>
    public sealed record SendPropose : CallEffect;

    /// <summary>ringing, and the delivery receipt that the propose asked for.</summary>
    public sealed record SendRinging : CallEffect;

    /// <summary>proceed, or accept in :1.</summary>
    public sealed record SendProceed : CallEffect;

    /// <summary>reject of the user's propose.</summary>
    public sealed record SendReject(JingleReasonInfo Reason) : CallEffect;

    /// <summary>reject of a propose that lost the tie-break against ours (J-42).</summary>
    public sealed record SendTieBreakReject(string Id, Jid Device, JingleMessageNamespace Namespace) : CallEffect;

    /// <summary>retract of our propose.</summary>
    public sealed record SendRetract(JingleReasonInfo Reason) : CallEffect;

    /// <summary>retract of our propose, which lost the tie-break (J-41).</summary>
    public sealed record SendTieBreakRetract(string Id) : CallEffect;

    /// <summary>retract to one device that was too late (J-32).</summary>
    public sealed record SendRetractTo(Jid Device) : CallEffect;

    /// <summary>finish.</summary>
    public sealed record SendFinish(JingleReasonInfo Reason) : CallEffect;

    /// <summary>finish of the id that a migration ends (J-50).</summary>
    public sealed record SendMigratedFinish(string OldId, Jid OldDevice, JingleMessageNamespace Namespace, string NewId) : CallEffect;

    // ---- XMPP: Jingle.

    /// <summary>session-initiate with the relay's offer.</summary>
    public sealed record SendSessionInitiate : CallEffect;

    /// <summary>session-accept with the relay's answer.</summary>
    public sealed record SendSessionAccept : CallEffect;

    /// <summary>session-terminate.</summary>
    public sealed record SendSessionTerminate(JingleReasonInfo Reason) : CallEffect;

    /// <summary>A digit of the phone as session-info (XEP-0181), if the client takes no telephone-event.</summary>
    public sealed record TellDigit(char Key, TimeSpan Duration) : CallEffect
    {
        /// <inheritdoc/>
        public override string ToString() => nameof(TellDigit);
    }

    /// <summary>A digit that the phone sent in INFO, to the client: as telephone-event if it takes that, else as session-info.</summary>
    public sealed record PassDigit(char Key, TimeSpan Duration) : CallEffect
    {
        /// <inheritdoc/>
        public override string ToString() => nameof(PassDigit);
    }

    /// <summary>session-terminate of the session that a migration ends.</summary>
    public sealed record SendMigratedTerminate(string OldId, Jid OldDevice) : CallEffect;

    /// <summary>session-info: ringing, hold, unhold, or the empty one that asks whether the client still lives.</summary>
    public sealed record SendSessionInfo(CallInfo Info) : CallEffect;

    /// <summary>transport-info with fresh ICE credentials and candidates.</summary>
    public sealed record SendTransportInfo : CallEffect;

    // ---- SIP.

    /// <summary>INVITE with the relay's offer.</summary>
    public sealed record SendInvite : CallEffect;

    /// <summary>The INVITE once more, to where the phone redirected it; the refused one is over.</summary>
    public sealed record FollowRedirection(SipTarget Target) : CallEffect;

    /// <summary>CANCEL, which the stack holds until a provisional response.</summary>
    public sealed record CancelInvite : CallEffect;

    /// <summary>CANCEL our INVITE and forget the leg; a 2xx that crosses is ended by BYE at once.</summary>
    public sealed record AbandonInvite : CallEffect;

    /// <summary>180.</summary>
    public sealed record SendSipRinging : CallEffect;

    /// <summary>200 with the relay's description.</summary>
    public sealed record SendSipAnswer : CallEffect;

    /// <summary>Final refusal of the phone's INVITE.</summary>
    public sealed record RefuseInvite(int Status, string? Phrase = null, SipReason? Reason = null) : CallEffect
    {
        /// <summary>The new address of 301 and 302 (E-5).</summary>
        public SipUri? Contact { get; init; }

        /// <summary>What a 488 is about (RFC 3261 section 20.43).</summary>
        public SipWarning? Warning { get; init; }
    }

    /// <summary>BYE.</summary>
    public sealed record SendBye(SipReason? Reason) : CallEffect;

    /// <summary>re-INVITE with the description now in force, its direction set by both holds.</summary>
    public sealed record SendReinvite : CallEffect;

    /// <summary>200 to the phone's re-INVITE.</summary>
    public sealed record AcceptReinvite : CallEffect;

    /// <summary>200 to the phone's re-INVITE without a description: our offer, as if the call were new (RFC 3261 section 14.2).</summary>
    public sealed record OfferInReinvite : CallEffect;

    /// <summary>Refusal of the phone's re-INVITE. <paramref name="Warning"/>: what a 488 is about (RFC 3261 section 20.43).</summary>
    public sealed record RefuseReinvite(int Status, SipWarning? Warning = null) : CallEffect;

    /// <summary>From now on the incoming INVITE of a crossing call is our SIP side (J-41).</summary>
    public sealed record AdoptCrossedInvite(ISipCall Call) : CallEffect;

    // ---- Media relay.

    /// <summary>Make the INVITE's offer: from the client's session-initiate when there is one, else the gateway's own.</summary>
    public sealed record PrepareInviteOffer : CallEffect;

    /// <summary>Make session-initiate's offer out of the phone's.</summary>
    public sealed record PrepareJingleOffer : CallEffect;

    /// <summary>Make session-accept out of the phone's newest description and the client's offer.</summary>
    public sealed record PrepareJingleAnswer : CallEffect;

    /// <summary>Make the 200's description out of session-accept.</summary>
    public sealed record PrepareSipAnswer : CallEffect;

    /// <summary>Both sides offered (J-41): make session-accept and the 200's description.</summary>
    public sealed record PrepareJoin : CallEffect;

    /// <summary>Take the phone's changed offer.</summary>
    public sealed record PrepareReoffer : CallEffect;

    /// <summary>Tell the relay what the phone now says, nothing else changes (late answer in ACK, 2xx after early media,
    /// answer to our re-INVITE).</summary>
    public sealed record UpdateSipMedia : CallEffect;

    /// <summary>The phone hears a key of the user's: as telephone-event, or in INFO when it takes none .</summary>
    public sealed record PlayDigit(char Key, TimeSpan Duration) : CallEffect
    {
        /// <inheritdoc/>
        public override string ToString() => nameof(PlayDigit);
    }

    /// <summary>Candidates of the client, or its ICE restart.</summary>
    public sealed record AddCandidates(JingleElement Info) : CallEffect;

    /// <summary>Look at the packet counters.</summary>
    public sealed record CheckMedia : CallEffect;

    /// <summary>Free the relay's ports.</summary>
    public sealed record ReleaseMedia : CallEffect;

    // ---- Timers.

    /// <summary>Arms a timer, replacing a running one of its kind.</summary>
    public sealed record StartTimer(CallTimer Timer) : CallEffect;

    /// <summary>Stops a timer, if it runs.</summary>
    public sealed record StopTimer(CallTimer Timer) : CallEffect;
}

/// <summary>Payloads of session-info that a call sends.</summary>
public enum CallInfo
{
    /// <summary>The phone rings.</summary>
    Ringing,

    /// <summary>The phone holds the call.</summary>
    Hold,

    /// <summary>It does no longer.</summary>
    Unhold,

    /// <summary>Nothing: XEP-0166 section 6.8, a question whether the session lives.</summary>
    Ping,
}
