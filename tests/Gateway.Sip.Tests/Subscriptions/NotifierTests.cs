using Gateway.Sip.Subscriptions;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Tests.Subscriptions;

/// <summary>RFC 6665 section 4.2: every state with every event.</summary>
public sealed class NotifierTests
{
    private const string Stop = "-Expiry -Pace -Hold";

    [Fact] // sections 4.2.1.2, 4.4.3
    public void Accepted_subscription_is_notified_at_once_and_a_fetch_once_only() => Walk(
        NotifierState.Fresh, n => n,
        "begin: Running Expiry=600 NOTIFY=active:one Pace=5",
        $"fetch: Ending {Stop} NOTIFY=terminated;reason=timeout:one",
        "fetch later: FetchHeld Hold=10");

    [Fact] // section 4.4.3, RFC 8048 section 7.2
    public void Held_fetch_is_answered_by_the_owner_or_by_nothing_in_time() => Walk(
        NotifierState.FetchHeld, n => n,
        $"same: Ending {Stop} NOTIFY=terminated;reason=timeout:one",
        $"newer: Ending {Stop} NOTIFY=terminated;reason=timeout:two",
        $"unsure: Ending {Stop} NOTIFY=terminated;reason=timeout:one",
        $"end: Ending {Stop} NOTIFY=terminated;reason=rejected:two",
        $"Hold: Ending {Stop} NOTIFY=terminated;reason=timeout:");

    [Fact] // sections 4.2.1.4, 4.2.2
    public void Running_subscription_sends_what_is_new() => Walk(
        NotifierState.Running, n => n,
        "again: Running -Hold Expiry=600 tell-Refreshed NOTIFY=active:one Pace=5",
        "leave: Leaving -Expiry -Pace Hold=10 tell-Unsubscribed",
        "newer: Running NOTIFY=active:two Pace=5",
        "unsure: Running NOTIFY=pending:one Pace=5",
        $"end: Ending {Stop} NOTIFY=terminated;reason=rejected:two",
        $"481: Terminated {Stop} tell-Lost forget",
        "503 later: Running Pace=7",
        $"Expiry: Ending {Stop} NOTIFY=terminated;reason=timeout: tell-Expired");

    [Fact] // RFC 8048 section 5.3.3
    public void Subscriber_that_leaves_gets_the_final_state_or_a_bare_end() => Walk(
        NotifierState.Leaving, n => n,
        "again: Running -Hold Expiry=600 tell-Refreshed NOTIFY=active:one Pace=5", // it has thought better of it
        $"end: Ending {Stop} NOTIFY=terminated;reason=rejected:two",
        $"481: Terminated {Stop} tell-Lost forget",
        $"503 later: Terminated {Stop} tell-Lost forget",
        $"Hold: Ending {Stop} NOTIFY=terminated;reason=timeout:");

    [Fact]
    public void Last_notify_ends_it_however_it_is_answered() => Walk(
        NotifierState.Ending, n => n with { IsOpen = true },
        $"2xx: Terminated {Stop} forget",
        $"481: Terminated {Stop} forget",
        $"503 later: Terminated {Stop} forget");

    [Fact]
    public void Ended_subscription_stays_ended() => Walk(NotifierState.Terminated, n => n);

    [Fact] // RFC 3265 section 3.2.2's rule kept: a NOTIFY that overtakes another would leave the older state
    public void What_changes_while_a_notify_is_open_is_sent_after_it_as_the_latest()
    {
        var table = Running with { IsOpen = true };
        (table, var nothing) = table.On(new NotifierInput.Say(true, Rows.Newer));
        Assert.Empty(nothing);
        (table, var effects) = table.On(new NotifierInput.Delivered());
        Assert.Equal("NOTIFY=active:two Pace=5", Text(effects));

        (table, nothing) = table.On(new NotifierInput.Terminate(TerminationReason.NoResource, null, null));
        Assert.Equal(Stop, Text(nothing));
        (table, effects) = table.On(new NotifierInput.Undelivered(Unavailable));
        Assert.Equal("NOTIFY=terminated;reason=noresource:", Text(effects));
        Assert.True(table.On(new NotifierInput.Delivered()).Next.State == NotifierState.Terminated);
    }

    [Fact] // RFC 3856 section 6.10
    public void Mere_news_keep_the_pace_but_a_change_of_authorization_does_not()
    {
        var table = Running with { IsPaced = true };
        (table, var nothing) = table.On(new NotifierInput.Say(true, Rows.Newer));
        Assert.Empty(nothing);
        Assert.Equal("NOTIFY=active:two Pace=5", Text(table.On(new NotifierInput.Fired(NotifierTimer.Pace)).Effects));
        Assert.Equal("NOTIFY=pending:one Pace=5", Text(table.On(new NotifierInput.Say(false, Rows.Body)).Effects));
    }

    [Fact] // section 4.2.2
    public void Notify_that_is_put_off_is_sent_again_when_its_time_has_come()
    {
        var (waiting, _) = (Running with { IsOpen = true }).On(
            new NotifierInput.Undelivered(Unavailable with { RetryAfter = 7 }));
        Assert.Empty(waiting.On(new NotifierInput.Say(true, Rows.Newer)).Effects);
        Assert.Equal("NOTIFY=active:one Pace=5", Text(waiting.On(new NotifierInput.Fired(NotifierTimer.Pace)).Effects));
    }

    private static SipFailure Unavailable => SipFailures.Local(503);

    private static Notifier Running => new(NotifierState.Running, TimeSpan.FromSeconds(5)) { IsActive = true, Body = Rows.Body };

    private static string Text(IEnumerable<NotifierEffect> effects) => string.Join(' ', effects.Select(Rows.Describe));

    private static void Walk(NotifierState state, Func<Notifier, Notifier> change, params string[] expectations) => Rows.Walk(
        Rows.NotifierInputs(), state.ToString(),
        input =>
        {
            var (next, effects) = change(Running with { State = state }).On(input);
            return string.Join(' ', [next.State.ToString(), .. effects.Select(Rows.Describe)]);
        },
        expectations);
}
