using System.Collections.Immutable;
using System.Text;
using Gateway.Mapping.Sessions;
using static Gateway.Mapping.Calls.CallEffect;
using static Gateway.Mapping.Calls.CallEvent;
using static Gateway.Mapping.Calls.CallState;

namespace Gateway.Mapping.Calls;

/// <summary>Rows of a call from a SIP phone to an XMPP user, until both talk (MAPPING 9.3), and of crossing calls (9.4).</summary>
public sealed partial record Call
{
    private Transition<Call, CallEffect>? OnCallToXmpp(CallEvent e) => (State, e) switch
    {
        (Idle, InviteReceived { AsksForPresence: true }) => To(Asking, new StartTimer(CallTimer.Presence)),
        (Idle, InviteReceived) => Propose(),

        // ---- T-13: her first device with Jingle. One that does not know JMI is rung by Jingle itself; else a propose rings all of hers.
        (Asking, DeviceShown { SpeaksMessageInitiation: false } d) => (this with { Device = d.Device, UsesMessageInitiation = false }).To(OfferingUser,
            new StopTimer(CallTimer.Presence), new StartTimer(CallTimer.Ring), new StartTimer(CallTimer.AssumeRinging), new PrepareJingleOffer()),
        (Asking, DeviceShown) => Propose(new StopTimer(CallTimer.Presence)),
        (Asking, TimedOut(CallTimer.Presence)) => Propose(),
        (Asking, ProposeCrossed p) => Join(p, new StopTimer(CallTimer.Presence)),
        (OfferingUser or Initiated, DeviceRinging or TimedOut(CallTimer.AssumeRinging)) when !UsesMessageInitiation =>
            Stay(new StopTimer(CallTimer.AssumeRinging), new SendSipRinging()),
        (Initiated, SessionAccepted) when !UsesMessageInitiation =>
            To(AnsweringSip, new StopTimer(CallTimer.Ring), new StopTimer(CallTimer.AssumeRinging), new PrepareSipAnswer()),

        // ---- Ringing.
        (Proposing, DeviceRinging) => (this with { DeviceRang = true })
            .To(RingingUser, new StopTimer(CallTimer.AssumeRinging), new SendSipRinging()),
        (Proposing, TimedOut(CallTimer.AssumeRinging)) => To(RingingUser, new SendSipRinging()), // J-31
        (RingingUser, DeviceRinging) => (this with { DeviceRang = true }).Stay(),

        // One of several forked deliveries may bounce while another device rings (J-16).
        (RingingUser, ProposeBounced) when DeviceRang => Stay(),

        // ---- A device takes the call; the first one wins (J-32).
        (Proposing or RingingUser, DeviceProceeded d) => (this with { Device = d.Device, Namespace = d.Namespace, Crossed = null }).To(OfferingUser,
            new StopTimer(CallTimer.Ring), new StopTimer(CallTimer.AssumeRinging), new StopTimer(CallTimer.TieBreak),
            new StartTimer(CallTimer.Accept), new PrepareJingleOffer()),
        (OfferingUser or Initiated or AnsweringSip or Active, DeviceProceeded d) when d.Device != Device =>
            Stay(new SendRetractTo(d.Device)),
        (OfferingUser, OfferReady) => To(Initiated, new SendSessionInitiate()),
        (Initiated, DeviceRinging) => Stay(),
        (Initiated, SessionAccepted) => To(AnsweringSip, new StopTimer(CallTimer.Accept), new PrepareSipAnswer()), // J-30
        (AnsweringSip, AnswerReady) => To(Active, new SendSipAnswer(), new StartTimer(CallTimer.MediaCheck)),

        // ---- Both propose (J-40 to J-45).
        (Proposing or RingingUser, ProposeCrossed p) when OurProposeLost => Join(p),
        (Proposing or RingingUser, ProposeCrossed p) when UserWins(p) => Join(p, new SendTieBreakRetract(Sid)),
        (Proposing or RingingUser, ProposeCrossed p) => (this with { Crossed = p })
            .Stay(new SendTieBreakReject(p.Id, p.Device, p.Namespace), new StartTimer(CallTimer.TieBreak)),
        (Proposing or RingingUser, TimedOut(CallTimer.TieBreak)) when Crossed is { } p => Join(p, new SendTieBreakRetract(Sid)), // J-43
        (Proposing or RingingUser, RejectedForTieBreak) when Crossed is { } p => Join(p), // J-44
        (Proposing or RingingUser, RejectedForTieBreak) => (this with { OurProposeLost = true }).Stay(new StartTimer(CallTimer.TieBreak)),
        (Proposing or RingingUser, RetractedForTieBreak) => (this with { Crossed = null }).Stay(new StopTimer(CallTimer.TieBreak)), // J-45
        (Joining, SessionInitiated d) => (this with { Device = d.Device })
            .To(JoinNegotiating, new StopTimer(CallTimer.Initiate), new PrepareJoin()),
        (JoinNegotiating, AcceptReady) =>
            To(Active, new SendSessionAccept(), new SendSipAnswer(), new StartTimer(CallTimer.MediaCheck)),
        _ => null,
    };

    private Transition<Call, CallEffect> Propose(params ImmutableArray<CallEffect> first) =>
        To(Proposing, [.. first, new SendPropose(), new StartTimer(CallTimer.Ring), new StartTimer(CallTimer.AssumeRinging)]);

    /// <summary>Takes the user's propose although the phone's INVITE waits: one call results (J-41).</summary>
    private Transition<Call, CallEffect> Join(ProposeCrossed p, CallEffect? first = null)
    {
        var joined = this with { Sid = p.Id, Device = p.Device, Namespace = p.Namespace, Crossed = null, OurProposeLost = false };
        return joined.To(Joining,
        [
            .. first is null ? [] : new[] { first },
            new StopTimer(CallTimer.Ring), new StopTimer(CallTimer.AssumeRinging), new StopTimer(CallTimer.TieBreak),
            new SendProceed(), new StartTimer(CallTimer.Initiate),
        ]);
    }

    /// <summary>XEP-0353 section 4.1: the lower id wins by i;octet (RFC 4790 section 9.3). Ids are never equal: ours is a keyed
    /// hash that no client can know (J-9), and a propose that repeats it is not taken for a new one.</summary>
    private bool UserWins(ProposeCrossed p) =>
        Encoding.UTF8.GetBytes(p.Id).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(Sid)) < 0;
}
