using Gateway.Mapping.Addresses;
using Gateway.Mapping.Calls;
using Gateway.Media.Relay;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Jingle;
using Gateway.Xmpp.JingleMessage;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Tests.Calls;

/// <summary>A call in every state and one of every event, so that tests can walk all pairs.</summary>
internal static class CallSamples
{
    public const string Sid = "55555555-0000-4000-8000-000000000000";
    public const string LowerSid = "11111111-0000-4000-8000-000000000000";
    public const string HigherSid = "99999999-0000-4000-8000-000000000000";

    public static readonly Jid User = Jid.Parse("juliet@example.org");
    public static readonly Jid Phone = Jid.Parse("juliet@example.org/phone");
    public static readonly Jid Tablet = Jid.Parse("juliet@example.org/tablet");

    public static Call In(CallState state) =>
        new(state, Sid, CallLegs.Xmpp(state) == XmppLeg.OurPropose && state != CallState.OfferingUser ? User : Phone, JingleMessageNamespace.V0);

    /// <summary>Every event, by the name under which docs/call-table.md lists it.</summary>
    public static readonly IReadOnlyList<(string Name, CallEvent Event)> Events =
    [
        ("propose", new CallEvent.Proposed(InviteFirst: true)),
        ("propose, policy early", new CallEvent.Proposed(InviteFirst: false)),
        ("ringing", new CallEvent.DeviceRinging()),
        ("presence of a device with Jingle", new CallEvent.DeviceShown(Phone, SpeaksMessageInitiation: false)),
        ("presence of a device with Jingle and JMI", new CallEvent.DeviceShown(Phone, SpeaksMessageInitiation: true)),
        ("proceed", new CallEvent.DeviceProceeded(Phone, JingleMessageNamespace.V0)),
        ("proceed of another device", new CallEvent.DeviceProceeded(Tablet, JingleMessageNamespace.V0)),
        ("reject", new CallEvent.Rejected(new JingleReasonInfo(JingleReason.Busy))),
        ("reject with tie-break", new CallEvent.RejectedForTieBreak()),
        ("retract", new CallEvent.Retracted(null)),
        ("retract with tie-break", new CallEvent.RetractedForTieBreak()),
        ("finish", new CallEvent.Finished(new JingleReasonInfo(JingleReason.Success), null)),
        ("finish with migrated", new CallEvent.Finished(new JingleReasonInfo(JingleReason.Expired), HigherSid)),
        ("propose bounced", new CallEvent.ProposeBounced(new StanzaError(StanzaErrorCondition.ServiceUnavailable))),
        ("propose bounced, redirect", new CallEvent.ProposeBounced(new StanzaError(StanzaErrorCondition.Redirect))),
        ("propose bounced, redirect to an address that may be told", new CallEvent.ProposeBounced(new StanzaError(StanzaErrorCondition.Redirect)) { NewAddress = SipUri.Create("juliet", "capulet.example") }),
        ("propose bounced, gone elsewhere", new CallEvent.ProposeBounced(new StanzaError(StanzaErrorCondition.Gone)) { NewAddress = SipUri.Create("juliet", "capulet.example") }),
        ("crossing propose, lower id", new CallEvent.ProposeCrossed(LowerSid, Phone, JingleMessageNamespace.V0)),
        ("crossing propose, higher id", new CallEvent.ProposeCrossed(HigherSid, Phone, JingleMessageNamespace.V0)),
        ("propose of a running call", new CallEvent.MigrationProposed(HigherSid, Tablet, JingleMessageNamespace.V0)),
        ("session-initiate", new CallEvent.SessionInitiated(Phone)),
        ("session-accept", new CallEvent.SessionAccepted()),
        ("session-terminate", new CallEvent.SessionTerminated(new JingleReasonInfo(JingleReason.Success))),
        ("transport-info", new CallEvent.CandidatesReceived(new JingleElement(JingleAction.TransportInfo, Sid))),
        ("session-info hold", new CallEvent.UserHold(true)),
        ("session-info unhold", new CallEvent.UserHold(false)),
        ("Jingle request failed", new CallEvent.JingleFailed(null)),
        ("INVITE received", new CallEvent.InviteReceived()),
        ("INVITE, presence asked for", new CallEvent.InviteReceived { AsksForPresence = true }),
        ("crossing INVITE", new CallEvent.InviteCrossed(NoCall.Instance)),
        ("100", new CallEvent.SipTrying()),
        ("180", new CallEvent.SipRinging(false)),
        ("180 with SDP", new CallEvent.SipRinging(true)),
        ("183", new CallEvent.SipProgress(false)),
        ("183 with SDP", new CallEvent.SipProgress(true)),
        ("200", new CallEvent.SipAnswered()),
        ("302 elsewhere", new CallEvent.SipRefused(new SipFailure(302, "Moved Temporarily", IsLocal: false),
            new SipTarget(SipUri.Create("1002", "pbx.test"), null))),
        ("486", new CallEvent.SipRefused(new SipFailure(486, "Busy Here", IsLocal: false))),
        ("487", new CallEvent.SipRefused(new SipFailure(487, "Request Terminated", IsLocal: false))),
        ("CANCEL", new CallEvent.SipCancelled(null)),
        ("ACK", new CallEvent.SipAcknowledged(false)),
        ("ACK with SDP", new CallEvent.SipAcknowledged(true)),
        ("ACK with SDP, held", new CallEvent.SipAcknowledged(true, IsHeld: true)),
        ("BYE", new CallEvent.SipEnded(SipEndCause.Bye, null)),
        ("dialog lost", new CallEvent.SipEnded(SipEndCause.DialogLost, null)),
        ("re-INVITE", new CallEvent.SipReinvited(true)),
        ("re-INVITE without SDP", new CallEvent.SipReinvited(false)),
        ("our re-INVITE answered", new CallEvent.SipReinviteAnswered()),
        ("our re-INVITE refused", new CallEvent.SipReinviteRefused(488)),
        ("INVITE with Replaces", new CallEvent.SipReplaced()),
        ("relay: offer", new CallEvent.OfferReady()),
        ("relay: accept", new CallEvent.AcceptReady(NeedsReinvite: false)),
        ("relay: accept, other codecs", new CallEvent.AcceptReady(NeedsReinvite: true)),
        ("relay: answer", new CallEvent.AnswerReady()),
        ("relay: re-offer", new CallEvent.ReofferReady(IsHeld: false)),
        ("relay: re-offer, held", new CallEvent.ReofferReady(IsHeld: true)),
        ("relay: re-offer failed", new CallEvent.ReofferFailed(MediaFault.Refused)),
        ("relay: ICE restarted", new CallEvent.RestartReady()),
        ("relay unavailable", new CallEvent.MediaFailed(CallMediaFault.RelayUnavailable)),
        ("no common codec", new CallEvent.MediaFailed(CallMediaFault.NotAcceptable)),
        ("connection lost", new CallEvent.MediaFailed(CallMediaFault.ConnectionLost)),
        ("wrong fingerprint", new CallEvent.MediaFailed(CallMediaFault.NotAuthentic)),
        ("key of the user", new CallEvent.KeyPressed('5', TimeSpan.FromMilliseconds(100))),
        ("digit of the phone in INFO", new CallEvent.DigitSignalled('5', TimeSpan.FromMilliseconds(100))),
        ("digit of the phone", new CallEvent.DigitHeard('5', TimeSpan.FromMilliseconds(100))),
        ("user silent", new CallEvent.MediaSilent(FromUser: true)),
        ("phone silent", new CallEvent.MediaSilent(FromUser: false)),
        .. Enum.GetValues<CallTimer>().Select(timer => ($"timer {timer}", (CallEvent)new CallEvent.TimedOut(timer))),
        ("link lost", new CallEvent.LinkLost()),
        ("link restored", new CallEvent.LinkRestored()),
        ("hang up", new CallEvent.HangUp()),
    ];

    public static CallEvent Event(string name) => Events.Single(sample => sample.Name == name).Event;

    /// <summary>A leg that nobody listens to.</summary>
    internal sealed class NoCall : ISipCall
    {
        public static readonly NoCall Instance = new();

        public string CallId => "crossing";

        public void SetContact(SipUri contact)
        {
        }

        public void Ring()
        {
        }

        public void Progress(int status, string? sdp)
        {
        }

        public void Answer(string sdp)
        {
        }

        public void Refuse(int status, string? phrase = null, SipReason? reason = null, int? retryAfterSeconds = null, SipUri? contact = null, SipWarning? warning = null)
        {
        }

        public void Cancel(SipReason? reason = null)
        {
        }

        public void Bye(SipReason? reason = null)
        {
        }

        public void Reinvite(string sdp)
        {
        }

        public void AcceptReinvite(string sdp)
        {
        }

        public void RefuseReinvite(int status, SipWarning? warning)
        {
        }

        public void SendInfo(SipBody body)
        {
        }
    }
}
