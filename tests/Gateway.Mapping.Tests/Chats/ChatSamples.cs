using Gateway.Mapping.Chats;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.ChatNegotiation;
using Gateway.Xmpp.Stanzas;
using static Gateway.Xmpp.ChatNegotiation.ChatNegotiationDialect;

namespace Gateway.Mapping.Tests.Chats;

/// <summary>A chat session of every kind in every state and one of every event, so that tests can walk all pairs.</summary>
internal static class ChatSamples
{
    public static readonly Jid User = Jid.Parse("juliet@example.org");
    public static readonly Jid Phone = Jid.Parse("juliet@example.org/phone");
    public static readonly Jid Tablet = Jid.Parse("juliet@example.org/tablet");
    public static readonly ChatTerms Both = new(Xhtml: true, ChatStates: true);
    public static readonly ChatTerms States = new(Xhtml: false, ChatStates: true);
    public static readonly ChatOffer Offer = new("id1", [], Both);
    public static readonly ChatOffer Restricting = new("id2", [], States);
    public static readonly ChatOffer Demanding = new("id3", [], Both) { NeedsXhtml = true };

    /// <summary>The kinds of sessions, by the name under which docs/chat-table.md lists them.</summary>
    public static readonly IReadOnlyList<(string Name, ChatNegotiationDialect? Dialect)> Kinds =
        [("informal", null), ("0.8", V08), ("1.2", V12)];

    /// <summary>Whether sessions of the kind know the state: only negotiated ones ask, and only later versions have a third step.</summary>
    public static bool Exists(string kind, ChatState state) => kind switch
    {
        "informal" => state is not (ChatState.Confirming or ChatState.Offering or ChatState.UserRenegotiating or ChatState.PhoneRenegotiating),
        "0.8" => state != ChatState.Confirming,
        _ => true,
    };

    public static Chat In(ChatState state, ChatNegotiationDialect? dialect) =>
        new(state, dialect, state == ChatState.Offering ? User : Phone)
        {
            IsToSip = state is not (ChatState.Offering or ChatState.Answering or ChatState.PhoneRenegotiating),
            Open = dialect is not null && state is ChatState.Inviting or ChatState.UserRenegotiating ? Offer : null,
        };

    private static readonly SipUri NewAddress = SipUri.Create("juliet", "capulet.example");
    private static readonly Jid Elsewhere = Jid.Parse("2002@sip.example.org");

    /// <summary>Every event, by name.</summary>
    public static readonly IReadOnlyList<(string Name, ChatEvent Event)> Events =
    [
        ("initiation", new ChatEvent.UserOffers(Offer)),
        ("first message", new ChatEvent.UserWrites()),
        ("accept=1", new ChatEvent.UserAccepts(Phone, Both)),
        ("accept=1 of another device", new ChatEvent.UserAccepts(Tablet, Both)),
        ("accept=0", new ChatEvent.UserDeclines(Phone, "not now")),
        ("result accept=1", new ChatEvent.UserConfirms(true)),
        ("result accept=0", new ChatEvent.UserConfirms(false)),
        ("renegotiation, fewer", new ChatEvent.UserRenegotiates(Restricting)),
        ("renegotiation, the same", new ChatEvent.UserRenegotiates(Offer)),
        ("renegotiation agreed", new ChatEvent.UserSettles(true, States)),
        ("renegotiation refused", new ChatEvent.UserSettles(false, Both)),
        ("continue", new ChatEvent.UserMoves("id4", Tablet)),
        ("terminate", new ChatEvent.UserTerminates("id5", "bye")),
        ("gone", new ChatEvent.UserLeaves()),
        ("unavailable", new ChatEvent.UserUnavailable()),
        ("available", new ChatEvent.UserAvailable()),
        ("form bounced, service-unavailable by device", new ChatEvent.FormBounced(StanzaErrorCondition.ServiceUnavailable, ByDevice: true)),
        ("form bounced, feature-not-implemented by device", new ChatEvent.FormBounced(StanzaErrorCondition.FeatureNotImplemented, ByDevice: true)),
        ("form bounced, conflict by device", new ChatEvent.FormBounced(StanzaErrorCondition.Conflict, ByDevice: true)),
        ("form bounced by server", new ChatEvent.FormBounced(StanzaErrorCondition.ServiceUnavailable, ByDevice: false)),
        ("form bounced, not-acceptable by device", new ChatEvent.FormBounced(StanzaErrorCondition.NotAcceptable, ByDevice: true)),
        ("form bounced, redirect", new ChatEvent.FormBounced(StanzaErrorCondition.Redirect, ByDevice: false) { NewAddress = NewAddress }),
        ("form bounced, gone elsewhere", new ChatEvent.FormBounced(StanzaErrorCondition.Gone, ByDevice: false) { NewAddress = NewAddress }),
        ("INVITE, ask", new ChatEvent.InviteReceived(Negotiate: true, Both)),
        ("INVITE", new ChatEvent.InviteReceived(Negotiate: false, Both)),
        ("200", new ChatEvent.SipAnswered(Both)),
        ("200, fewer", new ChatEvent.SipAnswered(States)),
        ("200 that cannot be used", new ChatEvent.SipAnswerUnusable()),
        ("486", Refused(486, "Busy Here")),
        ("404", Refused(404, "Not Found")),
        ("488", Refused(488, "Not Acceptable Here")),
        ("415", Refused(415, "Unsupported Media Type")),
        ("487", Refused(487, "Request Terminated")),
        ("503", Refused(503, "Service Unavailable")),
        ("302", Refused(302, "Moved Temporarily")),
        ("302 to an address that may be told", Refused(302, "Moved Temporarily") with { NewAddress = Elsewhere }),
        ("CANCEL", new ChatEvent.SipCancelled(null)),
        ("ACK", new ChatEvent.SipAcknowledged()),
        ("BYE", new ChatEvent.SipEnded(SipEndCause.Bye, null)),
        ("no ACK", new ChatEvent.SipEnded(SipEndCause.AckTimeout, null)),
        ("re-INVITE, the same", new ChatEvent.SipRefreshes()),
        ("re-INVITE, fewer", new ChatEvent.SipReoffers(States)),
        ("re-INVITE without messages", new ChatEvent.SipReoffersNothing()),
        ("our re-INVITE answered", new ChatEvent.SipReinviteAnswered(Both)),
        ("our re-INVITE answered, fewer", new ChatEvent.SipReinviteAnswered(States)),
        ("our re-INVITE refused 488", new ChatEvent.SipReinviteRefused(488)),
        ("our re-INVITE refused 481", new ChatEvent.SipReinviteRefused(481)),
        ("INVITE with Replaces", new ChatEvent.SipReplaced(NoCall.Instance)),
        ("words", new ChatEvent.Spoken()),
        ("connection lost", new ChatEvent.ConnectionLost(IsTrusted: true)),
        ("connection not to be trusted", new ChatEvent.ConnectionLost(IsTrusted: false)),
        ("description wanted anew", new ChatEvent.ReofferNeeded()),
        .. Enum.GetValues<ChatTimer>().Select(timer => ($"timer {timer}", (ChatEvent)new ChatEvent.TimedOut(timer))),
        ("hang up", new ChatEvent.HangUp()),
    ];

    public static ChatEvent Event(string name) => Events.Single(sample => sample.Name == name).Event;

    private static ChatEvent.SipRefused Refused(int status, string phrase) => new(new SipFailure(status, phrase, IsLocal: false));

    private sealed class NoCall : ISipCall
    {
        public static readonly NoCall Instance = new();

        public string CallId => "none";

        public void SetContact(SipUri contact)
        {
        }

        public void Ring() => throw new NotSupportedException();

        public void Progress(int status, string? sdp) => throw new NotSupportedException();

        public void Answer(string sdp) => throw new NotSupportedException();

        public void Refuse(int status, string? phrase = null, SipReason? reason = null, int? retryAfterSeconds = null, SipUri? contact = null, SipWarning? warning = null) => throw new NotSupportedException();

        public void Cancel(SipReason? reason = null) => throw new NotSupportedException();

        public void Bye(SipReason? reason = null) => throw new NotSupportedException();

        public void Reinvite(string sdp) => throw new NotSupportedException();

        public void AcceptReinvite(string sdp) => throw new NotSupportedException();

        public void RefuseReinvite(int status, SipWarning? warning) => throw new NotSupportedException();

        public void SendInfo(SipBody body) => throw new NotSupportedException();
    }
}
