using System.Collections.Immutable;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Chats;

/// <summary>What the shell of a chat session has to do. A closed set.</summary>
public abstract record ChatEffect
{
    private ChatEffect()
    {
    }

    // ---- Stanzas to the XMPP user.

    /// <summary>The initiation form for a SIP user's INVITE.</summary>
    public sealed record SendForm : ChatEffect;

    /// <summary>The answer to her initiation.</summary>
    public sealed record SendReply(bool Accepts, ChatTerms Terms, string? Reason) : ChatEffect;

    /// <summary>Her initiation comes back as an error.</summary>
    public sealed record SendOfferError(StanzaErrorCondition Condition, ImmutableArray<string> Fields, string? Text = null) : ChatEffect
    {
        /// <summary>Where the SIP user has moved (E-5).</summary>
        public Jid? NewAddress { get; init; }

        /// <inheritdoc/>
        public bool Equals(SendOfferError? other) =>
            other is not null && Condition == other.Condition && Text == other.Text && NewAddress == other.NewAddress && Fields.AsSpan().SequenceEqual(other.Fields.AsSpan());

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Condition, Text, Fields.Length);
    }

    /// <summary>1.2: the third step.</summary>
    public sealed record SendComplete(bool Confirms) : ChatEffect;

    /// <summary>The form for the phone's other parameters.</summary>
    public sealed record SendRenegotiation(ChatTerms Wanted) : ChatEffect;

    /// <summary>The answer to her renegotiation: what holds now.</summary>
    public sealed record SendRenegotiationReply(ChatOffer Offer, ChatTerms Terms) : ChatEffect;

    /// <summary>Her renegotiation failed; the old parameters stay (N-22).</summary>
    public sealed record SendRenegotiationError(ChatOffer Offer, StanzaErrorCondition Condition, ImmutableArray<string> Fields) : ChatEffect
    {
        /// <inheritdoc/>
        public bool Equals(SendRenegotiationError? other) => other is not null && Offer.Equals(other.Offer)
            && Condition == other.Condition && Fields.AsSpan().SequenceEqual(other.Fields.AsSpan());

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Offer, Condition, Fields.Length);
    }

    /// <summary>Agrees to her other resource; goes to the old one, whose stanzas are taken for a moment more (N-29).</summary>
    public sealed record SendMoved(string? Id, Jid From, Jid To) : ChatEffect;

    /// <summary>The negotiated session is over.</summary>
    public sealed record SendTerminate(string? Reason) : ChatEffect;

    /// <summary>Tells another device of hers, which accepted too, that there is no session for it (N-8).</summary>
    public sealed record SendTerminateTo(Jid Device) : ChatEffect;

    /// <summary>Acknowledges her termination (N-33).</summary>
    public sealed record AcknowledgeTermination(string? Id) : ChatEffect;

    /// <summary>The chat state gone, where chat states are used (C-5).</summary>
    public sealed record SendGone : ChatEffect;

    // ---- SIP.

    /// <summary>INVITE with these terms; a second one repeats it with fewer.</summary>
    public sealed record SendInvite(ChatTerms Terms) : ChatEffect;

    /// <summary>CANCEL, or the wish to.</summary>
    public sealed record CancelInvite : ChatEffect;

    /// <summary>200 with these terms.</summary>
    public sealed record AnswerInvite(ChatTerms Terms) : ChatEffect;

    /// <summary>Final refusal.</summary>
    public sealed record RefuseInvite(int Status, string? Phrase = null) : ChatEffect
    {
        /// <summary>The new address of 301 and 302 (E-5).</summary>
        public SipUri? Contact { get; init; }

        /// <summary>What a 488 is about (N-13).</summary>
        public SipWarning? Warning { get; init; }
    }

    /// <summary>BYE, once what was said before has left.</summary>
    public sealed record SendBye(SipReason? Reason) : ChatEffect;

    /// <summary>re-INVITE with these terms.</summary>
    public sealed record SendReinvite(ChatTerms Terms) : ChatEffect;

    /// <summary>re-INVITE with a new path.</summary>
    public sealed record Reconnect : ChatEffect;

    /// <summary>200 to the phone's re-INVITE, with these terms.</summary>
    public sealed record AcceptReinvite(ChatTerms Terms) : ChatEffect;

    /// <summary>Refusal of it. <paramref name="Warning"/>: what a 488 is about (RFC 3261 section 20.43).</summary>
    public sealed record RefuseReinvite(int Status, SipWarning? Warning = null) : ChatEffect;

    /// <summary>Refuses what wants to take this session's place.</summary>
    public sealed record RefuseReplacement(ISipCall Call) : ChatEffect;

    // ---- The messages.

    /// <summary>From now on messages flow under these terms; what waited goes first.</summary>
    public sealed record Flow(ChatTerms Terms) : ChatEffect;

    /// <summary>The SIP side refused: everything that waited is answered for (C-2).</summary>
    public sealed record FailWaiting(int Status, string Phrase, int? RetryAfter = null) : ChatEffect;

    /// <summary>No more messages; what has no outcome gets one.</summary>
    public sealed record CloseMessages : ChatEffect;

    // ---- Timers.

    /// <summary>Arms a timer, replacing a running one of its kind.</summary>
    public sealed record StartTimer(ChatTimer Timer) : ChatEffect;

    /// <summary>Stops a timer, if it runs.</summary>
    public sealed record StopTimer(ChatTimer Timer) : ChatEffect;
}
