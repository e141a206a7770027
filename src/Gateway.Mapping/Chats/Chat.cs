using System.Collections.Immutable;
using Gateway.Mapping.Sessions;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.ChatNegotiation;
using static Gateway.Mapping.Chats.ChatEffect;
using static Gateway.Mapping.Chats.ChatEvent;
using static Gateway.Mapping.Chats.ChatState;

namespace Gateway.Mapping.Chats;

/// <summary>
/// A chat session between an XMPP user and a SIP user over MSRP, negotiated (XEP-0155) or informal (RFC 7573). Pure: an event gives
/// the next state and what is to be done. The rows stand by chapter: how it begins, how it changes, how it ends.
/// <c>docs/chat-table.md</c> lists every pair of state and event.
/// </summary>
/// <param name="State">Where the session is.</param>
/// <param name="Dialect">How it is negotiated; null: it is informal.</param>
/// <param name="Device">The user: her full JID once a device is known, else the bare JID.</param>
public sealed partial record Chat(ChatState State, ChatNegotiationDialect? Dialect, Jid Device)
{
    /// <summary>What holds now: changed on success only (N-22).</summary>
    public ChatTerms Terms { get; init; } = ChatTerms.Everything;

    /// <summary>Terms that are being negotiated.</summary>
    public ChatTerms Proposed { get; init; } = ChatTerms.Everything;

    /// <summary>What the phone takes, by its last description.</summary>
    public ChatTerms Taken { get; init; } = ChatTerms.Everything;

    /// <summary>Her form that has no answer yet.</summary>
    public ChatOffer? Open { get; init; }

    /// <summary>Her form that waits until the phone's renegotiation is over (N-25).</summary>
    public ChatOffer? Queued { get; init; }

    /// <summary>Whether the gateway opened the dialog.</summary>
    public bool IsToSip { get; init; }

    /// <summary>A client without XEP-0155 still gets an informal session (N-12).</summary>
    public bool MayFallBack { get; init; } = true;

    /// <summary>The INVITE has been repeated with fewer media types (N-13).</summary>
    public bool HasRetried { get; init; }

    /// <summary>Connections lost since something was last said.</summary>
    public int Losses { get; init; }

    /// <summary>A re-INVITE that changes nothing is open (N-28): its failure says nothing.</summary>
    public bool IsRefreshing { get; init; }

    /// <summary>The connection was lost while an offer was open: it is mended when that is settled.</summary>
    public bool IsBroken { get; init; }

    /// <summary>True when nothing remains to be done.</summary>
    public bool IsEnded => State == Ended;

    /// <summary>Whether XEP-0155 was spoken.</summary>
    public bool IsNegotiated => Dialect is not null;

    /// <summary>Versions 1.0 to 1.2: three steps, lists.</summary>
    private bool HasThreeSteps => Dialect is ChatNegotiationDialect.V10 or ChatNegotiationDialect.V12;

    /// <summary>Takes one event.</summary>
    public Transition<Chat, ChatEffect> On(ChatEvent e) =>
        IsEnded ? Stay() : OnBeginning(e) ?? OnChange(e) ?? OnConnection(e) ?? OnEnd(e) ?? Stay();

    private Transition<Chat, ChatEffect> Stay(params ImmutableArray<ChatEffect> todo) => new(this, todo);

    private Transition<Chat, ChatEffect> To(ChatState next, params ImmutableArray<ChatEffect> todo) =>
        new(this with { State = next }, todo);

    /// <summary>How the session begins (MAPPING 7.1, RFC 7573 sections 4 and 5).</summary>
    private Transition<Chat, ChatEffect>? OnBeginning(ChatEvent e) => (State, e) switch
    {
        // ---- The user begins.
        (Idle, UserOffers o) => (this with { Open = o.Offer, Proposed = o.Offer.Wanted, IsToSip = true })
            .To(Inviting, new SendInvite(o.Offer.Wanted), new StartTimer(ChatTimer.Ring)), // N-1, N-9
        (Idle, UserWrites) => (this with { IsToSip = true })
            .To(Inviting, new SendInvite(Proposed), new StartTimer(ChatTimer.Ring)), // C-2

        (Inviting, SipAnswered a) when !IsNegotiated => (this with { Taken = a.Taken, Terms = Proposed.And(a.Taken) }).Talk(),
        (Inviting, SipAnswered a) when Open!.MissingIn(Proposed.And(a.Taken)) is { IsEmpty: false } missing => // N-13
            To(Ended, new SendOfferError(StanzaErrorFor(missing), missing), new SendBye(null), new CloseMessages()),
        (Inviting, SipAnswered a) => (this with { Taken = a.Taken, Terms = Proposed.And(a.Taken) }).Agree(),
        (Inviting, SipRefused { Failure.Status: 488 or 606 }) when IsNegotiated && Proposed.Xhtml && !HasRetried => // N-13
            (this with { Proposed = Proposed with { Xhtml = false }, HasRetried = true })
                .To(Inviting, new SendInvite(Proposed with { Xhtml = false })),

        // S-1: no confirmation within the time is no refusal, and what is said confirms.
        (Confirming, UserConfirms { Confirms: true } or Spoken or TimedOut(ChatTimer.Confirm)) =>
            To(Active, new StopTimer(ChatTimer.Confirm)),

        // ---- The SIP user begins.
        (Idle, InviteReceived { Negotiate: true } i) => (this with { Taken = i.Taken, Proposed = Proposed.And(i.Taken) })
            .To(Offering, new SendForm(), new StartTimer(ChatTimer.Ring)),
        (Idle, InviteReceived i) => (this with { Taken = i.Taken, Terms = Proposed.And(i.Taken) })
            .To(Answering, new AnswerInvite(Proposed)), // C-23: nothing rings
        (Offering, UserAccepts a) => (this with { Device = a.Device, Terms = Proposed.And(a.Granted) })
            .To(Answering, new StopTimer(ChatTimer.Ring), new AnswerInvite(Proposed.And(a.Granted))),
        (Offering, FormBounced { Condition: Xmpp.Stanzas.StanzaErrorCondition.ServiceUnavailable, ByDevice: true }) when MayFallBack => // N-12
            (this with { Dialect = null, Terms = ChatTerms.Everything.And(Taken) })
                .To(Answering, new StopTimer(ChatTimer.Ring), new AnswerInvite(ChatTerms.Everything)),
        (Answering, SipAcknowledged) when IsNegotiated && HasThreeSteps => Settle(new SendComplete(true), new Flow(Terms)),
        (Answering, SipAcknowledged) => Settle([new Flow(Terms), .. IdleTimer]),

        // N-8: the first to accept has the session; the others hear that it is not theirs.
        (not (Idle or Offering), UserAccepts a) when !IsToSip && a.Device != Device => Stay(new SendTerminateTo(a.Device)),
        _ => null,
    };

    /// <summary>A negotiated session is answered: yes to the user.</summary>
    private Transition<Chat, ChatEffect> Agree() => HasThreeSteps
        ? (this with { Open = null }).To(Confirming, new StopTimer(ChatTimer.Ring), new SendReply(true, Terms, null), new Flow(Terms),
            new StartTimer(ChatTimer.Confirm))
        : (this with { Open = null }).To(Active, new StopTimer(ChatTimer.Ring), new SendReply(true, Terms, null), new Flow(Terms));

    private Transition<Chat, ChatEffect> Talk() => To(Active, [new StopTimer(ChatTimer.Ring), new Flow(Terms), .. IdleTimer]);

    /// <summary>Only informal sessions end by silence (C-3, S-12).</summary>
    private ImmutableArray<ChatEffect> IdleTimer => IsNegotiated ? [] : [new StartTimer(ChatTimer.Idle)];

    // S-3: in 1.2 a field that is known and cannot be had is not acceptable; 0.8 has one error for both.
    private Xmpp.Stanzas.StanzaErrorCondition StanzaErrorFor(ImmutableArray<string> fields) => HasThreeSteps && !fields.IsEmpty
        ? Xmpp.Stanzas.StanzaErrorCondition.NotAcceptable
        : Xmpp.Stanzas.StanzaErrorCondition.FeatureNotImplemented;
}
