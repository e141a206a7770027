using Gateway.Sip.Messages;
using Gateway.Sip.Subscriptions;
using Gateway.Testing;

namespace Gateway.Sip.Tests.Subscriptions;

/// <summary>Keeps what a subscription of ours is told.</summary>
internal sealed class RecordingSubscriber : ISubscriptionSink
{
    public EventLog<SubscriptionEvent> Events { get; } = new("subscriber");

    public void On(SubscriptionEvent subscriptionEvent) => Events.Add(subscriptionEvent);
}

/// <summary>Takes every subscription, or decides as told.</summary>
internal sealed class RecordingNotifier : ISubscriptionHandler, INotifierSink
{
    public EventLog<NotifierEvent> Events { get; } = new("notifier");

    public EventLog<(IncomingSubscription Subscription, ISipNotifier Handle)> Asked { get; } = new("handler");

    public SubscriptionDecision? Decision { get; set; }

    public SubscriptionDecision OnSubscribe(IncomingSubscription subscription, ISipNotifier handle)
    {
        Asked.Add((subscription, handle));
        return Decision ?? new SubscriptionDecision.Accept(this, IsActive: false);
    }

    public void On(NotifierEvent notifierEvent) => Events.Add(notifierEvent);

    public static SipBody Pidf(string text) => SipBody.OfText("application/pidf+xml", text);
}
