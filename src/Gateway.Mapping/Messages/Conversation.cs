using System.Collections.Immutable;
using Gateway.Mapping.Chats;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Sessions;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Messages;

/// <summary>Where a message of a conversation is.</summary>
internal enum SayingState
{
    /// <summary>Its turn has not come.</summary>
    Waiting,

    /// <summary>A session is asked whether it takes it.</summary>
    Offered,

    /// <summary>A session has it, and will tell what became of it.</summary>
    InSession,

    /// <summary>No session takes it: it goes as MESSAGE when all before it have come to an end.</summary>
    Held,

    /// <summary>It is on its way as MESSAGE.</summary>
    Paging,
}

/// <summary>One message of an XMPP user on its way to SIP.</summary>
/// <param name="Id">Counts up within the conversation.</param>
/// <param name="Stanza">The message as it came.</param>
/// <param name="Words">What it says.</param>
/// <param name="To">Where it goes.</param>
internal sealed record Saying(long Id, MessageStanza Stanza, FromXmpp.Words Words, AdmittedToSip To)
{
    public SayingState State { get; init; }
}

/// <summary>
/// What one XMPP user says to one SIP user, in order (MAPPING C-1, C-2): each message goes through the session they have, or one
/// that is opened for it, or as MESSAGE. What a session refuses to begin with goes as MESSAGE, still in order.
/// </summary>
/// <param name="Mode">Whether sessions are opened.</param>
internal sealed record Conversation(ChatMode Mode)
{
    /// <summary>Messages that have not come to an end, oldest first.</summary>
    public ImmutableArray<Saying> Sayings { get; init; } = [];

    public Transition<Conversation, ConversationEffect> On(ConversationEvent e) => (e, Find(e.Id)) switch
    {
        (ConversationEvent.Said said, _) => (this with { Sayings = Sayings.Add(said.Saying) }).Go(),

        (ConversationEvent.SessionTook, { State: SayingState.Offered } it) => Put(it with { State = SayingState.InSession }).Go(),
        (ConversationEvent.NoSession none, { State: SayingState.Offered } it) when IsSessionOnly(it) => Without(it).Go(
            new ConversationEffect.Fail(it, none.IsFull
                ? new StanzaError(StanzaErrorCondition.ResourceConstraint, "too much waits for this session already", "wait")
                : new StanzaError(StanzaErrorCondition.NotAcceptable, "no session can be opened"))),
        (ConversationEvent.NoSession, { State: SayingState.Offered } it) => Put(it with { State = SayingState.Held }).Go(),

        (ConversationEvent.SessionSettled { Outcome: ChatOutcome.Delivered }, { State: SayingState.InSession or SayingState.Offered } it) =>
            Without(it).Go(new ConversationEffect.Delivered(it, IsConfirmed: false)),
        // Nothing of it has left: 405, 415, 488, 501 or 606 to the INVITE (C-1).
        (ConversationEvent.SessionSettled { Outcome: ChatOutcome.NoSessions refused }, { State: SayingState.InSession or SayingState.Offered } it) =>
            IsSessionOnly(it)
                ? Without(it).Go(new ConversationEffect.RememberPageOnly(it), new ConversationEffect.Refuse(it, refused.Status))
                : Put(it with { State = SayingState.Held }).Go(new ConversationEffect.RememberPageOnly(it)),
        (ConversationEvent.SessionSettled { Outcome: ChatOutcome.Failed failed }, { State: SayingState.InSession or SayingState.Offered } it) =>
            Without(it).Go(new ConversationEffect.Fail(it, failed.Error)),

        (ConversationEvent.Paged { Outcome: PageOutcome.Delivered delivered }, { State: SayingState.Paging } it) =>
            Without(it).Go(new ConversationEffect.Delivered(it, delivered.IsConfirmed)),
        (ConversationEvent.Paged { Outcome: PageOutcome.Failed failed }, { State: SayingState.Paging } it) =>
            Without(it).Go(new ConversationEffect.Fail(it, failed.Error)),

        _ => new Transition<Conversation, ConversationEffect>(this, []), // what has come to an end already
    };

    private bool IsSessionOnly(Saying saying) => Mode == ChatMode.Session && saying.Words.IsChat;

    /// <summary>Moves on whatever can move: a waiting one is offered to a session once all before it are in one, and what is held
    /// goes as MESSAGE once it is the oldest.</summary>
    private Transition<Conversation, ConversationEffect> Go(params ImmutableArray<ConversationEffect> before)
    {
        if (Sayings is [{ State: SayingState.Held } oldest, ..])
        {
            return new(Put(oldest with { State = SayingState.Paging }), before.Add(new ConversationEffect.Page(oldest)));
        }

        var next = Sayings.FirstOrDefault(saying => saying.State != SayingState.InSession);
        return next is { State: SayingState.Waiting }
            ? new(Put(next with { State = SayingState.Offered }), before.Add(new ConversationEffect.Offer(next, MayOpen: Mode != ChatMode.Page && next.Words.IsChat)))
            : new(this, before);
    }

    private Saying? Find(long id) => IndexOf(id) is >= 0 and var index ? Sayings[index] : null;

    private Conversation Put(Saying saying) => this with { Sayings = Sayings.SetItem(IndexOf(saying.Id), saying) };

    private Conversation Without(Saying saying) => this with { Sayings = Sayings.RemoveAt(IndexOf(saying.Id)) };

    private int IndexOf(long id)
    {
        for (var i = 0; i < Sayings.Length; i++)
        {
            if (Sayings[i].Id == id)
            {
                return i;
            }
        }

        return -1;
    }
}

/// <summary>What happens to a conversation. A closed set.</summary>
/// <param name="Id">The message it is about.</param>
internal abstract record ConversationEvent(long Id)
{
    /// <summary>The user says something.</summary>
    public sealed record Said(Saying Saying) : ConversationEvent(Saying.Id);

    /// <summary>A session took it.</summary>
    public sealed record SessionTook(long Id) : ConversationEvent(Id);

    /// <summary>There is none, or none that takes more.</summary>
    public sealed record NoSession(long Id, bool IsFull) : ConversationEvent(Id);

    /// <summary>What became of it in its session.</summary>
    public sealed record SessionSettled(long Id, ChatOutcome Outcome) : ConversationEvent(Id);

    /// <summary>What became of it as MESSAGE.</summary>
    public sealed record Paged(long Id, PageOutcome Outcome) : ConversationEvent(Id);
}

/// <summary>What is to be done for a conversation. A closed set.</summary>
/// <param name="Saying">The message it is about.</param>
internal abstract record ConversationEffect(Saying Saying)
{
    /// <summary>Ask a session; open one if there is none and it may.</summary>
    public sealed record Offer(Saying Saying, bool MayOpen) : ConversationEffect(Saying);

    /// <summary>Send it as MESSAGE.</summary>
    public sealed record Page(Saying Saying) : ConversationEffect(Saying);

    /// <summary>It is delivered; confirmed by the far side when a receipt may be given (M-12).</summary>
    public sealed record Delivered(Saying Saying, bool IsConfirmed) : ConversationEffect(Saying);

    /// <summary>It comes back.</summary>
    public sealed record Fail(Saying Saying, StanzaError Error) : ConversationEffect(Saying);

    /// <summary>It comes back, because of this status.</summary>
    public sealed record Refuse(Saying Saying, int Status) : ConversationEffect(Saying);

    /// <summary>The SIP user has no sessions.</summary>
    public sealed record RememberPageOnly(Saying Saying) : ConversationEffect(Saying);
}
