using System.Collections.Immutable;
using Gateway.Mapping.Errors;
using Gateway.Mapping.Sessions;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Jingle;
using Gateway.Xmpp.Stanzas;
using static Gateway.Mapping.Calls.CallEffect;
using static Gateway.Mapping.Calls.CallEvent;
using static Gateway.Mapping.Calls.CallState;

namespace Gateway.Mapping.Calls;

/// <summary>
/// Rows that end a call. Whoever ends it, the other side is told in the way that fits its leg (<see cref="CallLegs"/>), with
/// the reason of MAPPING section 11, and the relay's ports are freed.
/// </summary>
public sealed partial record Call
{
    private static readonly JingleReasonInfo Lost = new(JingleReason.ConnectivityError);

    private Transition<Call, CallEffect>? OnEnd(CallEvent e) => (State, e) switch
    {
        // ---- CANCEL is out and the XMPP side is done. A 2xx that crossed it is a live dialog: end it (U-5).
        (Cancelling, SipAnswered) => Over(new SendBye(null)),
        (Cancelling, SipRefused or SipEnded or TimedOut(CallTimer.Cancel)) => Over(),
        (Idle or Cancelling, _) => null,

        // ---- The SIP side ended.
        (_, SipRefused r) when CallLegs.Sip(State) == SipLeg.OurInvite => SipIsGone(CallReasons.FromSip(r.Failure)),
        (_, SipCancelled c) when CallLegs.Sip(State) == SipLeg.TheirInvite => SipIsGone(CallReasons.FromCancel(c.Reason)),
        (_, SipEnded s) when CallLegs.Sip(State) is SipLeg.Dialog or SipLeg.TheirInvite => SipIsGone(CallReasons.FromBye(s.Cause, s.Reason)),

        // ---- The XMPP side ended. Both ends of a JMI session say finish.
        (_, SessionTerminated t) when CallLegs.Xmpp(State) == XmppLeg.Jingle => UserIsGone(t.Reason, FinishToo(t.Reason)),
        (_, Finished f) when CallLegs.Xmpp(State) is XmppLeg.Jingle or XmppLeg.TheirProceed => UserIsGone(f.Reason, TellUser(f.Reason)),
        (_, Retracted r) when CallLegs.Xmpp(State) == XmppLeg.TheirPropose => UserIsGone(r.Reason ?? new(JingleReason.Cancel)),
        (_, Retracted r) when CallLegs.Xmpp(State) is XmppLeg.TheirProceed or XmppLeg.Jingle => // J-24: it crossed our proceed
            UserIsGone(r.Reason ?? new(JingleReason.Cancel), TellUser(r.Reason ?? new(JingleReason.Cancel))),
        (_, RetractedForTieBreak) when CallLegs.Xmpp(State) == XmppLeg.TheirPropose => UserIsGone(new(JingleReason.Cancel)),
        (_, Rejected r) when CallLegs.Xmpp(State) is XmppLeg.OurPropose or XmppLeg.TheirPropose => UserIsGone(r.Reason ?? new(JingleReason.Decline)),
        (_, Rejected r) => UserIsGone(r.Reason ?? new(JingleReason.Decline), TellUser(r.Reason ?? new(JingleReason.Decline))),

        // E-5: she has moved, and her server says where.
        (Proposing or RingingUser, ProposeBounced { NewAddress: { } address, Error: { } error }) => Over([.. TellUser(new(JingleReason.Gone)),
            new RefuseInvite(error.Condition == StanzaErrorCondition.Gone ? 301 : 302) { Contact = address }]),

        // A message error names no device: 480 whatever the server said, or callers could probe who exists (J-16, N-47).
        (Proposing or RingingUser, ProposeBounced) => Both(new(JingleReason.Gone), 480, null),
        (_, JingleFailed) when CallLegs.Xmpp(State) == XmppLeg.Jingle => UserIsGone(Lost, FinishToo(Lost)), // J-11

        // ---- The gateway ends it.
        (_, MediaFailed { Fault: CallMediaFault.NotAcceptable } m) =>
            Both(m.Reason ?? new(JingleReason.IncompatibleParameters), 488, new SipReason("SIP", 488)),
        (_, MediaFailed { Fault: CallMediaFault.ConnectionLost }) => Both(Lost, 480, new SipReason("Q.850", 41)),
        (_, MediaFailed { Fault: CallMediaFault.NotAuthentic }) => Both(new(JingleReason.SecurityError), 488, new SipReason("SIP", 488)),
        (_, MediaFailed) => Both(new(JingleReason.GeneralError, "media relay unavailable"), 503, new SipReason("Q.850", 41)),
        (Active, SipReinviteRefused) => Both(new(JingleReason.IncompatibleParameters), 488, new SipReason("SIP", 488)),
        (Inviting or Ringing or EarlyProceeded or JingleInviting or JingleRinging or NegotiatingEarly or EarlyMedia or Proposing
            or RingingUser, TimedOut(CallTimer.Ring)) => NobodyCame(),
        (EarlyProceeded or Proceeded or Awaiting or Joining, TimedOut(CallTimer.Initiate)) => NobodyCame(), // J-21
        (OfferingUser or Initiated, TimedOut(CallTimer.Ring)) when !UsesMessageInitiation => NobodyCame(), // T-13
        (OfferingUser or Initiated, TimedOut(CallTimer.Accept)) => NobodyCame(), // J-30
        (Proposing or RingingUser, TimedOut(CallTimer.TieBreak)) when OurProposeLost => Both(new(JingleReason.Expired), 480, new SipReason("SIP", 408)),
        (AwaitingMigration, TimedOut(CallTimer.Migration)) => Both(Lost, 480, new SipReason("Q.850", 16)),
        (_, TimedOut(CallTimer.LinkGrace)) => Both(Lost, 480, new SipReason("Q.850", 41)),
        (_, HangUp) => Both(new(JingleReason.Gone), 480, new SipReason("Q.850", 16)),
        _ => null,
    };

    /// <summary>The SIP side is over: tell the user.</summary>
    private Transition<Call, CallEffect> SipIsGone(JingleReasonInfo reason) => Over(TellUser(reason));

    /// <summary>The user is gone: tell the SIP side why. <paramref name="tell"/> is what she still has to hear.</summary>
    private Transition<Call, CallEffect> UserIsGone(JingleReasonInfo? reason, params ImmutableArray<CallEffect> tell)
    {
        var refusal = (SipEnding.Refuse)CallReasons.ToSip(reason, CallPhase.Called);
        var bye = (SipEnding.Bye)CallReasons.ToSip(reason, CallPhase.Answered);
        return Close(tell, refusal.Status, refusal.Phrase, bye.Reason, reason?.Condition);
    }

    /// <summary>Both sides are there and both are told.</summary>
    private Transition<Call, CallEffect> Both(JingleReasonInfo told, int status, SipReason? reason) =>
        Close(TellUser(told), status, null, reason, told.Condition);

    private Transition<Call, CallEffect> NobodyCame() => Both(new(JingleReason.Timeout), 480, new SipReason("SIP", 408));

    private Transition<Call, CallEffect> Close(
        ImmutableArray<CallEffect> tell, int status, string? phrase, SipReason? reason, JingleReason? condition) =>
        CallLegs.Sip(State) switch
        {
            SipLeg.OurInvite => To(Cancelling, [.. tell, new CancelInvite(), new StartTimer(CallTimer.Cancel)]),
            SipLeg.TheirInvite => Over([.. tell, new RefuseInvite(status, phrase, reason)
            {
                Warning = status == 488 ? CallWarnings.Of(condition) : null,
            }]),
            SipLeg.Dialog => Over([.. tell, new SendBye(reason)]),
            _ => Over(tell),
        };

    private Transition<Call, CallEffect> Over(params ImmutableArray<CallEffect> todo) => To(Ended, [.. todo, new ReleaseMedia()]);

    private ImmutableArray<CallEffect> TellUser(JingleReasonInfo? reason)
    {
        var why = reason ?? new JingleReasonInfo(JingleReason.Success);
        return CallLegs.Xmpp(State) switch
        {
            XmppLeg.TheirPropose => [new SendReject(why)],
            XmppLeg.TheirProceed => [new SendFinish(why)],
            XmppLeg.OurPropose => UsesMessageInitiation ? [new SendRetract(why)] : [],
            XmppLeg.Jingle => [new SendSessionTerminate(why), .. FinishToo(why)],
            _ => [],
        };
    }

    private ImmutableArray<CallEffect> FinishToo(JingleReasonInfo? reason) =>
        UsesMessageInitiation ? [new SendFinish(reason ?? new JingleReasonInfo(JingleReason.Success))] : [];
}
