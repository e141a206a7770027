using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Subscriptions;

/// <summary>What happens to a subscription of ours. A closed set.</summary>
public abstract record SubscriptionEvent
{
    private SubscriptionEvent()
    {
    }

    /// <summary>The notifier said something.</summary>
    /// <param name="IsActive">Whether we are authorized; false is <c>pending</c>.</param>
    /// <param name="Body">The state; null when there was none.</param>
    public sealed record Notified(bool IsActive, SipBody? Body) : SubscriptionEvent;

    /// <summary>It ends soon: <see cref="ISipSubscription.Refresh"/> keeps it.</summary>
    public sealed record RefreshDue : SubscriptionEvent;

    /// <summary>A refresh failed in a way that leaves the subscription alone; it is due again later.</summary>
    public sealed record RefreshFailed(SipFailure Failure) : SubscriptionEvent;

    /// <summary>The 2xx to our wish to unsubscribe has come; the last NOTIFY may follow.</summary>
    public sealed record Unsubscribed : SubscriptionEvent;

    /// <summary>SUBSCRIBE was refused, the first or a later one: over.</summary>
    /// <param name="Failure">What was answered, or 408 and 503 made here.</param>
    /// <param name="AllowEvents">With 489: what the peer does serve.</param>
    public sealed record Refused(SipFailure Failure, string? AllowEvents = null) : SubscriptionEvent;

    /// <summary>Over.</summary>
    /// <param name="Ending">Why, and whether a new one makes sense.</param>
    /// <param name="Body">The final state, when there was one; all that a fetch brings.</param>
    public sealed record Terminated(SubscriptionEnding Ending, SipBody? Body) : SubscriptionEvent;
}

/// <summary>What happens to a subscription of the peer. A closed set.</summary>
public abstract record NotifierEvent
{
    private NotifierEvent()
    {
    }

    /// <summary>Refreshed; the latest state has been sent again by the stack (RFC 6665 section 4.2.1.4).</summary>
    public sealed record Refreshed : NotifierEvent;

    /// <summary>The subscriber wants no more: <see cref="ISipNotifier.Terminate"/> with the final state is due; without it
    /// a bare one is sent soon.</summary>
    public sealed record Unsubscribed : NotifierEvent;

    /// <summary>Its time is over without a refresh; the last NOTIFY has been sent.</summary>
    public sealed record Expired : NotifierEvent;

    /// <summary>The subscriber knows nothing of it (481), or cannot be reached.</summary>
    public sealed record Lost : NotifierEvent;
}

/// <summary>The reasons of RFC 6665 section 4.1.3, and those made here.</summary>
public enum TerminationReason
{
    /// <summary>None was given, or one that no text defines.</summary>
    Unspecified,

    /// <summary>deactivated: subscribe again at once, it has moved.</summary>
    Deactivated,

    /// <summary>probation: try again later.</summary>
    Probation,

    /// <summary>rejected: authorization has been refused or withdrawn.</summary>
    Rejected,

    /// <summary>timeout: not refreshed in time, or ended by the subscriber.</summary>
    Timeout,

    /// <summary>giveup: nobody could be asked for authorization.</summary>
    GiveUp,

    /// <summary>noresource: there is no such resource any more.</summary>
    NoResource,

    /// <summary>invariant: the state never changes.</summary>
    Invariant,

    /// <summary>Made here: no NOTIFY came within 64*T1 (Timer N).</summary>
    NoNotify,

    /// <summary>Made here: its time is over.</summary>
    Expired,

    /// <summary>Made here: the notifier knows nothing of it (481 and its like).</summary>
    Gone,
}

/// <summary>When a new subscription may take the place of one that ended.</summary>
public enum Resubscription
{
    /// <summary>Not by itself.</summary>
    Never,

    /// <summary>At once.</summary>
    Now,

    /// <summary>After the time given, or one of the owner's choice.</summary>
    Later,
}

/// <summary>The end of a subscription of ours.</summary>
/// <param name="Reason">Why.</param>
/// <param name="RetryAfter">The notifier's wish; null when it had none.</param>
public sealed record SubscriptionEnding(TerminationReason Reason, TimeSpan? RetryAfter = null)
{
    /// <summary>RFC 6665 section 4.1.3: what the reason says of a new subscription.</summary>
    public Resubscription Again => Reason switch
    {
        TerminationReason.Rejected or TerminationReason.NoResource or TerminationReason.Invariant => Resubscription.Never,
        TerminationReason.Probation or TerminationReason.GiveUp or TerminationReason.NoNotify => Resubscription.Later,
        _ when RetryAfter is not null => Resubscription.Later,
        _ => Resubscription.Now,
    };
}
