using System.Collections.Immutable;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;
using Gateway.Sip.UserAgent;
using static Gateway.Sip.Subscriptions.SubscriberEffect;
using static Gateway.Sip.Subscriptions.SubscriberInput;
using static Gateway.Sip.Subscriptions.SubscriberState;
using static Gateway.Sip.Subscriptions.SubscriberTimer;

namespace Gateway.Sip.Subscriptions;

/// <summary>Where a subscription of ours stands (RFC 6665 section 4.1.2, figure 1).</summary>
internal enum SubscriberState
{
    /// <summary>Nothing sent.</summary>
    Idle,

    /// <summary>SUBSCRIBE sent; the first NOTIFY, which makes the dialog, has not come.</summary>
    NotifyWait,

    /// <summary>There is a dialog: pending or active.</summary>
    Established,

    /// <summary>SUBSCRIBE with Expires 0 sent; waits for the last NOTIFY or Timer N.</summary>
    Ending,

    /// <summary>Over.</summary>
    Terminated,
}

/// <summary>The timers of a subscription of ours.</summary>
internal enum SubscriberTimer
{
    /// <summary>Timer N: 64*T1 from SUBSCRIBE to NOTIFY (section 4.1.2.4).</summary>
    N,

    /// <summary>The owner is told to refresh.</summary>
    Refresh,

    /// <summary>The time of the subscription is over.</summary>
    Expiry,
}

/// <summary>What happens to a subscription of ours. A closed set.</summary>
internal abstract record SubscriberInput
{
    private SubscriberInput()
    {
    }

    public sealed record Begin : SubscriberInput;

    /// <summary>The owner refreshes.</summary>
    public sealed record Refreshing : SubscriberInput;

    /// <summary>The owner wants no more.</summary>
    public sealed record End : SubscriberInput;

    /// <summary>2xx to SUBSCRIBE, and the time that it grants.</summary>
    public sealed record Succeeded(TimeSpan? Expires) : SubscriberInput;

    /// <summary>SUBSCRIBE failed.</summary>
    public sealed record Failed(SipFailure Failure, TimeSpan? MinExpires = null, string? AllowEvents = null) : SubscriberInput;

    /// <summary>A NOTIFY in the dialog, answered already.</summary>
    public sealed record Notify(SubscriptionStateHeader State, SipBody? Body) : SubscriberInput;

    public sealed record Fired(SubscriberTimer Timer) : SubscriberInput;
}

/// <summary>What is done about it. A closed set.</summary>
internal abstract record SubscriberEffect
{
    private SubscriberEffect()
    {
    }

    /// <summary>In the dialog once there is one.</summary>
    public sealed record SendSubscribe(TimeSpan Expires) : SubscriberEffect;

    public sealed record Arm(SubscriberTimer Timer, TimeSpan After) : SubscriberEffect;

    public sealed record Disarm(SubscriberTimer Timer) : SubscriberEffect;

    public sealed record Tell(SubscriptionEvent Event) : SubscriberEffect;

    /// <summary>Nothing is left to do: forget it.</summary>
    public sealed record Forget : SubscriberEffect;
}

/// <summary>
/// The subscriber's side of one subscription: RFC 6665 section 4.1. One SUBSCRIBE at a time; what the owner wants meanwhile
/// waits for its answer.
/// </summary>
/// <param name="State">State.</param>
/// <param name="Asked">How long it shall last; zero: a fetch.</param>
/// <param name="Timers">Base timers.</param>
internal sealed record Subscriber(SubscriberState State, TimeSpan Asked, SipTimers Timers)
{
    private const int MostExtensions = 2;

    private static readonly TimeSpan LongestMinimum = TimeSpan.FromDays(7);
    private static readonly TimeSpan RetryRefresh = TimeSpan.FromSeconds(30);

    /// <summary>A SUBSCRIBE waits for its final response.</summary>
    public bool IsOpen { get; init; }

    /// <summary>The owner has asked for the end, and it could not be sent yet.</summary>
    public bool WantsEnd { get; init; }

    /// <summary>What the 2xx granted before the first NOTIFY came.</summary>
    public TimeSpan? Granted { get; init; }

    /// <summary>How often 423 has made us ask for more.</summary>
    public int Extensions { get; init; }

    public bool IsFetch => Asked == TimeSpan.Zero;

    public Transition<Subscriber, SubscriberEffect> On(SubscriberInput input) => (State, input) switch
    {
        (Idle, Begin) => (this with { IsOpen = true }).To(NotifyWait, new SendSubscribe(Asked), new Arm(N, Timers.T1Times64)),
        (Idle, End) => Over(),

        // There is no dialog yet in which to unsubscribe (section 4.4.1).
        (NotifyWait, End) => (this with { WantsEnd = true }).To(State),
        (Established, End) when IsOpen => (this with { WantsEnd = true }).To(State),
        (Established, End) => Unsubscribe(),
        (Established, Refreshing) when !IsOpen && !WantsEnd =>
            (this with { IsOpen = true }).To(State, new SendSubscribe(Asked), new Arm(N, Timers.T1Times64)),

        (NotifyWait, Succeeded s) => (this with { IsOpen = false, Granted = s.Expires }).To(State),
        (Established, Succeeded) when WantsEnd => (this with { IsOpen = false }).Unsubscribe(),
        (Established, Succeeded s) => (this with { IsOpen = false }).To(State, Lasting(s.Expires ?? Asked)),
        (Ending, Succeeded) => (this with { IsOpen = false }).To(State, new Tell(new SubscriptionEvent.Unsubscribed())),

        // Section 4.1.2.1: ask again for as long as the notifier wants.
        (NotifyWait or Established, Failed { Failure.Status: 423, MinExpires: { } least }) when CanExtend(least) =>
            (this with { Asked = least, Extensions = Extensions + 1 }).To(State, new SendSubscribe(least), new Arm(N, Timers.T1Times64)),
        (Ending, Failed) => Over(new Tell(new SubscriptionEvent.Terminated(new(TerminationReason.Timeout), null))),
        (Established, Failed f) when IsAuthorizationLost(f) => Over(new Tell(new SubscriptionEvent.Refused(f.Failure, f.AllowEvents))),
        (Established, Failed f) when EndsSubscription(f.Failure.Status) =>
            Over(new Tell(new SubscriptionEvent.Terminated(new(TerminationReason.Gone), null))),
        (Established, Failed) when WantsEnd => (this with { IsOpen = false }).Unsubscribe(),

        // Anything else leaves it alone until its time is over (section 4.1.2.2).
        (Established, Failed f) => (this with { IsOpen = false }).To(
            State, new Disarm(N), new Arm(Refresh, RetryAfter(f.Failure)), new Tell(new SubscriptionEvent.RefreshFailed(f.Failure))),
        (NotifyWait, Failed f) => Over(new Tell(new SubscriptionEvent.Refused(f.Failure, f.AllowEvents))),

        (NotifyWait or Established or Ending, Notify { State.Phase: SubscriptionPhase.Terminated } n) =>
            Over(new Tell(new SubscriptionEvent.Terminated(new(n.State.Reason, n.State.RetryAfter), n.Body))),
        (NotifyWait, Notify n) when IsFetch => // a fetch is over with its NOTIFY, whatever that calls itself
            Over(new Tell(new SubscriptionEvent.Terminated(new(TerminationReason.Timeout), n.Body))),
        (NotifyWait or Established, Notify n) => OnNotify(n),

        (NotifyWait, Fired(N)) or (Established, Fired(N)) =>
            Over(new Tell(new SubscriptionEvent.Terminated(new(TerminationReason.NoNotify), null))),
        (Ending, Fired(N)) => Over(new Tell(new SubscriptionEvent.Terminated(new(TerminationReason.Timeout), null))),
        (Established, Fired(Refresh)) when !IsOpen => To(State, new Tell(new SubscriptionEvent.RefreshDue())),
        (Established, Fired(Expiry)) => Over(new Tell(new SubscriptionEvent.Terminated(new(TerminationReason.Expired), null))),
        _ => To(State),
    };

    private Transition<Subscriber, SubscriberEffect> OnNotify(Notify notify)
    {
        var told = new Tell(new SubscriptionEvent.Notified(notify.State.Phase == SubscriptionPhase.Active, notify.Body));
        var established = this with { Granted = null };
        if (WantsEnd && !IsOpen)
        {
            var (next, effects) = established.Unsubscribe();
            return new(next, [told, .. effects]);
        }

        // The time in NOTIFY is the one that counts (section 4.1.3); that of the 2xx, or what we asked, only until the first.
        var lasts = notify.State.Expires ?? Granted ?? (State == NotifyWait ? Asked : null);
        return established.To(Established, [told, new Disarm(N), .. lasts is { } time ? Lasting(time) : []]);
    }

    private Transition<Subscriber, SubscriberEffect> Unsubscribe() => (this with { IsOpen = true, WantsEnd = false }).To(
        Ending, new Disarm(Refresh), new Disarm(Expiry), new SendSubscribe(TimeSpan.Zero), new Arm(N, Timers.T1Times64));

    private bool CanExtend(TimeSpan least) => least > Asked && least <= LongestMinimum && Extensions < MostExtensions && !IsFetch;

    /// <summary>What says that we may not (any more), rather than that something is broken (RFC 8048 section 5.2.2).</summary>
    private static bool IsAuthorizationLost(Failed failed) => failed.Failure.Status is 403 or 489 or 603;

    private static bool EndsSubscription(int status) => status is 404 or 405 or 410 or 416 or (>= 480 and <= 485) or 501 or 604;

    private static ImmutableArray<SubscriberEffect> Lasting(TimeSpan time) =>
        [new Arm(Refresh, RefreshAfter(time)), new Arm(Expiry, time)];

    /// <summary>Early enough for a failed attempt and another one.</summary>
    private static TimeSpan RefreshAfter(TimeSpan time) =>
        time <= TimeSpan.FromSeconds(128) ? time / 2 : TimeSpan.FromSeconds(Math.Min(time.TotalSeconds * 0.9, time.TotalSeconds - 64));

    private static TimeSpan RetryAfter(SipFailure failure) =>
        failure.RetryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : RetryRefresh;

    private Transition<Subscriber, SubscriberEffect> Over(params ImmutableArray<SubscriberEffect> todo) =>
        To(Terminated, [new Disarm(N), new Disarm(Refresh), new Disarm(Expiry), .. todo, new Forget()]);

    private Transition<Subscriber, SubscriberEffect> To(SubscriberState next, params ImmutableArray<SubscriberEffect> todo) =>
        new(this with { State = next }, todo);
}
