using System.Collections.Immutable;
using Gateway.Mapping.Sessions;
using Gateway.Xmpp.Stanzas;
using static Gateway.Mapping.Chats.ChatEffect;
using static Gateway.Mapping.Chats.ChatEvent;
using static Gateway.Mapping.Chats.ChatState;

namespace Gateway.Mapping.Chats;

/// <summary>Rows of a session that changes: parameters (MAPPING 7.2), resource (7.3), connection (C-22).</summary>
public sealed partial record Chat
{
    /// <summary>A peer that loses each new connection at once loses the session too.</summary>
    private const int LossLimit = 5;

    private Transition<Chat, ChatEffect>? OnChange(ChatEvent e) => (State, e) switch
    {
        // ---- The user wishes other parameters (N-20 to N-23).
        (Active, UserRenegotiates r) when IsNegotiated && r.Offer.MissingIn(r.Offer.Wanted) is { IsEmpty: false } missing =>
            Stay(new SendRenegotiationError(r.Offer, StanzaErrorFor(missing), missing)),
        (Active, UserRenegotiates r) when IsNegotiated && !IsRefreshing => Renegotiate(r.Offer),
        (Active, UserRenegotiates r) when IsNegotiated && Queued is null => (this with { Queued = r.Offer }).Stay(),
        (UserRenegotiating, SipReinviteAnswered a) => Renegotiated(a.Taken),
        (UserRenegotiating, SipReinviteRefused { Status: 481 or 408 }) => null, // N-23: the dialog is gone, and so is the session
        (UserRenegotiating, SipReinviteRefused or SipAnswerUnusable) => (this with { Open = null })
            .Settle(new SendRenegotiationError(Open!, StanzaErrorFor([]), [])), // N-22
        (PhoneRenegotiating, UserRenegotiates r) when Queued is null => (this with { Queued = r.Offer }).Stay(), // N-25
        (not (Idle or Cancelling), UserRenegotiates r) when IsNegotiated => // too early, or one at a time
            Stay(new SendRenegotiationError(r.Offer, StanzaErrorCondition.UnexpectedRequest, [])),

        // ---- The phone wishes other parameters (N-24).
        (Active, SipReoffers r) when IsNegotiated && !IsRefreshing && Terms.NeedsOffer(Terms with { Xhtml = r.Taken.Xhtml, ChatStates = r.Taken.ChatStates }) =>
            (this with { Proposed = Terms with { Xhtml = r.Taken.Xhtml, ChatStates = r.Taken.ChatStates }, Taken = r.Taken }).To(
                PhoneRenegotiating,
                new SendRenegotiation(Terms with { Xhtml = r.Taken.Xhtml, ChatStates = r.Taken.ChatStates }), new StartTimer(ChatTimer.Renegotiate)),
        (Active or Answering or Confirming, SipReoffers r) when !IsRefreshing =>
            (this with { Taken = r.Taken, Terms = IsNegotiated ? Terms.And(r.Taken) : Proposed.And(r.Taken) }).Accept(),
        (Active or Answering or Confirming, SipRefreshes) when !IsRefreshing => Stay(new AcceptReinvite(IsNegotiated ? Terms : Proposed)),
        (PhoneRenegotiating, UserSettles { Agrees: true } s) => (this with { Terms = Proposed.And(s.Granted) }).Settle(
            new StopTimer(ChatTimer.Renegotiate), new AcceptReinvite(Proposed.And(s.Granted)), new Flow(Proposed.And(s.Granted))),
        (PhoneRenegotiating, UserSettles or FormBounced) =>
            Settle(new StopTimer(ChatTimer.Renegotiate), new RefuseReinvite(488, ChatWarnings.Format)),
        (PhoneRenegotiating, TimedOut(ChatTimer.Renegotiate)) =>
            Settle(new StopTimer(ChatTimer.Renegotiate), new RefuseReinvite(488, ChatWarnings.NoAnswer)),

        // N-25: while an offer of ours is open the phone's is refused, and comes again by itself.
        (not (Idle or Offering or Reconnecting), SipReoffers or SipRefreshes) when State == UserRenegotiating || IsRefreshing => Stay(new RefuseReinvite(491)),
        (not (Idle or Offering), SipReoffersNothing) => Stay(new RefuseReinvite(488, ChatWarnings.NoStream)),
        (_, SipReplaced r) => Stay(new RefuseReplacement(r.NewCall)),

        // ---- Another resource (N-27 to N-30). Accepted at once for the SIP user; the phone is only refreshed.
        (Active or Confirming, UserMoves m) when IsNegotiated && !IsRefreshing => (this with { Device = m.Device, IsRefreshing = true })
            .Stay(new SendMoved(m.Id, Device, m.Device), new SendReinvite(Terms)),
        (Active or Confirming or Answering or UserRenegotiating or PhoneRenegotiating or Reconnecting, UserMoves m) when IsNegotiated =>
            (this with { Device = m.Device }).Stay(new SendMoved(m.Id, Device, m.Device)),
        (Active or Confirming, SipReinviteAnswered or SipAnswerUnusable) when IsRefreshing => (this with { IsRefreshing = false }).Resume(),
        (Active or Confirming, SipReinviteRefused r) when IsRefreshing && r.Status is not (481 or 408) => (this with { IsRefreshing = false }).Resume(),

        // ---- Presence of her device (N-36).
        (not (Idle or Inviting or Offering or Cancelling), UserUnavailable) when IsNegotiated => Stay(new StartTimer(ChatTimer.Grace)),
        (not (Idle or Cancelling), UserAvailable) when IsNegotiated => Stay(new StopTimer(ChatTimer.Grace)),
        (_, Spoken) when Losses > 0 => (this with { Losses = 0 }).Stay(),
        _ => null,
    };

    /// <summary>The connection of the messages (C-22). Who opened the dialog offers anew; the other waits a moment for it.</summary>
    private Transition<Chat, ChatEffect>? OnConnection(ChatEvent e) => (State, e) switch
    {
        (Active or Confirming, ConnectionLost { IsTrusted: true }) when !IsRefreshing && Losses < LossLimit => Mend(),
        (Active or Confirming or UserRenegotiating or PhoneRenegotiating or Answering, ConnectionLost { IsTrusted: true }) when Losses < LossLimit =>
            (this with { IsBroken = true }).Stay(),
        (Active or Confirming, ReofferNeeded) when !IsRefreshing => (this with { IsRefreshing = true }).Stay(new SendReinvite(IsNegotiated ? Terms : Proposed)),
        (Reconnecting, TimedOut(ChatTimer.Retry)) => Stay(new Reconnect()),
        (Reconnecting, SipReinviteAnswered a) => (this with { Taken = a.Taken })
            .Settle(new StopTimer(ChatTimer.Reconnect), new StopTimer(ChatTimer.Retry)),
        (Reconnecting, SipRefreshes or SipReoffers) => // theirs came first
            Settle(new StopTimer(ChatTimer.Reconnect), new StopTimer(ChatTimer.Retry), new AcceptReinvite(IsNegotiated ? Terms : Proposed)),
        (Reconnecting, ConnectionLost { IsTrusted: true }) when Losses < LossLimit => (this with { Losses = Losses + 1 }).Stay(new StartTimer(ChatTimer.Retry)),
        _ => null,
    };

    private Transition<Chat, ChatEffect> Renegotiate(ChatOffer offer)
    {
        var wanted = offer.Wanted;
        return wanted.NeedsOffer(Terms)
            ? (this with { Open = offer, Proposed = wanted }).To(UserRenegotiating, new SendReinvite(wanted)) // N-21
            : (this with { Terms = wanted }).Stay(new SendRenegotiationReply(offer, wanted), new Flow(wanted)); // nothing that SIP knows of
    }

    /// <summary>The phone took our offer: what came out holds, unless the form needed more than that.</summary>
    private Transition<Chat, ChatEffect> Renegotiated(ChatTerms taken)
    {
        var terms = Proposed.And(taken);
        var missing = Open!.MissingIn(terms);
        return missing.IsEmpty
            ? (this with { Terms = terms, Taken = taken, Open = null }).Settle(new SendRenegotiationReply(Open, terms), new Flow(terms))
            : (this with { Taken = taken, Open = null }).Settle(new SendRenegotiationError(Open, StanzaErrorFor(missing), missing));
    }

    private Transition<Chat, ChatEffect> Accept() =>
        Stay(new AcceptReinvite(IsNegotiated ? Terms : Proposed), new Flow(Terms));

    /// <summary>An offer is settled; what waited for that comes next.</summary>
    private Transition<Chat, ChatEffect> Settle(params ImmutableArray<ChatEffect> todo)
    {
        var (next, more) = (this with { State = Active }).Resume();
        return new(next, [.. todo, .. more]);
    }

    private Transition<Chat, ChatEffect> Resume() =>
        IsBroken ? (this with { IsBroken = false }).Mend()
        : Queued is { } offer && State == Active ? (this with { Queued = null }).Renegotiate(offer)
        : Stay();

    private Transition<Chat, ChatEffect> Mend()
    {
        var next = this with { Losses = Losses + 1 };
        return IsToSip && Losses == 0
            ? next.To(Reconnecting, new StartTimer(ChatTimer.Reconnect), new Reconnect())
            : next.To(Reconnecting, new StartTimer(ChatTimer.Reconnect), new StartTimer(ChatTimer.Retry));
    }
}
