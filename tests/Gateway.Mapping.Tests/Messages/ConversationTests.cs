using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Mapping.Chats;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Messages;
using Gateway.Mapping.Tests.Addresses;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Tests.Messages;

/// <summary>The table of C-1 and C-2, row by row, and its promise as a property: in order, once, nothing lost.</summary>
public sealed class ConversationTests
{
    private static readonly ChatOutcome NoSessions = new ChatOutcome.NoSessions(488);
    private static readonly ChatOutcome Done = new ChatOutcome.Delivered();
    private static readonly PageOutcome Paged = new PageOutcome.Delivered(IsConfirmed: true);
    private static readonly StanzaError Error = new(StanzaErrorCondition.RecipientUnavailable);

    private readonly List<string> _did = [];
    private Conversation _state = new(ChatMode.Auto);

    [Fact] // C-1: the first message opens a session, the next follow it
    public void Messages_go_into_the_session_in_order()
    {
        Say(1, 2);
        Post(new ConversationEvent.SessionTook(1), new ConversationEvent.SessionTook(2));
        Post(new ConversationEvent.SessionSettled(1, Done), new ConversationEvent.SessionSettled(2, Done));

        Assert.Equal(["open 1", "open 2", "delivered 1", "delivered 2"], _did);
        Assert.Empty(_state.Sayings);
    }

    [Fact] // C-1: 488 to the INVITE; what waited in the session goes as MESSAGE, first come first served
    public void A_refused_session_gives_back_its_messages_in_order()
    {
        Say(1, 2, 3);
        Post(
            new ConversationEvent.SessionTook(1), new ConversationEvent.SessionTook(2), new ConversationEvent.SessionTook(3),
            new ConversationEvent.SessionSettled(1, NoSessions), new ConversationEvent.SessionSettled(2, NoSessions),
            new ConversationEvent.Paged(1, Paged), new ConversationEvent.SessionSettled(3, NoSessions),
            new ConversationEvent.Paged(2, Paged), new ConversationEvent.Paged(3, Paged));

        Assert.Equal(
            [
                "open 1", "open 2", "open 3", "remember", "page 1", "remember", "delivered 1!", "page 2", "remember", "delivered 2!",
                "page 3", "delivered 3!",
            ],
            _did);
    }

    [Fact]
    public void What_is_said_while_a_message_is_on_its_way_waits_for_it()
    {
        Say(1);
        Post(new ConversationEvent.NoSession(1, false));
        Say(2);
        Assert.Equal(["open 1", "page 1"], _did);

        Post(new ConversationEvent.Paged(1, new PageOutcome.Failed(Error, 480)));
        Assert.Equal(["open 1", "page 1", "failed 1", "offer 2"], _did); // nobody was there a moment ago
    }

    [Fact] // C-2: each is bounced by itself
    public void A_failed_session_returns_each_of_its_messages()
    {
        Say(1, 2);
        Post(
            new ConversationEvent.SessionTook(1), new ConversationEvent.SessionTook(2),
            new ConversationEvent.SessionSettled(1, new ChatOutcome.Failed(480, Error)),
            new ConversationEvent.SessionSettled(2, new ChatOutcome.Failed(480, Error)));

        Assert.Equal(["open 1", "open 2", "failed 1", "failed 2"], _did);
    }

    [Theory] // C-2: nobody there, or not now: a MESSAGE may wait for them, or be kept on its way
    [InlineData(408, null)]
    [InlineData(480, null)]
    [InlineData(503, 30)]
    [InlineData(504, null)]
    [InlineData(486, null)] // too busy for a session, not for a letter
    [InlineData(600, null)]
    [InlineData(603, 5)]
    public void Where_nobody_opens_the_session_its_messages_go_as_single_ones_in_order(int status, int? retryAfter)
    {
        Say(1, 2);
        Post(new ConversationEvent.SessionTook(1), new ConversationEvent.SessionTook(2));
        Unsent(status, retryAfter, 1, 2);
        Say(3);
        Post(
            new ConversationEvent.Paged(1, Paged), new ConversationEvent.Paged(2, Paged));

        Assert.Equal(
            ["open 1", "open 2", "page 1", "delivered 1!", "page 2", "delivered 2!", "open 3"], _did); // back again: a session once more
    }

    [Theory] // C-2: no for good is no to a MESSAGE too
    [InlineData(ChatMode.Auto, 404)]
    [InlineData(ChatMode.Auto, 403)]
    [InlineData(ChatMode.Auto, 603)]
    [InlineData(ChatMode.Auto, 604)]
    [InlineData(ChatMode.Session, 404)]
    [InlineData(ChatMode.Session, 486)]
    public void A_final_refusal_of_the_session_returns_each_message_at_once(ChatMode mode, int status)
    {
        _state = new Conversation(mode);
        Say(1, 2);
        Post(new ConversationEvent.SessionTook(1), new ConversationEvent.SessionTook(2));
        Unsent(status, null, 1, 2);

        Assert.Equal(["open 1", "open 2", "failed 1", "failed 2"], _did);
        Assert.Empty(_state.Sayings);
    }

    [Fact] // while nobody is there no session is tried for each that waits; one that they open is used
    public void What_waits_for_who_is_away_does_not_open_sessions()
    {
        Say(1);
        Post(new ConversationEvent.SessionTook(1));
        Unsent(480, null, 1);
        Say(2, 3);
        Post(new ConversationEvent.Paged(1, new PageOutcome.Failed(Error, 480)));
        Assert.Equal(["open 1", "page 1", "failed 1", "offer 2"], _did);
        Post(new ConversationEvent.NoSession(2, false));
        Assert.Equal("page 2 or never", _did[^1]); // it has waited as long as the first
        Post(new ConversationEvent.Expired(2), new ConversationEvent.SessionTook(3), new ConversationEvent.SessionSettled(3, Done));

        Assert.Equal(["failed 2", "offer 3", "delivered 3"], _did[5..]);
        Say(4);
        Assert.Equal("open 4", _did[^1]);
    }

    [Fact] // forced: a session is tried again, by the oldest, and the others come along
    public void In_session_mode_the_session_is_tried_again()
    {
        _state = new Conversation(ChatMode.Session);
        Say(1, 2);
        Post(new ConversationEvent.SessionTook(1), new ConversationEvent.SessionTook(2));
        Unsent(480, null, 1, 2);
        Say(3);
        Assert.Equal(["open 1", "open 2", "rest 1 (1)"], _did);
        Post(new ConversationEvent.Rested(1), new ConversationEvent.SessionTook(1), new ConversationEvent.SessionTook(2), new ConversationEvent.SessionTook(3));
        Unsent(503, 7, 1, 2, 3);
        Assert.Equal(["open 1 or never", "open 2 or never", "open 3 or never", "rest 1 (2)"], _did[3..]);
        Post(new ConversationEvent.Expired(1), new ConversationEvent.Expired(2), new ConversationEvent.SessionTook(3));
        Assert.Equal(["failed 1", "open 2 or never", "failed 2", "open 3 or never"], _did[7..]);
    }

    [Fact] // who has come back knows sessions only
    public void A_phone_that_returns_and_takes_no_MESSAGE_gets_a_session()
    {
        Say(1);
        Post(new ConversationEvent.SessionTook(1));
        Unsent(480, null, 1);
        Post(new ConversationEvent.Paged(1, new PageOutcome.Failed(Error, 405)), new ConversationEvent.SessionTook(1));
        Unsent(408, null, 1);
        Post(new ConversationEvent.Rested(1), new ConversationEvent.SessionTook(1), new ConversationEvent.SessionSettled(1, Done));

        Assert.Equal(["open 1", "page 1", "open 1 or never", "rest 1 (2)", "open 1 or never", "delivered 1"], _did);
    }

    [Fact]
    public void In_page_mode_only_a_session_that_exists_is_used()
    {
        _state = new Conversation(ChatMode.Page);
        Say(1);
        Assert.Equal(["offer 1"], _did);
        Post(new ConversationEvent.NoSession(1, false));
        Assert.Equal(["offer 1", "page 1"], _did);
    }

    [Fact]
    public void In_session_mode_a_chat_message_never_becomes_a_single_one()
    {
        _state = new Conversation(ChatMode.Session);
        Say(1, 2);
        Post(new ConversationEvent.SessionTook(1), new ConversationEvent.SessionSettled(1, NoSessions), new ConversationEvent.NoSession(2, true));

        Assert.Equal(["open 1", "open 2", "remember", "refused 1 488", "failed 2"], _did);
    }

    [Fact] // C-1 (c)
    public void A_message_of_type_normal_opens_no_session()
    {
        _state = new Conversation(ChatMode.Session);
        Post(new ConversationEvent.Said(Saying(1, "normal")), new ConversationEvent.NoSession(1, false));
        Assert.Equal(["offer 1", "page 1"], _did);
    }

    [Fact] // a session fills up: what it does not take must not overtake what it has
    public void What_a_full_session_refuses_waits_for_what_it_took()
    {
        Say(1, 2);
        Post(new ConversationEvent.SessionTook(1), new ConversationEvent.NoSession(2, true));
        Assert.Equal(["open 1", "open 2"], _did);
        Post(new ConversationEvent.SessionSettled(1, Done));
        Assert.Equal(["open 1", "open 2", "delivered 1", "page 2"], _did);
    }

    [Fact] // its outcome may come from another thread before the answer to the offer
    public void An_outcome_that_overtakes_the_taking_counts()
    {
        Say(1);
        Post(new ConversationEvent.SessionSettled(1, Done), new ConversationEvent.SessionTook(1));
        Assert.Equal(["open 1", "delivered 1"], _did);
        Assert.Empty(_state.Sayings);
    }

    [Fact] // nothing vanishes, nothing twice, in order, whatever sessions and phones do
    public void Every_message_comes_to_one_end_and_leaves_in_order() =>
        Prop.ForAll(
            Gen.Elements(ChatMode.Auto, ChatMode.Page, ChatMode.Session).ToArbitrary(), Gen.Choose(0, 99).ArrayOf().ToArbitrary(),
            (mode, choices) =>
            {
                var world = new World(mode);
                foreach (var choice in choices)
                {
                    world.Step(choice);
                }

                world.Finish();
                return world.IsRight;
            }).QuickCheckThrowOnFailure();

    private void Say(params long[] ids)
    {
        foreach (var id in ids)
        {
            Post(new ConversationEvent.Said(Saying(id)));
        }
    }

    private void Post(params ConversationEvent[] events)
    {
        foreach (var e in events)
        {
            (_state, var effects) = _state.On(e);
            _did.AddRange(effects.Select(Text));
        }
    }

    private void Unsent(int status, int? retryAfter, params long[] ids) => Post(
        [.. ids.Select(id => new ConversationEvent.SessionSettled(id, new ChatOutcome.Unsent(status, Error, retryAfter)))]);

    private static string Text(ConversationEffect effect) => effect switch
    {
        ConversationEffect.Offer { MayOpen: true } o => $"open {o.Saying.Id}{(o.IsAway ? " or never" : "")}",
        ConversationEffect.Offer o => $"offer {o.Saying.Id}",
        ConversationEffect.Page p => $"page {p.Saying.Id}{(p.IsAway ? " or never" : "")}",
        ConversationEffect.Rest r => $"rest {r.Saying.Id} ({r.Saying.Attempts})",
        ConversationEffect.Delivered d => $"delivered {d.Saying.Id}{(d.IsConfirmed ? "!" : "")}",
        ConversationEffect.Fail f => $"failed {f.Saying.Id}",
        ConversationEffect.Refuse r => $"refused {r.Saying.Id} {r.Status}",
        _ => "remember",
    };

    internal static Saying Saying(long id, string type = "chat")
    {
        var stanza = Stanzas.Chat($"m{id}", type: type);
        Assert.True(Plans.Plan().TryToSip(stanza.To, out var target, out _));
        return new Saying(id, stanza, (FromXmpp.Words)FromXmpp.Read(stanza, new MessageOptions(), default), new AdmittedToSip(target, stanza.To));
    }

    /// <summary>A session that comes and goes and a SIP side that answers at random, driven by numbers.</summary>
    private sealed class World(ChatMode mode)
    {
        private static readonly Saying[] Prepared = [.. Enumerable.Range(0, 200).Select(id => Saying(id))];

        private readonly Queue<long> _session = new();
        private readonly List<long> _left = []; // in the order in which they left for the SIP side
        private readonly List<long> _ended = [];
        private readonly Queue<ConversationEvent> _answers = new(); // to offers; they may come after the outcome
        private Conversation _state = new(mode);
        private long _said;
        private long? _paging;
        private long? _resting;
        private int _luck;

        public bool IsRight => _ended.Count == _said && _ended.Distinct().Count() == _ended.Count && _left.SequenceEqual(_left.Order())
            && _state.Sayings.IsEmpty;

        public void Step(int choice)
        {
            _luck += choice;
            switch (choice % 4)
            {
                case 0 or 1 when _said < Prepared.Length:
                    On(new ConversationEvent.Said(Prepared[_said++]));
                    break;
                case 2:
                    Settle(choice);
                    break;
                default:
                    Answer(choice);
                    break;
            }
        }

        public void Finish()
        {
            for (var i = 0; i < 2_000 && !_state.Sayings.IsEmpty; i++)
            {
                Answer(3 * i);
                Settle(i);
            }
        }

        private void Answer(int choice)
        {
            if (_answers.TryDequeue(out var answer))
            {
                On(answer);
            }
            else if (_paging is { } paged)
            {
                _paging = null;
                On(new ConversationEvent.Paged(paged, choice % 2 == 0 ? Paged : new PageOutcome.Failed(Error, choice % 5 == 0 ? 405 : 480)));
            }
            else if (_resting is { } resting)
            {
                _resting = null;
                On(choice % 4 == 0 ? new ConversationEvent.Expired(resting) : new ConversationEvent.Rested(resting));
            }
        }

        private void Settle(int choice)
        {
            if (choice % 3 == 1)
            {
                ChatOutcome no = (choice / 3 % 4) switch
                {
                    0 => NoSessions,
                    1 => new ChatOutcome.Unsent(404, Error),
                    2 => new ChatOutcome.Unsent(486, Error),
                    _ => new ChatOutcome.Unsent(480, Error),
                };
                while (_session.TryDequeue(out var refused)) // the INVITE is refused: all that waited for it come back
                {
                    On(new ConversationEvent.SessionSettled(refused, no));
                }
            }
            else if (_session.TryDequeue(out var id))
            {
                _left.Add(id);
                On(new ConversationEvent.SessionSettled(id, choice % 3 == 0 ? Done : new ChatOutcome.Failed(0, Error)));
            }
        }

        private void On(ConversationEvent e)
        {
            (_state, var effects) = _state.On(e);
            foreach (var effect in effects)
            {
                switch (effect)
                {
                    case ConversationEffect.Offer { IsAway: true } when _luck % 5 == 0:
                        _answers.Enqueue(new ConversationEvent.Expired(effect.Saying.Id));
                        break;
                    case ConversationEffect.Offer when _luck++ % 3 == 0:
                        _session.Enqueue(effect.Saying.Id);
                        _answers.Enqueue(new ConversationEvent.SessionTook(effect.Saying.Id));
                        break;
                    case ConversationEffect.Offer:
                        _answers.Enqueue(new ConversationEvent.NoSession(effect.Saying.Id, _luck % 2 == 0));
                        break;
                    case ConversationEffect.Page:
                        _left.Add(effect.Saying.Id);
                        _paging = effect.Saying.Id;
                        break;
                    case ConversationEffect.Rest:
                        Assert.Null(_resting); // one at a time
                        _resting = effect.Saying.Id;
                        break;
                    case ConversationEffect.Delivered or ConversationEffect.Fail or ConversationEffect.Refuse:
                        _ended.Add(effect.Saying.Id);
                        break;
                }
            }
        }
    }
}
