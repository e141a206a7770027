using Gateway.Sip.Subscriptions;
using Gateway.Sip.Transactions;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Tests.Subscriptions;

/// <summary>RFC 6665 section 4.1: every state with every event.</summary>
public sealed class SubscriberTests
{
    private const string Stop = "-N -Refresh -Expiry";

    [Fact] // section 4.1.2.1
    public void Nothing_happens_before_the_beginning() => Walk(
        SubscriberState.Idle, s => s,
        "begin: NotifyWait SUBSCRIBE=3600 N=32",
        $"end: Terminated {Stop} forget");

    [Fact] // sections 4.1.2.1, 4.1.2.4, 4.4.1
    public void First_notify_makes_the_subscription_and_timer_n_guards_it() => Walk(
        SubscriberState.NotifyWait, s => s with { IsOpen = true },
        "end: NotifyWait", // no dialog to end yet: remembered
        "2xx: NotifyWait",
        $"403: Terminated {Stop} tell-refused-403 forget",
        $"404: Terminated {Stop} tell-refused-404 forget",
        $"408: Terminated {Stop} tell-refused-408 forget",
        $"481: Terminated {Stop} tell-refused-481 forget",
        $"489: Terminated {Stop} tell-refused-489 forget",
        $"500: Terminated {Stop} tell-refused-500 forget",
        $"603: Terminated {Stop} tell-refused-603 forget",
        "423: NotifyWait SUBSCRIBE=7200 N=32",
        $"423 less: Terminated {Stop} tell-refused-423 forget", // a lie: we asked for more than that
        "active: Established tell-active+ -N Refresh=236 Expiry=300",
        "pending: Established tell-pending+ -N Refresh=236 Expiry=300",
        $"terminated: Terminated {Stop} tell-terminated-Rejected+ forget",
        $"N: Terminated {Stop} tell-terminated-NoNotify forget");

    [Fact] // section 4.1.2.2; RFC 8048 section 5.2.2 for 403, 489, 603
    public void Established_subscription_is_refreshed_ended_and_lost() => Walk(
        SubscriberState.Established, s => s,
        "refresh: Established SUBSCRIBE=3600 N=32",
        "end: Ending -Refresh -Expiry SUBSCRIBE=0 N=32",
        "2xx: Established Refresh=536 Expiry=600",
        $"403: Terminated {Stop} tell-refused-403 forget",
        $"404: Terminated {Stop} tell-terminated-Gone forget",
        "408: Established -N Refresh=30 tell-RefreshFailed",
        $"481: Terminated {Stop} tell-terminated-Gone forget",
        $"489: Terminated {Stop} tell-refused-489 forget",
        "500: Established -N Refresh=30 tell-RefreshFailed",
        $"603: Terminated {Stop} tell-refused-603 forget",
        "423: Established SUBSCRIBE=7200 N=32",
        "423 less: Established -N Refresh=30 tell-RefreshFailed",
        "active: Established tell-active+ -N Refresh=236 Expiry=300",
        "pending: Established tell-pending+ -N Refresh=236 Expiry=300",
        $"terminated: Terminated {Stop} tell-terminated-Rejected+ forget",
        $"N: Terminated {Stop} tell-terminated-NoNotify forget",
        "Refresh: Established tell-RefreshDue",
        $"Expiry: Terminated {Stop} tell-terminated-Expired forget");

    [Fact] // one SUBSCRIBE at a time (RFC 3261 section 12.2.1.1: ordered by CSeq)
    public void Wishes_wait_while_a_refresh_is_open()
    {
        var (waiting, nothing) = A(SubscriberState.Established, s => s with { IsOpen = true }).On(new SubscriberInput.End());
        Assert.Empty(nothing);
        var (ending, effects) = waiting.On(new SubscriberInput.Succeeded(null));
        Assert.Equal(SubscriberState.Ending, ending.State);
        Assert.Equal("-Refresh -Expiry SUBSCRIBE=0 N=32", string.Join(' ', effects.Select(Rows.Describe)));
        Assert.Empty(A(SubscriberState.Established, s => s with { IsOpen = true }).On(new SubscriberInput.Refreshing()).Effects);
    }

    [Theory] // section 4.4.1: only the NOTIFY makes the dialog
    [InlineData(true)]
    [InlineData(false)]
    public void Wish_to_end_before_the_dialog_is_done_with_the_first_notify(bool isSuccessFirst)
    {
        var (waiting, _) = A(SubscriberState.NotifyWait, s => s with { IsOpen = true }).On(new SubscriberInput.End());
        SubscriberInput success = new SubscriberInput.Succeeded(TimeSpan.FromSeconds(600));
        SubscriberInput notify = new SubscriberInput.Notify(new SubscriptionStateHeader(SubscriptionPhase.Pending), null);
        var (between, _) = waiting.On(isSuccessFirst ? success : notify);
        var (ending, effects) = between.On(isSuccessFirst ? notify : success);

        Assert.Equal(SubscriberState.Ending, ending.State);
        Assert.Contains("SUBSCRIBE=0 N=32", string.Join(' ', effects.Select(Rows.Describe)), StringComparison.Ordinal);
    }

    [Fact] // section 4.1.2.3, RFC 8048 section 5.2.3 as corrected by RFC 6665 section 4.4.1
    public void Ending_subscription_waits_for_the_last_notify() => Walk(
        SubscriberState.Ending, s => s with { IsOpen = true },
        [
            "2xx: Ending tell-Unsubscribed",
            .. ((string[])["403", "404", "408", "481", "489", "500", "603", "423", "423 less"]).Select(failure =>
                $"{failure}: Terminated {Stop} tell-terminated-Timeout forget"),
            $"terminated: Terminated {Stop} tell-terminated-Rejected+ forget",
            $"N: Terminated {Stop} tell-terminated-Timeout forget",
        ]);

    [Fact]
    public void Ended_subscription_stays_ended() => Walk(SubscriberState.Terminated, s => s);

    [Fact] // section 4.4.3
    public void Fetch_is_over_with_its_notify_whatever_that_calls_itself() => Assert.Equal(
        $"{Stop} tell-terminated-Timeout+ forget",
        string.Join(' ', (A(SubscriberState.NotifyWait, s => s with { Asked = TimeSpan.Zero }).On(
            new SubscriberInput.Notify(new SubscriptionStateHeader(SubscriptionPhase.Active), Rows.Body)).Effects).Select(Rows.Describe)));

    [Fact] // section 4.1.2.1
    public void Notifier_that_wants_ever_more_time_is_left_alone()
    {
        var table = A(SubscriberState.NotifyWait, s => s with { IsOpen = true });
        foreach (var seconds in (int[])[7_200, 14_400])
        {
            table = table.On(new SubscriberInput.Failed(SipFailures.Local(423), TimeSpan.FromSeconds(seconds))).Next;
            Assert.Equal(SubscriberState.NotifyWait, table.State);
        }

        Assert.Equal(
            SubscriberState.Terminated,
            table.On(new SubscriberInput.Failed(SipFailures.Local(423), TimeSpan.FromSeconds(28_800))).Next.State);
    }

    [Theory] // section 4.1.3
    [InlineData(TerminationReason.Deactivated, null, Resubscription.Now)]
    [InlineData(TerminationReason.Timeout, null, Resubscription.Now)]
    [InlineData(TerminationReason.Timeout, 60, Resubscription.Later)]
    [InlineData(TerminationReason.Probation, 60, Resubscription.Later)]
    [InlineData(TerminationReason.Probation, null, Resubscription.Later)]
    [InlineData(TerminationReason.GiveUp, null, Resubscription.Later)]
    [InlineData(TerminationReason.Rejected, 60, Resubscription.Never)]
    [InlineData(TerminationReason.NoResource, null, Resubscription.Never)]
    [InlineData(TerminationReason.Invariant, null, Resubscription.Never)]
    [InlineData(TerminationReason.Unspecified, null, Resubscription.Now)]
    [InlineData(TerminationReason.Unspecified, 60, Resubscription.Later)]
    [InlineData(TerminationReason.Gone, null, Resubscription.Now)]
    public void Reason_says_when_to_subscribe_again(TerminationReason reason, int? retryAfter, Resubscription again) => Assert.Equal(
        again, new SubscriptionEnding(reason, retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null).Again);

    private static Subscriber A(SubscriberState state, Func<Subscriber, Subscriber> change) =>
        change(new Subscriber(state, TimeSpan.FromHours(1), new SipTimers()));

    private static void Walk(SubscriberState state, Func<Subscriber, Subscriber> change, params string[] expectations) => Rows.Walk(
        Rows.SubscriberInputs(), state.ToString(),
        input =>
        {
            var (next, effects) = A(state, change).On(input);
            return string.Join(' ', [next.State.ToString(), .. effects.Select(Rows.Describe)]);
        },
        expectations);
}
