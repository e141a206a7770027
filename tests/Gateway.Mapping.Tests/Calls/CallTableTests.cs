using System.Collections.Immutable;
using System.Text;
using Gateway.Mapping.Calls;

namespace Gateway.Mapping.Tests.Calls;

/// <summary>
/// Every pair of state and event against docs/call-table.md, which is written and reviewed by people: a row that changes there
/// without reason is a bug here. To propose a new table after a deliberate change run the tests with CALL_TABLE_OUT=FILE, read
/// the difference, and copy it.
/// </summary>
public sealed class CallTableTests
{
    private static readonly Lazy<ImmutableDictionary<(CallState, string), string>> Written = new(Read);

    public static TheoryData<string, string> Pairs()
    {
        var pairs = new TheoryData<string, string>();
        foreach (var state in Enum.GetValues<CallState>())
        {
            foreach (var (name, _) in CallSamples.Events)
            {
                pairs.Add(state.ToString(), name);
            }
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Every_state_and_event_does_what_the_table_says(string state, string eventName)
    {
        var from = Enum.Parse<CallState>(state);
        Assert.Equal(Written.Value.GetValueOrDefault((from, eventName), "-"), Outcome(from, CallSamples.Event(eventName)));
    }

    [Fact]
    public void The_table_names_no_state_or_event_that_does_not_exist()
    {
        if (Environment.GetEnvironmentVariable("CALL_TABLE_OUT") is { Length: > 0 } file)
        {
            File.WriteAllText(file, Print());
        }

        var events = CallSamples.Events.Select(sample => sample.Name).ToHashSet();
        Assert.All(Written.Value.Keys, pair => Assert.Contains(pair.Item2, events));
        Assert.True(Written.Value.Count > 200, "the table was read");
    }

    [Fact]
    public void Whatever_happens_in_any_order_an_ended_call_has_told_both_sides_and_freed_its_ports()
    {
        // Random walks (fixed seed): no sequence of events may leave a leg untold. The last effects before Ended have to fit the legs.
        var random = new Random(20261121);
        for (var walk = 0; walk < 20_000; walk++)
        {
            var call = new Call(CallState.Idle, CallSamples.Sid, CallSamples.Phone, Xmpp.JingleMessage.JingleMessageNamespace.V0)
            {
                EarlyMediaTakesCall = random.Next(2) == 0,
            };
            for (var step = 0; step < 60 && !call.IsEnded; step++)
            {
                var e = CallSamples.Events[random.Next(CallSamples.Events.Count)].Event;
                var before = call;
                (call, var effects) = (before.On(e).Next, before.On(e).Effects);
                if (call.State is CallState.Ended)
                {
                    Assert.Contains(new CallEffect.ReleaseMedia(), effects);
                    AssertSipTold(before, e, effects);
                    AssertUserTold(before, e, effects);
                }
            }
        }
    }

    private static void AssertSipTold(Call before, CallEvent e, ImmutableArray<CallEffect> effects)
    {
        var told = effects.Any(effect => effect is CallEffect.SendBye or CallEffect.RefuseInvite or CallEffect.CancelInvite);
        var itself = e is CallEvent.SipRefused or CallEvent.SipEnded or CallEvent.SipCancelled
            || e is CallEvent.TimedOut { Timer: CallTimer.Cancel };
        Assert.True(told || itself || CallLegs.Sip(before.State) == SipLeg.None, $"{before.State} {e}: the SIP side hangs");
    }

    private static void AssertUserTold(Call before, CallEvent e, ImmutableArray<CallEffect> effects)
    {
        var told = effects.Any(effect => effect is CallEffect.SendReject or CallEffect.SendRetract or CallEffect.SendFinish
            or CallEffect.SendSessionTerminate);
        var itself = e is CallEvent.Retracted or CallEvent.RetractedForTieBreak or CallEvent.Rejected or CallEvent.SessionTerminated
            or CallEvent.JingleFailed;
        var knows = CallLegs.Xmpp(before.State) != XmppLeg.None && !(before is { State: CallState.OfferingUser, UsesMessageInitiation: false });
        Assert.True(told || itself || !knows, $"{before.State} {e}: the user hangs");
    }

    private static string Outcome(CallState from, CallEvent e)
    {
        var before = CallSamples.In(from);
        var (next, effects) = (before.On(e).Next, before.On(e).Effects);
        return next == before && effects.IsEmpty ? "-" : $"{next.State}: {string.Join(", ", effects.Select(Show))}".TrimEnd(' ', ':');
    }

    /// <summary>An effect by its name and what it says to a peer.</summary>
    private static string Show(CallEffect effect) => effect switch
    {
        CallEffect.SendReject r => $"reject {r.Reason.Condition}",
        CallEffect.SendRetract r => $"retract {r.Reason.Condition}",
        CallEffect.SendFinish r => $"finish {r.Reason.Condition}",
        CallEffect.SendSessionTerminate r => $"session-terminate {r.Reason.Condition}",
        CallEffect.SendSessionInfo i => $"session-info {i.Info}",
        CallEffect.RefuseInvite r => $"{r.Status}{(r.Contact is null ? "" : " with Contact")}{(r.Warning is { } warning ? $" with Warning {warning.Code}" : "")}",
        CallEffect.RefuseReinvite r => $"{r.Status} to re-INVITE{(r.Warning is { } warning ? $" with Warning {warning.Code}" : "")}",
        CallEffect.SendBye b => $"BYE {Show(b.Reason)}".TrimEnd(),
        CallEffect.CancelInvite => "CANCEL",
        CallEffect.StartTimer t => $"start {t.Timer}",
        CallEffect.StopTimer t => $"stop {t.Timer}",
        _ => effect.GetType().Name,
    };

    private static string Show(Sip.UserAgent.SipReason? reason) => reason is null ? "" : $"{reason.Protocol};{reason.Cause}";

    private static string Print()
    {
        var text = new StringBuilder();
        foreach (var state in Enum.GetValues<CallState>())
        {
            text.Append("\n## ").Append(state).Append("\n\n");
            var rows = CallSamples.Events.Select(sample => (sample.Name, Outcome: Outcome(state, sample.Event))).Where(row => row.Outcome != "-").ToList();
            text.Append(rows.Count == 0 ? "Nothing changes it.\n" : "| event | then |\n| --- | --- |\n");
            foreach (var (name, outcome) in rows)
            {
                text.Append("| ").Append(name).Append(" | ").Append(outcome).Append(" |\n");
            }
        }

        return text.ToString();
    }

    private static ImmutableDictionary<(CallState, string), string> Read()
    {
        var rows = ImmutableDictionary.CreateBuilder<(CallState, string), string>();
        CallState? state = null;
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "call-table.md")))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                state = Enum.TryParse<CallState>(line[3..].Trim(), out var named) ? named : null;
            }
            else if (state is { } of && line.Split('|', StringSplitOptions.TrimEntries) is ["", var name, var outcome, ""] && name is not ("event" or "---"))
            {
                rows.Add((of, name), outcome);
            }
        }

        return rows.ToImmutable();
    }
}
