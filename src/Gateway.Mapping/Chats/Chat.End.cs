using System.Collections.Immutable;
using Gateway.Mapping.Errors;
using Gateway.Mapping.Sessions;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Stanzas;
using static Gateway.Mapping.Chats.ChatEffect;
using static Gateway.Mapping.Chats.ChatEvent;
using static Gateway.Mapping.Chats.ChatState;

namespace Gateway.Mapping.Chats;

/// <summary>Rows that end a session. Whoever ends it, the other side is told in the way that fits what it has seen.</summary>
public sealed partial record Chat
{
    private Transition<Chat, ChatEffect>? OnEnd(ChatEvent e) => (State, e) switch
    {
        // ---- CANCEL is out and the user is done. A 2xx that crossed it is a live dialog: end it (N-16, U-5).
        (Cancelling, SipAnswered or SipAnswerUnusable) => To(Ended, new SendBye(null), new CloseMessages()),
        (Cancelling, SipRefused or SipEnded or TimedOut(ChatTimer.Cancel)) => To(Ended, new CloseMessages()),
        (Idle or Cancelling, _) => null,

        // ---- The SIP side says no.
        (Inviting, SipRefused r) => To(Ended, [.. Refusal(r.Failure, r.NewAddress),
            new FailWaiting(r.Failure.Status, r.Failure.Phrase, r.Failure.RetryAfter), new CloseMessages()]),
        (Inviting, SipAnswerUnusable) => To(Ended, [.. OfferError(StanzaErrorCondition.ServiceUnavailable),
            new FailWaiting(488, "Not Acceptable Here"), new SendBye(new SipReason("SIP", 488)), new CloseMessages()]),

        // ---- The SIP side ends.
        (Offering, SipCancelled c) => To(Ended, new SendTerminate(c.Reason?.Text), new CloseMessages()), // N-15
        (Offering, SipEnded s) => To(Ended, new SendTerminate(s.Reason?.Text), new CloseMessages()),
        (Answering, SipCancelled or SipEnded) when HasThreeSteps => To(Ended, new SendComplete(false), new CloseMessages()), // S-1
        (Answering, SipCancelled) => SipIsGone(null),
        (not (Inviting or Offering), SipEnded s) => SipIsGone(s.Reason?.Text), // N-34
        (UserRenegotiating or Active or Confirming, SipReinviteRefused { Status: 481 or 408 }) => Lost(),
        (Reconnecting, SipReinviteRefused or SipAnswerUnusable or TimedOut(ChatTimer.Reconnect)) => Lost(),
        (not (Inviting or Offering), ConnectionLost) => Lost(),

        // ---- The user says no, or ends.
        (Offering, UserDeclines d) => To(Ended, new RefuseInvite(603, d.Reason), new CloseMessages()), // N-11
        (Offering, UserTerminates t) => To(Ended, new RefuseInvite(603, t.Reason), new AcknowledgeTermination(t.Id), new CloseMessages()),
        (Offering, FormBounced { NewAddress: { } address } f) => To(Ended, // E-5
            new RefuseInvite(f.Condition == StanzaErrorCondition.Gone ? 301 : 302) { Contact = address }, new CloseMessages()),
        (Offering, FormBounced f) => To(Ended, new RefuseInvite(f switch
        {
            // N-12, N-13: what a device cannot do is not acceptable here. What her server says must not tell who is there (N-47).
            { ByDevice: true, Condition: StanzaErrorCondition.ServiceUnavailable or StanzaErrorCondition.FeatureNotImplemented
                or StanzaErrorCondition.NotAcceptable } => 488,
            { ByDevice: true, Condition: StanzaErrorCondition.Conflict } => 486, // S-10
            _ => 480,
        })
        {
            Warning = ChatWarnings.Of(f),
        }, new CloseMessages()),
        (Inviting, UserTerminates t) when IsNegotiated => To(Cancelling, new StopTimer(ChatTimer.Ring), new CancelInvite(),
            new AcknowledgeTermination(t.Id), new StartTimer(ChatTimer.Cancel)), // N-16
        (_, UserTerminates t) when IsNegotiated => To(Ended, new SendBye(Ending(t.Reason)), new AcknowledgeTermination(t.Id),
            new CloseMessages()), // N-31 to N-33
        (Inviting, UserConfirms { Confirms: false }) => null,
        (Answering or Confirming or Active or UserRenegotiating or PhoneRenegotiating or Reconnecting, UserConfirms { Confirms: false }) when HasThreeSteps && IsToSip =>
            To(Ended, new SendBye(null), new CloseMessages()), // S-1
        (Inviting, UserLeaves) when !IsNegotiated => null, // what she wrote before still goes
        (_, UserLeaves) when !IsNegotiated => To(Ended, new SendBye(null), new CloseMessages()), // C-3

        // ---- Nobody answers, or the gateway ends it.
        (Inviting, TimedOut(ChatTimer.Ring)) => To(Cancelling, [.. Declined("nobody answered"),
            new FailWaiting(408, "Request Timeout"), new CancelInvite(), new StartTimer(ChatTimer.Cancel)]), // N-10
        (Offering, TimedOut(ChatTimer.Ring)) => To(Ended, new RefuseInvite(480), new SendTerminate(null), new CloseMessages()), // N-14
        (not (Inviting or Offering), TimedOut(ChatTimer.Grace)) when IsNegotiated =>
            To(Ended, new SendTerminate("you went offline"), new SendBye(Ending(null)), new CloseMessages()), // N-36
        (not (Inviting or Offering), TimedOut(ChatTimer.Idle)) when !IsNegotiated => To(Ended, new SendGone(), new SendBye(null), new CloseMessages()),
        (Inviting, HangUp) => To(Cancelling, [.. Declined("the gateway ended it"), new FailWaiting(503, "Service Unavailable"),
            new CancelInvite(), new StartTimer(ChatTimer.Cancel)]),
        (Offering, HangUp) => To(Ended, new RefuseInvite(480), new SendTerminate(null), new CloseMessages()),
        (_, HangUp) => Lost(),
        _ => null,
    };

    /// <summary>The SIP side is over: the user hears it.</summary>
    private Transition<Chat, ChatEffect> SipIsGone(string? reason) => To(Ended, [.. TellUser(reason), new CloseMessages()]);

    /// <summary>Both sides are there, and both are told.</summary>
    private Transition<Chat, ChatEffect> Lost() => To(Ended, [.. TellUser("the connection was lost"), new SendBye(null), new CloseMessages()]);

    private ImmutableArray<ChatEffect> TellUser(string? reason)
    {
        ImmutableArray<ChatEffect> open = Open is { } offer && State == UserRenegotiating
            ? [new SendRenegotiationError(offer, StanzaErrorCondition.ItemNotFound, [])]
            : [];
        ImmutableArray<ChatEffect> waiting = Queued is { } queued
            ? [new SendRenegotiationError(queued, StanzaErrorCondition.ItemNotFound, [])]
            : [];
        ChatEffect end = !IsNegotiated ? new SendGone()
            : State == Answering && HasThreeSteps ? new SendComplete(false)
            : new SendTerminate(reason);
        return [.. open, .. waiting, end];
    }

    /// <summary>What the phone's refusal is to the user (N-11, N-12, N-17). The outcome of waiting messages tells the rest.</summary>
    private ImmutableArray<ChatEffect> Refusal(SipFailure failure, Xmpp.Addresses.Jid? newAddress) => failure.Status switch
    {
        _ when !IsNegotiated => [],
        486 or 600 or 603 or 480 or 608 or 607 or 487 or 408 => Declined(failure.Reasons.FirstOrDefault()?.Text ?? failure.Phrase),
        488 or 606 when HasRetried && Open is { NeedsXhtml: true } => OfferError(StanzaErrorFor([Xmpp.ChatNegotiation.ChatFields.Xhtml]), [Xmpp.ChatNegotiation.ChatFields.Xhtml]),
        405 or 415 or 488 or 501 or 606 => OfferError(StanzaErrorCondition.ServiceUnavailable),
        var status => OfferError(
            ErrorMapping.ToXmpp(status, failure.Phrase).Condition, [], StatusText.Of(status, failure.Phrase), newAddress), // E-5
    };

    private ImmutableArray<ChatEffect> Declined(string reason) => IsNegotiated ? [new SendReply(false, Terms, reason)] : [];

    private ImmutableArray<ChatEffect> OfferError(StanzaErrorCondition condition, ImmutableArray<string>? fields = null, string? text = null, Xmpp.Addresses.Jid? address = null) =>
        IsNegotiated ? [new SendOfferError(condition, fields ?? [], text) { NewAddress = address }] : [];

    private static SipReason Ending(string? text) => new("SIP", 200, text);
}
