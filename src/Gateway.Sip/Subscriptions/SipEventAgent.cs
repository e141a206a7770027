using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Subscriptions;

/// <inheritdoc/>
internal sealed class SipEventAgent(SipStack stack, Func<bool> isListening) : ISipEventAgent
{
    public ISipSubscription Subscribe(OutgoingSubscription subscription, ISubscriptionSink sink)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(sink);
        var made = new ClientSubscription(stack, subscription, sink);
        if (!isListening())
        {
            sink.On(new SubscriptionEvent.Refused(SipFailures.Local(503)));
            return made;
        }

        stack.Loop.Post(made.Start);
        return made;
    }

    public void Serve(string package, ISubscriptionHandler handler)
    {
        ArgumentException.ThrowIfNullOrEmpty(package);
        ArgumentNullException.ThrowIfNull(handler);
        stack.Subscriptions.Serve(package, handler);
    }
}
