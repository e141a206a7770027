using System.Collections.Immutable;
using System.Text;
using Gateway.Mapping.Chats;
using Gateway.Xmpp.ChatNegotiation;

namespace Gateway.Mapping.Tests.Chats;

/// <summary>
/// Every kind, state and event against docs/chat-table.md, which is written and reviewed by people: a row that changes there without
/// reason is a bug here. To propose a new table after a deliberate change run the tests with CHAT_TABLE_OUT=FILE, read the
/// difference, and copy it.
/// </summary>
public sealed class ChatTableTests
{
    private static readonly Lazy<ImmutableDictionary<(string, string), string>> Written = new(Read);

    public static TheoryData<string, string> Places()
    {
        var places = new TheoryData<string, string>();
        foreach (var (kind, _) in ChatSamples.Kinds)
        {
            foreach (var state in Enum.GetValues<ChatState>().Where(state => ChatSamples.Exists(kind, state)))
            {
                places.Add(kind, state.ToString());
            }
        }

        return places;
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Every_kind_state_and_event_does_what_the_table_says(string kind, string state)
    {
        var from = Start(kind, Enum.Parse<ChatState>(state));
        Assert.All(ChatSamples.Events, sample => Assert.Equal(
            $"{sample.Name}: {Written.Value.GetValueOrDefault(($"{kind} {state}", sample.Name), "-")}", $"{sample.Name}: {Outcome(from, sample.Event)}"));
    }

    [Fact]
    public void The_table_names_no_state_or_event_that_does_not_exist()
    {
        if (Environment.GetEnvironmentVariable("CHAT_TABLE_OUT") is { Length: > 0 } file)
        {
            File.WriteAllText(file, Print());
        }

        var events = ChatSamples.Events.Select(sample => sample.Name).ToHashSet();
        Assert.All(Written.Value.Keys, pair => Assert.Contains(pair.Item2, events));
        Assert.True(Written.Value.Count > 300, "the table was read");
    }

    [Fact]
    public void Whatever_happens_in_any_order_an_ended_session_has_told_both_sides()
    {
        // Random walks (fixed seed): no order of events may leave a side untold, a form unanswered or a message without an outcome.
        var random = new Random(20261121);
        var ended = 0;
        for (var walk = 0; walk < 30_000; walk++)
        {
            var dialect = ChatSamples.Kinds[random.Next(ChatSamples.Kinds.Count)].Dialect;
            var chat = new Chat(ChatState.Idle, dialect, ChatSamples.Phone) { MayFallBack = random.Next(2) == 0 };
            var open = new List<ChatOffer>();
            for (var step = 0; step < 80 && !chat.IsEnded; step++)
            {
                var e = ChatSamples.Events[random.Next(ChatSamples.Events.Count)].Event;
                if (!Fits(chat, e))
                {
                    continue;
                }

                e = e is ChatEvent.UserRenegotiates r ? new ChatEvent.UserRenegotiates(r.Offer with { Id = $"{walk}.{step}" }) : e;
                var before = chat;
                (chat, var effects) = (before.On(e).Next, before.On(e).Effects);
                if (e is ChatEvent.UserRenegotiates asked && chat.IsNegotiated && before.State is not (ChatState.Idle or ChatState.Cancelling))
                {
                    open.Add(asked.Offer);
                }

                open.RemoveAll(offer => effects.Any(effect => effect is ChatEffect.SendRenegotiationReply { Offer: var answered } && answered == offer
                    || effect is ChatEffect.SendRenegotiationError { Offer: var refused } && refused == offer));
                if (chat.IsEnded)
                {
                    ended++;
                    AssertSipTold(before, e, effects);
                    AssertUserTold(before, e, effects);
                    Assert.Contains(new ChatEffect.CloseMessages(), effects);
                    Assert.True(open.Count == 0 || EndsForms(e), $"{before.State} {e}: {open.Count} forms have no answer");
                }
            }
        }

        Assert.True(ended > 10_000, $"{ended} walks came to an end");
    }

    // Events that the stack or the service cannot bring about in this state, whatever the peers do.
    private static bool Fits(Chat chat, ChatEvent e) => e switch
    {
        ChatEvent.UserOffers => chat.IsNegotiated,
        ChatEvent.UserWrites => !chat.IsNegotiated,
        ChatEvent.InviteReceived i => i.Negotiate == chat.IsNegotiated,
        ChatEvent.SipAnswered or ChatEvent.SipRefused => chat.State is ChatState.Inviting or ChatState.Cancelling,
        ChatEvent.SipEnded => chat.State is not (ChatState.Idle or ChatState.Inviting or ChatState.Cancelling),
        ChatEvent.SipCancelled => chat.State is ChatState.Offering or ChatState.Answering,
        ChatEvent.UserConfirms => chat.IsToSip && chat.State is not (ChatState.Idle or ChatState.Inviting or ChatState.Cancelling),
        _ => true,
    };

    // Who says that the session is over knows that nothing more will be answered.
    private static bool EndsForms(ChatEvent e) => e is ChatEvent.UserTerminates or ChatEvent.UserConfirms or ChatEvent.TimedOut { Timer: ChatTimer.Grace };

    private static void AssertSipTold(Chat before, ChatEvent e, ImmutableArray<ChatEffect> effects)
    {
        var told = effects.Any(effect => effect is ChatEffect.SendBye or ChatEffect.RefuseInvite or ChatEffect.CancelInvite);
        var itself = e is ChatEvent.SipRefused or ChatEvent.SipEnded or ChatEvent.SipCancelled || e is ChatEvent.TimedOut { Timer: ChatTimer.Cancel };
        Assert.True(told || itself || before.State == ChatState.Idle, $"{before.State} {e}: the SIP side hangs");
    }

    private static void AssertUserTold(Chat before, ChatEvent e, ImmutableArray<ChatEffect> effects)
    {
        var told = effects.Any(effect => effect is ChatEffect.SendTerminate or ChatEffect.SendComplete or ChatEffect.SendReply or ChatEffect.SendOfferError
            or ChatEffect.AcknowledgeTermination or ChatEffect.SendGone or ChatEffect.FailWaiting);
        var itself = e is ChatEvent.UserDeclines or ChatEvent.UserConfirms or ChatEvent.UserLeaves or ChatEvent.FormBounced;
        Assert.True(told || itself || before.State is ChatState.Idle or ChatState.Cancelling, $"{before.State} {e}: the user hangs");
    }

    private static Chat Start(string kind, ChatState state) => ChatSamples.In(state, ChatSamples.Kinds.Single(one => one.Name == kind).Dialect);

    private static string Outcome(Chat before, ChatEvent e)
    {
        var (next, effects) = (before.On(e).Next, before.On(e).Effects);
        var notes = Notes(before, next);
        return next == before && effects.IsEmpty ? "-" : $"{next.State}: {string.Join(", ", effects.Select(Show).Concat(notes))}".TrimEnd(' ', ':');
    }

    /// <summary>What changed beside the state and is not said by an effect.</summary>
    private static IEnumerable<string> Notes(Chat before, Chat next)
    {
        if (next.Queued != before.Queued)
        {
            yield return "form waits";
        }

        if (next.IsBroken && !before.IsBroken)
        {
            yield return "mended later";
        }

        if (before.IsNegotiated && !next.IsNegotiated)
        {
            yield return "informal from now on";
        }
    }

    private static string Show(ChatEffect effect) => effect switch
    {
        ChatEffect.SendReply r => $"submit accept={(r.Accepts ? 1 : 0)}",
        ChatEffect.SendForm => "form accept",
        ChatEffect.SendOfferError e => $"error {e.Condition} {string.Join(' ', e.Fields)}{(e.NewAddress is null ? "" : "with the new address")}".TrimEnd(),
        ChatEffect.SendComplete c => $"result accept={(c.Confirms ? 1 : 0)}",
        ChatEffect.SendRenegotiation => "form of renegotiation",
        ChatEffect.SendRenegotiationReply => "submit of renegotiation",
        ChatEffect.SendRenegotiationError e => $"error {e.Condition} to renegotiation",
        ChatEffect.SendMoved m => $"continue={m.To.Resource} agreed to {m.From.Resource}",
        ChatEffect.SendTerminate => "submit terminate",
        ChatEffect.SendTerminateTo t => $"submit terminate to {t.Device.Resource}",
        ChatEffect.AcknowledgeTermination => "result terminate",
        ChatEffect.SendGone => "gone",
        ChatEffect.SendInvite i => $"INVITE{Show(i.Terms)}",
        ChatEffect.CancelInvite => "CANCEL",
        ChatEffect.AnswerInvite a => $"200{Show(a.Terms)}",
        ChatEffect.RefuseInvite r => $"{r.Status}{(r.Contact is null ? "" : " with Contact")}{(r.Warning is { } warning ? $" with Warning {warning.Code}" : "")}",
        ChatEffect.SendBye => "BYE",
        ChatEffect.SendReinvite r => $"re-INVITE{Show(r.Terms)}",
        ChatEffect.Reconnect => "re-INVITE with a new path",
        ChatEffect.AcceptReinvite a => $"200 to re-INVITE{Show(a.Terms)}",
        ChatEffect.RefuseReinvite r => $"{r.Status} to re-INVITE{(r.Warning is { } warning ? $" with Warning {warning.Code}" : "")}",
        ChatEffect.Flow f => $"messages flow{Show(f.Terms)}",
        ChatEffect.FailWaiting f => $"waiting messages fail with {f.Status}",
        ChatEffect.CloseMessages => "messages end",
        ChatEffect.StartTimer t => $"start {t.Timer}",
        ChatEffect.StopTimer t => $"stop {t.Timer}",
        _ => effect.GetType().Name,
    };

    private static string Show(ChatTerms terms) => (terms.Xhtml, terms.ChatStates) switch
    {
        (true, true) => "",
        (false, true) => " without html",
        (true, false) => " without states",
        _ => " plain",
    };

    private static string Print()
    {
        var text = new StringBuilder();
        foreach (var (kind, _) in ChatSamples.Kinds)
        {
            foreach (var state in Enum.GetValues<ChatState>().Where(state => ChatSamples.Exists(kind, state)))
            {
                text.Append("\n## ").Append(kind).Append(' ').Append(state).Append("\n\n");
                var rows = ChatSamples.Events.Select(sample => (sample.Name, Outcome: Outcome(Start(kind, state), sample.Event))).Where(row => row.Outcome != "-").ToList();
                text.Append(rows.Count == 0 ? "Nothing changes it.\n" : "| event | then |\n| --- | --- |\n");
                foreach (var (name, outcome) in rows)
                {
                    text.Append("| ").Append(name).Append(" | ").Append(outcome).Append(" |\n");
                }
            }
        }

        return text.ToString();
    }

    private static ImmutableDictionary<(string, string), string> Read()
    {
        var rows = ImmutableDictionary.CreateBuilder<(string, string), string>();
        string? place = null;
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "chat-table.md")))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                place = line[3..].Trim();
            }
            else if (place is not null && line.Split('|', StringSplitOptions.TrimEntries) is ["", var name, var outcome, ""] && name is not ("event" or "---"))
            {
                rows.Add((place, name), outcome);
            }
        }

        return rows.ToImmutable();
    }
}
