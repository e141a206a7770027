using System.Collections.Immutable;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;
using Gateway.Sip.UserAgent;
using static Gateway.Sip.Subscriptions.NotifierEffect;
using static Gateway.Sip.Subscriptions.NotifierInput;
using static Gateway.Sip.Subscriptions.NotifierState;
using static Gateway.Sip.Subscriptions.NotifierTimer;

namespace Gateway.Sip.Subscriptions;

/// <summary>Where a subscription of the peer stands (RFC 6665 section 4.2.1, figure 2).</summary>
internal enum NotifierState
{
    /// <summary>Accepted; the first NOTIFY has not been sent.</summary>
    Fresh,

    /// <summary>A fetch whose answer the owner still looks for.</summary>
    FetchHeld,

    /// <summary>Pending or active.</summary>
    Running,

    /// <summary>The subscriber has ended it; the owner may add the final state.</summary>
    Leaving,

    /// <summary>The last NOTIFY is on its way, or waits for the one before it.</summary>
    Ending,

    /// <summary>Over.</summary>
    Terminated,
}

/// <summary>The timers of a subscription of the peer.</summary>
internal enum NotifierTimer
{
    /// <summary>The time of the subscription is over.</summary>
    Expiry,

    /// <summary>Another NOTIFY may be sent.</summary>
    Pace,

    /// <summary>The owner has had time enough for the final state.</summary>
    Hold,
}

/// <summary>What happens to a subscription of the peer. A closed set.</summary>
internal abstract record NotifierInput
{
    private NotifierInput()
    {
    }

    /// <summary>Accepted. A fetch has no time.</summary>
    public sealed record Begin(TimeSpan Expires, bool IsActive, SipBody? Body, bool IsBodyLater) : NotifierInput;

    /// <summary>SUBSCRIBE in the dialog; zero ends it.</summary>
    public sealed record Resubscribed(TimeSpan Expires) : NotifierInput;

    /// <summary>The owner has something to say.</summary>
    public sealed record Say(bool IsActive, SipBody? Body) : NotifierInput;

    /// <summary>The owner ends it.</summary>
    public sealed record Terminate(TerminationReason Reason, SipBody? Body, TimeSpan? RetryAfter) : NotifierInput;

    /// <summary>NOTIFY was answered 2xx.</summary>
    public sealed record Delivered : NotifierInput;

    /// <summary>NOTIFY failed.</summary>
    public sealed record Undelivered(SipFailure Failure) : NotifierInput;

    public sealed record Fired(NotifierTimer Timer) : NotifierInput;
}

/// <summary>What is done about it. A closed set.</summary>
internal abstract record NotifierEffect
{
    private NotifierEffect()
    {
    }

    /// <summary>The shell adds the time that is left.</summary>
    public sealed record SendNotify(SubscriptionStateHeader State, SipBody? Body) : NotifierEffect;

    public sealed record Arm(NotifierTimer Timer, TimeSpan After) : NotifierEffect;

    public sealed record Disarm(NotifierTimer Timer) : NotifierEffect;

    public sealed record Tell(NotifierEvent Event) : NotifierEffect;

    /// <summary>Nothing is left to do: forget it.</summary>
    public sealed record Forget : NotifierEffect;
}

/// <summary>
/// The notifier's side of one subscription: RFC 6665 section 4.2. One NOTIFY at a time; what changes meanwhile is sent as the
/// latest state when its answer has come.
/// </summary>
/// <param name="State">State.</param>
/// <param name="Pace">Least time between two NOTIFYs that only say something newer.</param>
internal sealed record Notifier(NotifierState State, TimeSpan Pace)
{
    private static readonly TimeSpan OwnersTime = TimeSpan.FromSeconds(10); // well within the subscriber's Timer N of 32 s

    /// <summary>Whether the subscription is authorized.</summary>
    public bool IsActive { get; init; }

    /// <summary>The latest state.</summary>
    public SipBody? Body { get; init; }

    /// <summary>A NOTIFY waits for its answer.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Too soon after the last NOTIFY for another.</summary>
    public bool IsPaced { get; init; }

    /// <summary>The latest state has not been sent.</summary>
    public bool IsDue { get; init; }

    /// <summary>How it ends; null while it does not.</summary>
    public SubscriptionStateHeader? Last { get; init; }

    public Transition<Notifier, NotifierEffect> On(NotifierInput input) => (State, input) switch
    {
        (Fresh, Begin { IsBodyLater: true } b) when b.Expires == TimeSpan.Zero => To(FetchHeld, new Arm(Hold, OwnersTime)),
        (Fresh, Begin b) when b.Expires == TimeSpan.Zero => End(TerminationReason.Timeout, b.Body),
        (Fresh, Begin b) => (this with { IsActive = b.IsActive, Body = b.Body }).Send(Running, new Arm(Expiry, b.Expires)),

        (FetchHeld, Say s) => End(TerminationReason.Timeout, s.Body),
        (FetchHeld, Fired(Hold)) => End(TerminationReason.Timeout, null),

        // A refresh is answered by NOTIFY in any case (section 4.2.1.4).
        (Running or Leaving, Resubscribed r) when r.Expires > TimeSpan.Zero =>
            Send(Running, new Disarm(Hold), new Arm(Expiry, r.Expires), new Tell(new NotifierEvent.Refreshed())),
        (Running, Resubscribed) => To(
            Leaving, new Disarm(Expiry), new Disarm(NotifierTimer.Pace), new Arm(Hold, OwnersTime), new Tell(new NotifierEvent.Unsubscribed())),
        (Leaving, Fired(Hold)) => End(TerminationReason.Timeout, null),
        (Running, Fired(Expiry)) => Append(End(TerminationReason.Timeout, null), new Tell(new NotifierEvent.Expired())),

        (Running, Say s) when s.IsActive != IsActive => (this with { IsActive = s.IsActive, Body = s.Body }).Send(Running),
        (Running, Say s) when Equals(s.Body, Body) && !IsDue => To(State),
        (Running, Say s) when IsOpen || IsPaced => (this with { Body = s.Body, IsDue = true }).To(State),
        (Running, Say s) => (this with { Body = s.Body }).Send(Running),
        (Running, Fired(NotifierTimer.Pace)) when IsDue && !IsOpen => (this with { IsPaced = false }).Send(Running),
        (Running, Fired(NotifierTimer.Pace)) => (this with { IsPaced = false }).To(State),

        (FetchHeld or Running or Leaving, Terminate t) => End(t.Reason, t.Body, t.RetryAfter),

        (Running, Delivered) when IsDue && !IsPaced => (this with { IsOpen = false }).Send(Running),
        (Running or Leaving, Delivered) => (this with { IsOpen = false }).To(State),
        (Ending, Delivered or Undelivered) when IsDue => (this with { IsOpen = false }).SendLast(),
        (Ending, Delivered or Undelivered) => Over(),

        // Section 4.2.2: try again only if told when; anything else ends the subscription.
        (Running, Undelivered { Failure: { Status: not 481, RetryAfter: { } seconds } }) =>
            (this with { IsOpen = false, IsDue = true, IsPaced = true }).To(State, new Arm(NotifierTimer.Pace, TimeSpan.FromSeconds(seconds))),
        (Running or Leaving, Undelivered) => Over(new Tell(new NotifierEvent.Lost())),
        _ => To(State),
    };

    private Transition<Notifier, NotifierEffect> Send(NotifierState next, params ImmutableArray<NotifierEffect> before)
    {
        if (IsOpen)
        {
            return (this with { IsDue = true, IsPaced = false }).To(next, before);
        }

        var phase = IsActive ? SubscriptionPhase.Active : SubscriptionPhase.Pending;
        return (this with { IsOpen = true, IsDue = false, IsPaced = Pace > TimeSpan.Zero }).To(
            next, [.. before, new SendNotify(new SubscriptionStateHeader(phase), Body), .. Paced]);
    }

    private ImmutableArray<NotifierEffect> Paced => Pace > TimeSpan.Zero ? [new Arm(NotifierTimer.Pace, Pace)] : [];

    private Transition<Notifier, NotifierEffect> End(TerminationReason reason, SipBody? body, TimeSpan? retryAfter = null)
    {
        var ending = this with
        {
            Last = new SubscriptionStateHeader(SubscriptionPhase.Terminated) { Reason = reason, RetryAfter = retryAfter },
            Body = body,
        };
        return IsOpen ? (ending with { IsDue = true }).To(Ending, StopAll) : Append(new(ending, StopAll), ending.SendLast());
    }

    private Transition<Notifier, NotifierEffect> SendLast() =>
        (this with { IsOpen = true, IsDue = false }).To(Ending, new SendNotify(Last!, Body));

    private static ImmutableArray<NotifierEffect> StopAll => [new Disarm(Expiry), new Disarm(NotifierTimer.Pace), new Disarm(Hold)];

    private static Transition<Notifier, NotifierEffect> Append(Transition<Notifier, NotifierEffect> first, NotifierEffect then) =>
        new(first.Next, [.. first.Effects, then]);

    private static Transition<Notifier, NotifierEffect> Append(
        Transition<Notifier, NotifierEffect> first, Transition<Notifier, NotifierEffect> then) =>
        new(then.Next, [.. first.Effects, .. then.Effects]);

    private Transition<Notifier, NotifierEffect> Over(params ImmutableArray<NotifierEffect> todo) =>
        To(Terminated, [.. StopAll, .. todo, new Forget()]);

    private Transition<Notifier, NotifierEffect> To(NotifierState next, params ImmutableArray<NotifierEffect> todo) =>
        new(this with { State = next }, todo);
}
