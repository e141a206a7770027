using Gateway.Mapping.Sessions;
using static Gateway.Mapping.Calls.CallEffect;
using static Gateway.Mapping.Calls.CallEvent;
using static Gateway.Mapping.Calls.CallState;

namespace Gateway.Mapping.Calls;

/// <summary>Rows of a call from an XMPP user to a SIP address, until both talk (MAPPING 9.2).</summary>
public sealed partial record Call
{
    private Transition<Call, CallEffect>? OnCallToSip(CallEvent e) => (State, e) switch
    {
        // ---- How it begins.
        (Idle, Proposed { InviteFirst: true }) => To(Preparing, new PrepareInviteOffer()),
        (Idle, Proposed { InviteFirst: false }) => To(Awaiting, new SendProceed(), new StartTimer(CallTimer.Initiate)),
        (Idle, SessionInitiated d) =>
            (this with { Device = d.Device, UsesMessageInitiation = false }).To(Offering, new PrepareInviteOffer()), // J-22
        (Awaiting, SessionInitiated d) => (this with { Device = d.Device })
            .To(Offering, new StopTimer(CallTimer.Initiate), new PrepareInviteOffer()),

        // A client that does not wait for proceed (J-23): its session is simply earlier than ours would have been.
        (Preparing, SessionInitiated d) => (this with { Device = d.Device }).To(Offering),
        (Inviting, SessionInitiated d) => (this with { Device = d.Device }).To(JingleInviting),
        (Ringing, SessionInitiated d) => (this with { Device = d.Device }).To(JingleRinging, new SendSessionInfo(CallInfo.Ringing)),

        // ---- INVITE.
        (Preparing, OfferReady) => To(Inviting, new SendInvite(), new StartTimer(CallTimer.Ring)),
        (Offering, OfferReady) => To(JingleInviting, new SendInvite(), new StartTimer(CallTimer.Ring)),
        (Inviting or JingleInviting, SipTrying) => Stay(new StartTimer(CallTimer.RingingFallback)),

        // ---- 3xx: the phone is elsewhere (J-26). The user's client hears nothing of it.
        (Inviting or Ringing or JingleInviting or JingleRinging, SipRefused { Elsewhere: { } target }) => Stay(new FollowRedirection(target)),

        // ---- Ringing: on a true 180 (J-8), or after 100 and a time that the operator set (clients that give up early).
        (Inviting, SipRinging { HasDescription: true }) when EarlyMediaTakesCall => To(EarlyProceeded,
            new StopTimer(CallTimer.RingingFallback), new SendRinging(), new SendProceed(), new StartTimer(CallTimer.Initiate)),
        (Inviting, SipRinging) => To(Ringing, new StopTimer(CallTimer.RingingFallback), new SendRinging()),
        (Inviting, TimedOut(CallTimer.RingingFallback)) => To(Ringing, new SendRinging()),
        (JingleInviting, SipRinging { HasDescription: true }) when EarlyMediaTakesCall => To(NegotiatingEarly,
            new StopTimer(CallTimer.RingingFallback), new SendSessionInfo(CallInfo.Ringing), new PrepareJingleAnswer()),
        (JingleInviting, SipRinging) =>
            To(JingleRinging, new StopTimer(CallTimer.RingingFallback), new SendSessionInfo(CallInfo.Ringing)),
        (JingleInviting, TimedOut(CallTimer.RingingFallback)) => To(JingleRinging, new SendSessionInfo(CallInfo.Ringing)),

        // ---- Early media (J-20, R-42, R-43).
        (Inviting, SipProgress { HasDescription: true }) when EarlyMediaTakesCall => To(EarlyProceeded,
            new StopTimer(CallTimer.RingingFallback), new SendProceed(), new StartTimer(CallTimer.Initiate)),
        (Ringing, SipProgress { HasDescription: true } or SipRinging { HasDescription: true }) when EarlyMediaTakesCall =>
            To(EarlyProceeded, new SendProceed(), new StartTimer(CallTimer.Initiate)),
        (JingleInviting, SipProgress { HasDescription: true }) when EarlyMediaTakesCall =>
            To(NegotiatingEarly, new StopTimer(CallTimer.RingingFallback), new PrepareJingleAnswer()),
        (JingleRinging, SipProgress { HasDescription: true } or SipRinging { HasDescription: true }) when EarlyMediaTakesCall =>
            To(NegotiatingEarly, new PrepareJingleAnswer()),
        (EarlyProceeded, SessionInitiated d) => (this with { Device = d.Device })
            .To(NegotiatingEarly, new StopTimer(CallTimer.Initiate), new PrepareJingleAnswer()),
        (NegotiatingEarly, AcceptReady r) => (this with { ReinviteDue = ReinviteDue || r.NeedsReinvite, ReinviteIsVital = r.NeedsReinvite })
            .To(EarlyMedia, new SendSessionAccept()),

        // ---- Answered.
        (Inviting or Ringing, SipAnswered) => To(Proceeded, new StopTimer(CallTimer.Ring),
            new StopTimer(CallTimer.RingingFallback), new SendProceed(), new StartTimer(CallTimer.Initiate)),
        (EarlyProceeded, SipAnswered) => To(Proceeded, new StopTimer(CallTimer.Ring)),
        (JingleInviting or JingleRinging, SipAnswered) => To(Negotiating, new StopTimer(CallTimer.Ring),
            new StopTimer(CallTimer.RingingFallback), new PrepareJingleAnswer()),
        (NegotiatingEarly, SipAnswered) => To(Negotiating, new StopTimer(CallTimer.Ring)),
        (Proceeded, SessionInitiated d) => (this with { Device = d.Device })
            .To(Negotiating, new StopTimer(CallTimer.Initiate), new PrepareJingleAnswer()),
        (Negotiating, AcceptReady r) => (this with { ReinviteDue = ReinviteDue || r.NeedsReinvite, ReinviteIsVital = r.NeedsReinvite })
            .Talk(new SendSessionAccept()),
        (EarlyMedia, SipAnswered) => Talk(new StopTimer(CallTimer.Ring)),

        // ---- Both call each other: the phone's INVITE takes the place of ours (J-41).
        (Preparing, InviteCrossed c) => To(Joining, new AdoptCrossedInvite(c.Call), new SendProceed(), new StartTimer(CallTimer.Initiate)),
        (Inviting or Ringing, InviteCrossed c) => To(Joining, new AbandonInvite(), new AdoptCrossedInvite(c.Call),
            new StopTimer(CallTimer.Ring), new StopTimer(CallTimer.RingingFallback), new SendProceed(), new StartTimer(CallTimer.Initiate)),
        _ => null,
    };

    /// <summary>
    /// The call is up on both sides. What the 2xx said may differ from early media (forks: U-1); a device that took the call over has to hear
    /// that the phone holds it.
    /// </summary>
    private Transition<Call, CallEffect> Talk(CallEffect first) => (this with { ReinviteDue = false }).To(Active,
    [
        first,
        .. PhoneHolds ? new CallEffect[] { new SendSessionInfo(CallInfo.Hold) } : [],
        new UpdateSipMedia(),
        .. ReinviteDue ? new CallEffect[] { new SendReinvite() } : [],
        new StartTimer(CallTimer.MediaCheck),
    ]);
}
