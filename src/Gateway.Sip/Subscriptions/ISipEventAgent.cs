using Gateway.Sip.Messages;

namespace Gateway.Sip.Subscriptions;

/// <summary>
/// SIP-specific event notification (RFC 6665): subscriptions of ours, and those of others to what we know. Every method
/// returns at once; what happens later arrives at the sinks, from the stack's loop.
/// </summary>
public interface ISipEventAgent
{
    /// <summary>
    /// Sends a SUBSCRIBE, which is a fetch when it asks for no time (section 4.4.3). The last event is <see cref="SubscriptionEvent.Refused"/>
    /// or <see cref="SubscriptionEvent.Terminated"/>.
    /// </summary>
    ISipSubscription Subscribe(OutgoingSubscription subscription, ISubscriptionSink sink);

    /// <summary>Serves subscriptions to an event package. Other packages are refused: 489 with Allow-Events (section 7.3.2).</summary>
    /// <param name="package">Name of the package, such as <c>presence</c>; one handler each.</param>
    /// <param name="handler">Decides over new subscriptions.</param>
    void Serve(string package, ISubscriptionHandler handler);
}

/// <summary>A subscription of ours. Methods may be called from any thread; after the last event they do nothing.</summary>
public interface ISipSubscription
{
    /// <summary>Call-ID of the dialog.</summary>
    string CallId { get; }

    /// <summary>
    /// SUBSCRIBE again in the dialog (section 4.1.2.2). Without it the subscription ends with its time: only the owner knows
    /// whether it is still wanted.
    /// </summary>
    void Refresh();

    /// <summary>Ends it (section 4.1.2.3): as soon as there is a dialog to do it in.</summary>
    void Unsubscribe();
}

/// <summary>Takes the events of one subscription of ours, on the stack's loop: must return at once.</summary>
public interface ISubscriptionSink
{
    /// <summary>Something happened.</summary>
    void On(SubscriptionEvent subscriptionEvent);
}

/// <summary>Decides over SUBSCRIBEs that open a subscription. Called from the stack's loop: must return at once.</summary>
public interface ISubscriptionHandler
{
    /// <summary>Called once per SUBSCRIBE outside a dialog, after the checks of RFC 3261 section 8.2.</summary>
    /// <param name="subscription">What is asked.</param>
    /// <param name="handle">The way to notify; to be used after acceptance only.</param>
    SubscriptionDecision OnSubscribe(IncomingSubscription subscription, ISipNotifier handle);
}

/// <summary>A subscription of the peer, which we notify. Methods may be called from any thread; after its end they do nothing.</summary>
public interface ISipNotifier
{
    /// <summary>Call-ID of the dialog.</summary>
    string CallId { get; }

    /// <summary>
    /// NOTIFY. Changes that come faster than the subscriber answers, or than <see cref="SubscriptionDecision.Accept.Pace"/>
    /// allows, are joined: the latest is sent.
    /// </summary>
    /// <param name="isActive">Whether the subscription has been authorized; false is <c>pending</c>.</param>
    /// <param name="body">Full state; null for none.</param>
    void Notify(bool isActive, SipBody? body);

    /// <summary>The last NOTIFY (section 4.2.2).</summary>
    /// <param name="reason">Why.</param>
    /// <param name="body">Final state, or null.</param>
    /// <param name="retryAfterSeconds">For <see cref="TerminationReason.Probation"/> and <see cref="TerminationReason.GiveUp"/>.</param>
    void Terminate(TerminationReason reason, SipBody? body = null, int? retryAfterSeconds = null);
}

/// <summary>Takes the events of one subscription of the peer, on the stack's loop: must return at once.</summary>
public interface INotifierSink
{
    /// <summary>Something happened.</summary>
    void On(NotifierEvent notifierEvent);
}
