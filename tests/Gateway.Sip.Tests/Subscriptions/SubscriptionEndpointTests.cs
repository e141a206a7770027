using Gateway.Sip.Messages;
using Gateway.Sip.Subscriptions;
using Gateway.Sip.Tests.UserAgent;

namespace Gateway.Sip.Tests.Subscriptions;

/// <summary>Two endpoints subscribe to each other on loopback sockets.</summary>
public sealed class SubscriptionEndpointTests
{
    [Theory] // RFC 6665 section 4.1, 4.2
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Subscription_is_authorized_refreshed_and_ended(string transport)
    {
        await using var pair = await EndpointPair.Start(transport);
        var (owner, sink) = (new RecordingNotifier(), new RecordingSubscriber());
        pair.Bob.Events.Serve("presence", owner);
        var subscription = pair.Alice.Events.Subscribe(
            new OutgoingSubscription(
                pair.UriOf(pair.Bob, "bob"), new NameAddr(null, pair.UriOf(pair.Alice, "alice")), new NameAddr(null, pair.UriOf(pair.Bob, "bob")),
                "presence") { Accept = ["application/pidf+xml"] },
            sink);
        var (_, handle) = await owner.Asked.WaitAsync(_ => true);
        await sink.Events.WaitAsync(e => e is SubscriptionEvent.Notified { IsActive: false, Body: null });
        handle.Notify(true, RecordingNotifier.Pidf("here"));
        await sink.Events.WaitAsync(e => e is SubscriptionEvent.Notified { IsActive: true, Body.Text: "here" });
        subscription.Refresh();
        await owner.Events.WaitAsync(e => e is NotifierEvent.Refreshed);
        subscription.Unsubscribe();
        await owner.Events.WaitAsync(e => e is NotifierEvent.Unsubscribed);
        handle.Terminate(TerminationReason.Timeout, RecordingNotifier.Pidf("closed"));
        await sink.Events.WaitAsync(e => e is SubscriptionEvent.Terminated { Body.Text: "closed" });
    }
}
