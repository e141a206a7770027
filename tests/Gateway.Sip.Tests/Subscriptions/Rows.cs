using Gateway.Sip.Messages;
using Gateway.Sip.Subscriptions;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Tests.Subscriptions;

/// <summary>Rows of the two tables, written as text.</summary>
internal static class Rows
{
    public static readonly SipBody Body = SipBody.OfText("application/pidf+xml", "one");
    public static readonly SipBody Newer = SipBody.OfText("application/pidf+xml", "two");

    /// <summary>Walks all events; an expectation is "event: next-state effect …", and what is not written changes nothing.</summary>
    public static void Walk<TInput>(
        IEnumerable<(string Name, TInput Input)> inputs, string state, Func<TInput, string> outcome, params string[] expectations)
    {
        var expected = expectations.ToDictionary(row => row[..row.IndexOf(':', StringComparison.Ordinal)]);
        foreach (var (name, input) in inputs)
        {
            Assert.Equal(expected.GetValueOrDefault(name, $"{name}: {state}"), $"{name}: {outcome(input)}");
            expected.Remove(name);
        }

        Assert.Empty(expected);
    }

    public static IEnumerable<(string, SubscriberInput)> SubscriberInputs()
    {
        yield return ("begin", new SubscriberInput.Begin());
        yield return ("refresh", new SubscriberInput.Refreshing());
        yield return ("end", new SubscriberInput.End());
        yield return ("2xx", new SubscriberInput.Succeeded(TimeSpan.FromSeconds(600)));
        foreach (var status in (int[])[403, 404, 408, 481, 489, 500, 603])
        {
            yield return ($"{status}", new SubscriberInput.Failed(SipFailures.Local(status)));
        }

        yield return ("423", new SubscriberInput.Failed(SipFailures.Local(423), TimeSpan.FromSeconds(7200)));
        yield return ("423 less", new SubscriberInput.Failed(SipFailures.Local(423), TimeSpan.FromSeconds(60)));
        yield return ("active", Notify(SubscriptionPhase.Active));
        yield return ("pending", Notify(SubscriptionPhase.Pending));
        yield return ("terminated", new SubscriberInput.Notify(
            new SubscriptionStateHeader(SubscriptionPhase.Terminated) { Reason = TerminationReason.Rejected }, Body));
        foreach (var timer in Enum.GetValues<SubscriberTimer>())
        {
            yield return (timer.ToString(), new SubscriberInput.Fired(timer));
        }
    }

    public static IEnumerable<(string, NotifierInput)> NotifierInputs()
    {
        yield return ("begin", new NotifierInput.Begin(TimeSpan.FromSeconds(600), IsActive: true, Body, IsBodyLater: false));
        yield return ("fetch", new NotifierInput.Begin(TimeSpan.Zero, IsActive: true, Body, IsBodyLater: false));
        yield return ("fetch later", new NotifierInput.Begin(TimeSpan.Zero, IsActive: true, null, IsBodyLater: true));
        yield return ("again", new NotifierInput.Resubscribed(TimeSpan.FromSeconds(600)));
        yield return ("leave", new NotifierInput.Resubscribed(TimeSpan.Zero));
        yield return ("same", new NotifierInput.Say(true, Body));
        yield return ("newer", new NotifierInput.Say(true, Newer));
        yield return ("unsure", new NotifierInput.Say(false, Body));
        yield return ("end", new NotifierInput.Terminate(TerminationReason.Rejected, Newer, null));
        yield return ("2xx", new NotifierInput.Delivered());
        yield return ("481", new NotifierInput.Undelivered(SipFailures.Local(481)));
        yield return ("503 later", new NotifierInput.Undelivered(SipFailures.Local(503) with { RetryAfter = 7 }));
        foreach (var timer in Enum.GetValues<NotifierTimer>())
        {
            yield return (timer.ToString(), new NotifierInput.Fired(timer));
        }
    }

    public static string Describe(SubscriberEffect effect) => effect switch
    {
        SubscriberEffect.SendSubscribe send => FormattableString.Invariant($"SUBSCRIBE={send.Expires.TotalSeconds}"),
        SubscriberEffect.Arm arm => FormattableString.Invariant($"{arm.Timer}={arm.After.TotalSeconds}"),
        SubscriberEffect.Disarm disarm => $"-{disarm.Timer}",
        SubscriberEffect.Tell { Event: SubscriptionEvent.Notified n } => $"tell-{(n.IsActive ? "active" : "pending")}{(n.Body is null ? "" : "+")}",
        SubscriberEffect.Tell { Event: SubscriptionEvent.Refused r } => FormattableString.Invariant($"tell-refused-{r.Failure.Status}"),
        SubscriberEffect.Tell { Event: SubscriptionEvent.Terminated t } => $"tell-terminated-{t.Ending.Reason}{(t.Body is null ? "" : "+")}",
        SubscriberEffect.Tell tell => $"tell-{tell.Event.GetType().Name}",
        SubscriberEffect.Forget => "forget",
        _ => throw new InvalidOperationException(effect.ToString()),
    };

    public static string Describe(NotifierEffect effect) => effect switch
    {
        NotifierEffect.SendNotify send => $"NOTIFY={send.State}:{send.Body?.Text}",
        NotifierEffect.Arm arm => FormattableString.Invariant($"{arm.Timer}={arm.After.TotalSeconds}"),
        NotifierEffect.Disarm disarm => $"-{disarm.Timer}",
        NotifierEffect.Tell tell => $"tell-{tell.Event.GetType().Name}",
        NotifierEffect.Forget => "forget",
        _ => throw new InvalidOperationException(effect.ToString()),
    };

    private static SubscriberInput.Notify Notify(SubscriptionPhase phase) =>
        new(new SubscriptionStateHeader(phase) { Expires = TimeSpan.FromSeconds(300) }, Body);
}
