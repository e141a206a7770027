using Gateway.Sip.Messages;
using Gateway.Sip.Tests.UserAgent;
using Gateway.Sip.Transactions;

namespace Gateway.Sip.Tests.Transactions;

/// <summary>
/// Walks a transaction's table: every state with every event, against what is written down. What is not written down
/// must change nothing.
/// </summary>
internal static class TableTest
{
    public static readonly SipTimers Timers = new();

    public static readonly SipRequest Invite = Request(SipMethod.Invite);
    public static readonly SipRequest Options = Request(SipMethod.Options);
    public static readonly SipRequest AckRequest = Request(SipMethod.Ack);

    public static readonly SipResponse Trying = Response(100);
    public static readonly SipResponse Ok = Response(200);
    public static readonly SipResponse Busy = Response(486);

    /// <summary>All events there are, by a short name.</summary>
    public static IEnumerable<(string Name, TransactionEvent Event)> Events()
    {
        foreach (var timer in Enum.GetValues<TransactionTimer>())
        {
            yield return (timer.ToString(), new TransactionEvent.Fired(timer));
        }

        yield return ("1xx", new TransactionEvent.Received(Trying));
        yield return ("2xx", new TransactionEvent.Received(Ok));
        yield return ("486", new TransactionEvent.Received(Busy));
        yield return ("again", new TransactionEvent.Repeated());
        yield return ("ack", new TransactionEvent.Acked(AckRequest));
        yield return ("say 1xx", new TransactionEvent.Respond(Trying));
        yield return ("say 2xx", new TransactionEvent.Respond(Ok));
        yield return ("say 486", new TransactionEvent.Respond(Busy));
        yield return ("error", new TransactionEvent.TransportFailed());
        yield return ("give up", new TransactionEvent.GivenUp());
    }

    /// <summary>Compares; an expectation is "event: next-state effect effect …".</summary>
    public static void Walk<TTable>(TTable table, string state, Func<TTable, string> stateOf, params string[] expectations)
        where TTable : ITransactionTable<TTable>
    {
        Assert.Equal(state, stateOf(table));
        var expected = expectations.ToDictionary(row => row[..row.IndexOf(':', StringComparison.Ordinal)], row => row);
        foreach (var (name, e) in Events())
        {
            var (next, effects) = table.On(e);
            var actual = $"{name}: {string.Join(' ', [stateOf(next), .. effects.Select(Describe)])}";
            Assert.Equal(expected.GetValueOrDefault(name, $"{name}: {state}"), actual);
            Assert.Equal(stateOf(next) == "Terminated", next.IsTerminated);
            expected.Remove(name);
        }

        Assert.Empty(expected);
    }

    public static string Describe(TransactionEffect effect) => effect switch
    {
        TransactionEffect.Send send => "send-" + Describe(send.Message),
        TransactionEffect.Resend resend => "resend-" + Describe(resend.Message),
        TransactionEffect.PassUp pass => "up-" + Describe(pass.Message),
        TransactionEffect.StartTimer start => FormattableString.Invariant($"{start.Timer}={start.After.TotalSeconds}"),
        TransactionEffect.Linger linger => FormattableString.Invariant($"{linger.Timer}={linger.Stay.TotalSeconds}"),
        TransactionEffect.StopTimer stop => $"-{stop.Timer}",
        TransactionEffect.Fail fail => $"fail-{fail.Failure}",
        _ => throw new InvalidOperationException(effect.ToString()),
    };

    private static string Describe(SipMessage message) => message switch
    {
        SipRequest request => request.Method.Name,
        SipResponse response => response.Status.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException(),
    };

    private static SipRequest Request(SipMethod method)
    {
        using var ua = new TestAgent();
        return ua.Incoming(method);
    }

    private static SipResponse Response(int status) => SipMessageBuilder.Response(Invite, status, null, "b").BuildResponse();
}
