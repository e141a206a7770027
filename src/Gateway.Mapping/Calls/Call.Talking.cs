using Gateway.Mapping.Sessions;
using Gateway.Media.Relay;
using static Gateway.Mapping.Calls.CallEffect;
using static Gateway.Mapping.Calls.CallEvent;
using static Gateway.Mapping.Calls.CallState;

namespace Gateway.Mapping.Calls;

/// <summary>Rows of a call under way: holds, re-INVITEs, candidates, migration, liveness (MAPPING 9.5 and 10.1).</summary>
public sealed partial record Call
{
    private Transition<Call, CallEffect>? OnTalking(CallEvent e) => (State, e) switch
    {
        // Candidates come in any order relative to session-accept; the shell keeps those that are too early.
        (Offering or JingleInviting or JingleRinging or NegotiatingEarly or Negotiating or EarlyMedia or Initiated
            or AnsweringSip or JoinNegotiating or Active, CandidatesReceived c) => Stay(new AddCandidates(c.Info)),
        (NegotiatingEarly or Negotiating or EarlyMedia or Active, RestartReady) => Stay(new SendTransportInfo()),

        // ---- The user holds: re-INVITE sendonly. Before the answer there is no dialog to re-INVITE in.
        (Active, UserHold h) when h.IsHeld != UserHolds => (this with { UserHolds = h.IsHeld }).Stay(new SendReinvite()),
        (JingleInviting or JingleRinging or NegotiatingEarly or Negotiating or EarlyMedia, UserHold h) when h.IsHeld != UserHolds =>
            (this with { UserHolds = h.IsHeld, ReinviteDue = h.IsHeld || ReinviteIsVital }).Stay(),

        // ---- The phone changes something. Never content-modify: the Conversations family would end the call.
        (Active, SipReinvited { HasDescription: true } or SipReplaced) => Stay(new PrepareReoffer()),
        (Active, SipReinvited) => Stay(new OfferInReinvite()), // 200 carries our offer, ACK the answer
        (not (Idle or Cancelling), SipReinvited) => Stay(new RefuseReinvite(491)), // our own offer is still open (U-14); the phone tries again
        (Active, ReofferReady r) when r.IsHeld != PhoneHolds => (this with { PhoneHolds = r.IsHeld })
            .Stay(new AcceptReinvite(), new SendSessionInfo(r.IsHeld ? CallInfo.Hold : CallInfo.Unhold)),
        (Active, ReofferReady) => Stay(new AcceptReinvite()),
        (Active, ReofferFailed { Fault: MediaFault.Refused } f) => Stay(new RefuseReinvite(488, f.Warning ?? CallWarnings.Format)),
        (Active, ReofferFailed) => Stay(new RefuseReinvite(500)),
        (Active, SipReinviteAnswered) => (this with { ReinviteIsVital = false }).Stay(new UpdateSipMedia()),
        (Active, SipReinviteRefused) when !ReinviteIsVital => Stay(), // RFC 3261 section 14.1: parameters unchanged
        (Active, SipAcknowledged { HasDescription: true } a) when a.IsHeld != PhoneHolds => (this with { PhoneHolds = a.IsHeld })
            .Stay(new UpdateSipMedia(), new SendSessionInfo(a.IsHeld ? CallInfo.Hold : CallInfo.Unhold)),
        (Active, SipAcknowledged { HasDescription: true }) => Stay(new UpdateSipMedia()),

        // ---- The user goes on with another device (J-50), or says that she will (J-55).
        (Active, MigrationProposed m) when UsesMessageInitiation => Migrate(m,
            new SendMigratedFinish(Sid, Device, Namespace, m.Id), new SendMigratedTerminate(Sid, Device)),
        (Active, MigrationProposed m) => Migrate(m, new SendMigratedTerminate(Sid, Device)),
        (Active, Finished { MigratedTo: { } sid }) => (this with { Sid = sid })
            .To(AwaitingMigration, new StopTimer(CallTimer.MediaCheck), new StartTimer(CallTimer.Migration)),
        (AwaitingMigration, MigrationProposed m) => Migrate(m, new StopTimer(CallTimer.Migration)),
        (AwaitingMigration, SessionInitiated d) => (Released() with { Device = d.Device })
            .To(Negotiating, new StopTimer(CallTimer.Migration), new PrepareJingleAnswer()),
        (AwaitingMigration, SessionTerminated or Finished) => Stay(), // the old session's own end

        // ---- Digits. The phone's pass as packets; only a client that takes none of those is told in its own protocol.
        // Keys are for menus, and some of those speak before the answer.
        (EarlyMedia or Active, KeyPressed k) => Stay(new PlayDigit(k.Key, k.Duration)),
        (Active, DigitHeard d) => Stay(new TellDigit(d.Key, d.Duration)),
        (Active, DigitSignalled d) => Stay(new PassDigit(d.Key, d.Duration)),

        // ---- Is everybody still there?
        (Active, TimedOut(CallTimer.MediaCheck)) => Stay(new CheckMedia(), new StartTimer(CallTimer.MediaCheck)),
        (Active, MediaSilent { FromUser: true }) when !UserHolds && !PhoneHolds => Stay(new SendSessionInfo(CallInfo.Ping)),
        (Active, MediaSilent { FromUser: false }) when !UserHolds && !PhoneHolds => Stay(new SendReinvite()),

        // ---- A short loss of the XMPP server leaves media running (K-4).
        (Idle or Cancelling, LinkLost or LinkRestored) => Stay(),
        (_, LinkLost) => Stay(new StartTimer(CallTimer.LinkGrace)),
        (_, LinkRestored) => Stay(new StopTimer(CallTimer.LinkGrace)),
        _ => null,
    };

    /// <summary>The hold of a device goes with it: another one knows nothing of it, and would never end it.</summary>
    private Call Released() => this with { UserHolds = false, ReinviteDue = ReinviteDue || UserHolds };

    private Transition<Call, CallEffect> Migrate(MigrationProposed m, params ReadOnlySpan<CallEffect> first) =>
        (Released() with { Sid = m.Id, Device = m.Device, Namespace = m.Namespace, UsesMessageInitiation = true }).To(Proceeded,
            [.. first, new StopTimer(CallTimer.MediaCheck), new SendProceed(), new StartTimer(CallTimer.Initiate)]);
}
