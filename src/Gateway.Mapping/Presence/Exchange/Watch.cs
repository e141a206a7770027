using System.Collections.Immutable;
using Gateway.Mapping.Sessions;
using Gateway.Sip.Subscriptions;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Stanzas;
using static Gateway.Mapping.Presence.Exchange.WatchEffect;
using static Gateway.Mapping.Presence.Exchange.WatchEvent;
using static Gateway.Mapping.Presence.Exchange.WatchState;

namespace Gateway.Mapping.Presence.Exchange;

/// <summary>Where an XMPP user's subscription to a SIP user stands.</summary>
internal enum WatchState
{
    /// <summary>None.</summary>
    None,

    /// <summary>Approved, and no SUBSCRIBE out: she is offline, or was when it was due.</summary>
    Idle,

    /// <summary>SUBSCRIBE sent; no NOTIFY yet.</summary>
    Subscribing,

    /// <summary>The notifier has not decided.</summary>
    Pending,

    /// <summary>The notifier tells us what there is.</summary>
    Active,

    /// <summary>Something failed; it is tried again later.</summary>
    Waiting,

    /// <summary>She wants no more; the end is not confirmed yet.</summary>
    Leaving,
}

/// <summary>What is known of her being online, which decides over refreshes (P-4).</summary>
internal enum Attention
{
    /// <summary>Nothing.</summary>
    Unknown,

    /// <summary>She is online.</summary>
    Online,

    /// <summary>She is not.</summary>
    Offline,
}

/// <summary>The timers of a subscription to a SIP user.</summary>
internal enum WatchTimer
{
    /// <summary>Her server has had time enough to answer a probe.</summary>
    Answer,

    /// <summary>A failed SUBSCRIBE is tried again.</summary>
    Retry,

    /// <summary>Another probe may make another SUBSCRIBE.</summary>
    Quiet,
}

/// <summary>What happens to it. A closed set.</summary>
internal abstract record WatchEvent
{
    private WatchEvent()
    {
    }

    /// <summary>subscribe.</summary>
    public sealed record Asked : WatchEvent;

    /// <summary>unsubscribe.</summary>
    public sealed record Left : WatchEvent;

    /// <summary>probe, from her server for her (bare) or from one of her devices.</summary>
    public sealed record Probed(Jid By) : WatchEvent;

    /// <summary>Kept from before the gateway was started.</summary>
    public sealed record Restored : WatchEvent;

    /// <summary>Presence of hers has come.</summary>
    public sealed record Seen(bool IsOnline) : WatchEvent;

    /// <summary>Her server does not know the SIP user as one that may see her presence.</summary>
    public sealed record ProbeRefused : WatchEvent;

    /// <summary>NOTIFY.</summary>
    public sealed record Notified(bool IsActive, Availability? Known) : WatchEvent;

    /// <summary>SUBSCRIBE was refused for good.</summary>
    public sealed record Refused(int Status, TimeSpan? RetryAfter = null) : WatchEvent;

    /// <summary>The subscription is over.</summary>
    public sealed record Ended(SubscriptionEnding Ending) : WatchEvent;

    /// <summary>2xx to our wish to unsubscribe.</summary>
    public sealed record Confirmed : WatchEvent;

    /// <summary>The subscription is about to end.</summary>
    public sealed record RefreshDue : WatchEvent;

    /// <summary>The single question of one of her devices is answered; null when nothing is known.</summary>
    public sealed record Fetched(Jid By, Availability? Known) : WatchEvent;

    /// <summary>Her server has lost what we told it.</summary>
    public sealed record LinkBack : WatchEvent;

    public sealed record Fired(WatchTimer Timer) : WatchEvent;
}

/// <summary>What is done about it. A closed set.</summary>
internal abstract record WatchEffect
{
    private WatchEffect()
    {
    }

    /// <summary>SUBSCRIBE in a new dialog; an earlier subscription is nobody's any more.</summary>
    public sealed record Subscribe : WatchEffect;

    /// <summary>SUBSCRIBE in the dialog.</summary>
    public sealed record Refresh : WatchEffect;

    /// <summary>SUBSCRIBE with Expires 0 in the dialog.</summary>
    public sealed record Unsubscribe : WatchEffect;

    /// <summary>SUBSCRIBE with Expires 0 in a dialog of its own (RFC 8048 section 7.1).</summary>
    public sealed record Fetch(Jid By) : WatchEffect;

    /// <summary>subscribed, unsubscribed or probe, from bare JID to bare JID.</summary>
    public sealed record Say(PresenceKind Kind) : WatchEffect;

    /// <summary>Presence of the SIP user, to her bare JID or to one device.</summary>
    public sealed record Show(Availability Known, Jid? To = null) : WatchEffect;

    /// <summary>It is to be known after a restart.</summary>
    public sealed record Keep : WatchEffect;

    /// <summary>It is over.</summary>
    public sealed record Forget : WatchEffect;

    public sealed record Arm(WatchTimer Timer, TimeSpan After) : WatchEffect;

    public sealed record Disarm(WatchTimer Timer) : WatchEffect;
}

/// <summary>An XMPP user who watches a SIP user that has presence of its own: RFC 8048 section 5.2, MAPPING P-1 to P-5, P-9, P-19.</summary>
/// <param name="State">State.</param>
internal sealed record Watch(WatchState State)
{
    private const int MostBlindRefreshes = 24; // a day, at an hour each
    private const int MostTries = 5; // for a request that nobody has answered

    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan QuietTime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromHours(1);

    /// <summary>She has been told <c>subscribed</c>.</summary>
    public bool IsApproved { get; init; }

    /// <summary>What the notifier said last; null when it has not, or the subscription is down.</summary>
    public Availability? Known { get; init; }

    public Attention Attention { get; init; }

    /// <summary>A probe is out, and decides over the refresh.</summary>
    public bool IsChecking { get; init; }

    /// <summary>Refreshes since anything was known of her.</summary>
    public int BlindRefreshes { get; init; }

    /// <summary>Failures in a row.</summary>
    public int Failures { get; init; }

    /// <summary>A probe has made a SUBSCRIBE just now.</summary>
    public bool IsQuiet { get; init; }

    private bool IsOut => State is Subscribing or Pending or Active;

    public Transition<Watch, WatchEffect> On(WatchEvent e) => (State, e) switch
    {
        (None or Leaving, Asked) => (this with { IsApproved = false, Known = null }).To(Subscribing, new Subscribe()),
        (Idle or Waiting, Asked) when IsApproved => (this with { Attention = Attention.Online }).To(
            Subscribing, new Say(PresenceKind.Subscribed), new Disarm(WatchTimer.Retry), new Subscribe()),
        (Waiting, Asked) => To(Subscribing, new Disarm(WatchTimer.Retry), new Subscribe()),
        (_, Asked) when IsApproved => To(State, [new Say(PresenceKind.Subscribed), .. Current()]), // P-17: again, and no loop

        // P-5. Without a dialog there is nothing to end.
        (Subscribing or Pending or Active, Left) => Clear().To(
            Leaving, [.. Vanish(), new Forget(), .. StopAll, new Unsubscribe()]),
        (None or Idle or Waiting, Left) => Clear().To(None, [.. Vanish(), new Forget(), .. StopAll, new Say(PresenceKind.Unsubscribed)]),
        (Leaving, Confirmed or Ended or Refused) => To(None, new Say(PresenceKind.Unsubscribed)),

        // P-2, RFC 8048 section 5.2.1: nothing is said before the first active.
        (Subscribing or Active, Notified { IsActive: false }) => To(Pending),
        (Subscribing or Pending or Active, Notified { IsActive: true } n) => OnActive(n.Known ?? Availability.Closed),

        // P-3: authorization is gone, or there is nobody to authorize.
        (Subscribing or Pending or Active, Refused { Status: 403 or 489 or 603 or 404 or 410 or 604 or 484 or 485 or 416 }) => GiveUp(),
        (Subscribing or Pending or Active, Ended { Ending.Reason: TerminationReason.Rejected or TerminationReason.NoResource }) => GiveUp(),
        (Active, Ended { Ending.Reason: TerminationReason.Invariant }) => (this with { IsChecking = false }).To(Idle), // stays as it is
        (Subscribing or Pending or Active, Refused r) => Retry(r.RetryAfter),
        (Subscribing or Pending or Active, Ended x) => OnEnded(x.Ending),

        // P-4: is she online? Then it goes on.
        (Active, RefreshDue) or (Pending, RefreshDue) when IsApproved && Attention != Attention.Online => Check(),
        (Active or Pending, RefreshDue) => (this with { Failures = 0, Attention = IsApproved ? Attention.Unknown : Attention }).To(State, new Refresh()),
        (_, Seen { IsOnline: true }) when IsChecking => Checked(),
        (_, Seen { IsOnline: false }) when IsChecking => (this with { IsChecking = false, Attention = Attention.Offline }).To(
            State, new Disarm(WatchTimer.Answer)),
        (_, ProbeRefused or Fired(WatchTimer.Answer)) when IsChecking && BlindRefreshes < MostBlindRefreshes =>
            (this with { BlindRefreshes = BlindRefreshes + 1 }).Checked(),
        (_, ProbeRefused or Fired(WatchTimer.Answer)) when IsChecking => (this with { IsChecking = false }).To(State, new Disarm(WatchTimer.Answer)),
        (_, Seen s) => (this with
        {
            Attention = s.IsOnline ? Attention.Online : Attention.Offline,
            BlindRefreshes = s.IsOnline ? 0 : BlindRefreshes,
        }).To(State),

        // P-4: her server probes when she comes online. It does so for what it has on her roster, so one that we forgot is learnt again.
        (None, Probed { By.IsBare: true }) => (this with { IsApproved = true, Attention = Attention.Online }).To(
            Subscribing, new Keep(), new Subscribe()),
        (None, Probed p) => To(None, new Fetch(p.By)), // P-9
        (Idle or Waiting, Probed p) => Present().To(Subscribing, [.. ShowTo(p.By), new Disarm(WatchTimer.Retry), .. Hush(), new Subscribe()]),
        (Active, Probed p) when !IsQuiet => Present().To(Active, [.. ShowTo(p.By), .. Hush(), new Refresh()]),
        (Active, Probed p) => To(Active, [.. ShowTo(p.By)]),
        (_, Fired(WatchTimer.Quiet)) => (this with { IsQuiet = false }).To(State),
        (None, Fetched { Known: { } known } f) => To(None, new Show(known, f.By)),

        (Waiting, Fired(WatchTimer.Retry)) => To(Subscribing, new Subscribe()),
        (None, Restored) => (this with { State = Idle, IsApproved = true }).Check(), // P-19
        (_, LinkBack) when Known is not null => To(State, [.. Current()]),
        _ => To(State),
    };

    private Transition<Watch, WatchEffect> OnActive(Availability known)
    {
        var first = !IsApproved;
        var next = this with { IsApproved = true, Known = known };
        return next.To(Active, [
            .. first ? (ReadOnlySpan<WatchEffect>)[new Keep(), new Say(PresenceKind.Subscribed)] : [],
            .. known.Equals(Known) ? (ReadOnlySpan<WatchEffect>)[] : [new Show(known)]]);
    }

    private Transition<Watch, WatchEffect> OnEnded(SubscriptionEnding ending)
    {
        if (!IsApproved || ending.Again == Resubscription.Later)
        {
            return Retry(ending.RetryAfter);
        }

        if (Attention == Attention.Offline)
        {
            return (this with { Known = null, IsChecking = false }).To(Idle, [.. Vanish(), .. StopAll]); // her next probe begins anew
        }

        return Failures == 0 && ending.Reason != TerminationReason.NoNotify
            ? (this with { Failures = 1 }).To(Subscribing, new Subscribe())
            : Retry(ending.RetryAfter);
    }

    private Transition<Watch, WatchEffect> Retry(TimeSpan? wished)
    {
        if (!IsApproved && Failures + 1 >= MostTries)
        {
            return GiveUp();
        }

        var wait = wished ?? FirstRetry * Math.Pow(2, Math.Min(Failures, 10));
        return (this with { Failures = Failures + 1, Known = null, IsChecking = false }).To(
            Waiting, [.. Vanish(), new Disarm(WatchTimer.Answer), new Arm(WatchTimer.Retry, wait < LongestRetry ? wait : LongestRetry)]);
    }

    private Transition<Watch, WatchEffect> GiveUp() => Clear().To(
        None, [.. Vanish(), new Forget(), .. StopAll, new Say(PresenceKind.Unsubscribed)]);

    private Transition<Watch, WatchEffect> Check() => (this with { IsChecking = true }).To(
        State, new Say(PresenceKind.Probe), new Arm(WatchTimer.Answer, AnswerTime));

    private Transition<Watch, WatchEffect> Checked()
    {
        var next = this with { IsChecking = false, Failures = 0 };
        return IsOut ? next.To(State, new Disarm(WatchTimer.Answer), new Refresh())
            : State == Idle ? next.To(Subscribing, new Disarm(WatchTimer.Answer), new Subscribe())
            : next.To(State, new Disarm(WatchTimer.Answer));
    }

    private Watch Present() => this with { Attention = Attention.Online, BlindRefreshes = 0, IsQuiet = true };

    private Watch Clear() => new(State);

    private static ImmutableArray<WatchEffect> Hush() => [new Arm(WatchTimer.Quiet, QuietTime)];

    private ImmutableArray<WatchEffect> Current() => Known is { } known ? [new Show(known)] : [];

    private ImmutableArray<WatchEffect> ShowTo(Jid by) => Known is { } known ? [new Show(known, by)] : [];

    /// <summary>What she was shown is not so any more.</summary>
    private ImmutableArray<WatchEffect> Vanish() => Known is { IsOpen: true } ? [new Show(Availability.Closed)] : [];

    private static ImmutableArray<WatchEffect> StopAll =>
        [new Disarm(WatchTimer.Answer), new Disarm(WatchTimer.Retry), new Disarm(WatchTimer.Quiet)];

    private Transition<Watch, WatchEffect> To(WatchState next, params ImmutableArray<WatchEffect> todo) =>
        new(this with { State = next }, todo);
}
