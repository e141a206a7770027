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

    /// <summary>No session could be opened, and only a session will do: it is tried again after a while.</summary>
    Resting,
}

/// <summary>One message of an XMPP user on its way to SIP.</summary>
/// <param name="Id">Counts up within the conversation.</param>
/// <param name="Stanza">The message as it came.</param>
/// <param name="Words">What it says.</param>
/// <param name="To">Where it goes.</param>
internal sealed record Saying(long Id, MessageStanza Stanza, FromXmpp.Words Words, AdmittedToSip To)
{
    public SayingState State { get; init; }

    /// <summary>When its sender gets an error in place of another try.</summary>
    public DateTimeOffset Until { get; init; }

    /// <summary>Sessions that could not be opened for it.</summary>
    public int Attempts { get; init; }

    /// <summary>The SIP user turned out to take no MESSAGE: it waits for a session, whatever the mode.</summary>
    public bool NeedsSession { get; init; }
}

/// <summary>Nobody was there.</summary>
/// <param name="Error">What the sender is told if it stays so.</param>
/// <param name="ToMessage">A MESSAGE has found that, not only an INVITE.</param>
internal sealed record Absence(StanzaError Error, bool ToMessage);

/// <summary>
/// What one XMPP user says to one SIP user, in order (MAPPING C-1, C-2): each message goes through the session they have, or one
/// that is opened for it, or as MESSAGE. What a session refuses to begin with goes as MESSAGE, still in order; so does what finds
/// nobody there, because a MESSAGE is tried again, and may be kept on its way, where a session can only fail.
/// </summary>
/// <param name="Mode">Whether sessions are opened.</param>
internal sealed record Conversation(ChatMode Mode)
{
    /// <summary>Messages that have not come to an end, oldest first.</summary>
    public ImmutableArray<Saying> Sayings { get; init; } = [];

    /// <summary>Nobody was there for the last one: what waits does not begin with a session then.</summary>
    public Absence? Away { get; init; }

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
            Without(it).After(null, new ConversationEffect.Delivered(it, IsConfirmed: false)),
        // Nothing of it has left: 405, 415, 488, 501 or 606 to the INVITE (C-1).
        (ConversationEvent.SessionSettled { Outcome: ChatOutcome.NoSessions refused }, { State: SayingState.InSession or SayingState.Offered } it) =>
            IsSessionOnly(it)
                ? Without(it).Go(new ConversationEffect.RememberPageOnly(it), new ConversationEffect.Refuse(it, refused.Status))
                : Put(it with { State = SayingState.Held }).Go(new ConversationEffect.RememberPageOnly(it)),
        // Nobody is there, or not now; nothing of it has left either.
        (ConversationEvent.SessionSettled { Outcome: ChatOutcome.Unsent unsent }, { State: SayingState.InSession or SayingState.Offered } it) =>
            IsSessionOnly(it) ? Again(it, unsent) : Otherwise(it, unsent),
        (ConversationEvent.SessionSettled { Outcome: ChatOutcome.Failed failed }, { State: SayingState.InSession or SayingState.Offered } it) =>
            Without(it).Go(new ConversationEffect.Fail(it, failed.Error)),

        (ConversationEvent.Rested, { State: SayingState.Resting } it) => Put(it with { State = SayingState.Waiting }).Go(),
        (ConversationEvent.Expired, { State: SayingState.Resting or SayingState.Offered or SayingState.Paging } it) =>
            Without(it).Go(new ConversationEffect.Fail(
                it, Away?.Error ?? new StanzaError(StanzaErrorCondition.RemoteServerTimeout, "nobody was there", "wait"))),

        (ConversationEvent.Paged { Outcome: PageOutcome.Delivered delivered }, { State: SayingState.Paging } it) =>
            Without(it).After(null, new ConversationEffect.Delivered(it, delivered.IsConfirmed)),
        // It fell back to MESSAGE because nobody was there, and who has come knows sessions only.
        (ConversationEvent.Paged { Outcome: PageOutcome.Failed { Status: 405 or 501 } }, { State: SayingState.Paging, Attempts: > 0, Words.IsChat: true } it)
            when Mode == ChatMode.Auto =>
            Put(it with { State = SayingState.Waiting, NeedsSession = true }).Go(),
        (ConversationEvent.Paged { Outcome: PageOutcome.Failed failed }, { State: SayingState.Paging } it) =>
            Without(it).After(
                Patience.MayRecover(failed.Status, null) ? new Absence(failed.Error, ToMessage: true) : null,
                new ConversationEffect.Fail(it, failed.Error)),

        _ => new Transition<Conversation, ConversationEffect>(this, []), // what has come to an end already
    };

    private bool IsSessionOnly(Saying saying) => saying.NeedsSession || (Mode == ChatMode.Session && saying.Words.IsChat);

    /// <summary>Only a session will do: the oldest asks again after a while, and those behind it come along.</summary>
    private Transition<Conversation, ConversationEffect> Again(Saying it, ChatOutcome.Unsent unsent)
    {
        if (!Patience.MayRecover(unsent.Status, unsent.RetryAfter))
        {
            return Without(it).After(null, new ConversationEffect.Fail(it, unsent.Error));
        }

        if (Sayings.Any(saying => saying.State == SayingState.Resting))
        {
            return Put(it with { State = SayingState.Waiting }).After(new Absence(unsent.Error, ToMessage: false));
        }

        var resting = it with { State = SayingState.Resting, Attempts = it.Attempts + 1 };
        return Put(resting).After(new Absence(unsent.Error, ToMessage: false), new ConversationEffect.Rest(resting, unsent.Status, unsent.RetryAfter));
    }

    /// <summary>It goes as MESSAGE where that may help: who is away may be back in time, and who is too busy to talk can still read
    /// (486, 600). What says no for good says it to a MESSAGE too.</summary>
    private Transition<Conversation, ConversationEffect> Otherwise(Saying it, ChatOutcome.Unsent unsent) =>
        Patience.MayRecover(unsent.Status, unsent.RetryAfter) || unsent.Status is 486 or 600
            ? Put(it with { State = SayingState.Held, Attempts = it.Attempts + 1 })
                .After(Away is { ToMessage: true } ? Away : new Absence(unsent.Error, ToMessage: false))
            : Without(it).After(null, new ConversationEffect.Fail(it, unsent.Error));

    /// <summary>The same, after news of whether somebody is there.</summary>
    private Transition<Conversation, ConversationEffect> After(Absence? away, params ImmutableArray<ConversationEffect> before) =>
        (this with { Away = Sayings.IsEmpty ? null : away }).Go(before);

    /// <summary>Moves on whatever can move: a waiting one is offered to a session once all before it are in one, and what is held
    /// goes as MESSAGE once it is the oldest.</summary>
    private Transition<Conversation, ConversationEffect> Go(params ImmutableArray<ConversationEffect> before)
    {
        if (Sayings is [{ State: SayingState.Held } oldest, ..])
        {
            return new(Put(oldest with { State = SayingState.Paging }), before.Add(new ConversationEffect.Page(oldest, IsAway: Away is { ToMessage: true })));
        }

        var next = Sayings.FirstOrDefault(saying => saying.State != SayingState.InSession);
        return next is { State: SayingState.Waiting }
            ? new(Put(next with { State = SayingState.Offered }), before.Add(
                new ConversationEffect.Offer(next, MayOpen(next), IsAway: Away is not null && IsSessionOnly(next))))
            : new(this, before);
    }

    private bool MayOpen(Saying saying) => IsSessionOnly(saying) || (Mode == ChatMode.Auto && saying.Words.IsChat && Away is null);

    private Saying? Find(long id) => IndexOf(id) is >= 0 and var index ? Sayings[index] : null;

    private Conversation Put(Saying saying) => this with { Sayings = Sayings.SetItem(IndexOf(saying.Id), saying) };

    private Conversation Without(Saying saying) =>
        this with { Sayings = Sayings.RemoveAt(IndexOf(saying.Id)), Away = Sayings.Length == 1 ? null : Away };

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

    /// <summary>It has waited long enough to be tried again.</summary>
    public sealed record Rested(long Id) : ConversationEvent(Id);

    /// <summary>Its time is over.</summary>
    public sealed record Expired(long Id) : ConversationEvent(Id);

    /// <summary>What became of it as MESSAGE.</summary>
    public sealed record Paged(long Id, PageOutcome Outcome) : ConversationEvent(Id);
}

/// <summary>What is to be done for a conversation. A closed set.</summary>
/// <param name="Saying">The message it is about.</param>
internal abstract record ConversationEffect(Saying Saying)
{
    /// <summary>Ask a session; open one if there is none and it may.</summary>
    /// <param name="Saying">The message.</param>
    /// <param name="MayOpen">Whether one may be opened.</param>
    /// <param name="IsAway">The one before found nobody: if the time of this one is over, it has been tried long enough.</param>
    public sealed record Offer(Saying Saying, bool MayOpen, bool IsAway) : ConversationEffect(Saying);

    /// <summary>Send it as MESSAGE.</summary>
    /// <param name="Saying">The message.</param>
    /// <param name="IsAway">The one before found nobody: if the time of this one is over, it has been tried long enough.</param>
    public sealed record Page(Saying Saying, bool IsAway) : ConversationEffect(Saying);

    /// <summary>Wait before a session is tried again, or give up when its time is over by then.</summary>
    public sealed record Rest(Saying Saying, int Status, int? RetryAfter) : ConversationEffect(Saying);

    /// <summary>It is delivered; confirmed by the far side when a receipt may be given (M-12).</summary>
    public sealed record Delivered(Saying Saying, bool IsConfirmed) : ConversationEffect(Saying);

    /// <summary>It comes back.</summary>
    public sealed record Fail(Saying Saying, StanzaError Error) : ConversationEffect(Saying);

    /// <summary>It comes back, because of this status.</summary>
    public sealed record Refuse(Saying Saying, int Status) : ConversationEffect(Saying);

    /// <summary>The SIP user has no sessions.</summary>
    public sealed record RememberPageOnly(Saying Saying) : ConversationEffect(Saying);
}
