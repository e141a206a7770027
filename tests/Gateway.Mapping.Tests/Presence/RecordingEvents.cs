using Gateway.Sip.Messages;
using Gateway.Sip.Subscriptions;

namespace Gateway.Mapping.Tests.Presence;

/// <summary>The SIP side of presence, played by the test.</summary>
internal sealed class RecordingEvents : ISipEventAgent
{
    public List<Subscription> Subscriptions { get; } = [];

    /// <summary>The next SUBSCRIBE meets a mistake of ours.</summary>
    public Exception? Mistake { get; set; }

    public Subscription Last => Subscriptions[^1];

    public ISipSubscription Subscribe(OutgoingSubscription subscription, ISubscriptionSink sink)
    {
        if (Mistake is { } mistake)
        {
            Mistake = null;
            throw mistake;
        }

        Subscriptions.Add(new Subscription(subscription, sink));
        return Last;
    }

    public void Serve(string package, ISubscriptionHandler handler)
    {
    }

    internal sealed class Subscription(OutgoingSubscription wanted, ISubscriptionSink sink) : ISipSubscription
    {
        public OutgoingSubscription Wanted => wanted;

        public string CallId => "call";

        public List<string> Commands { get; } = [];

        public void Refresh() => Commands.Add("refresh");

        public void Unsubscribe() => Commands.Add("unsubscribe");

        public void On(SubscriptionEvent e) => sink.On(e);

        public void Notify(bool isActive, string? pidf = null) =>
            On(new SubscriptionEvent.Notified(isActive, pidf is null ? null : SipBody.OfText("application/pidf+xml", pidf)));

        public void Refuse(int status) => On(new SubscriptionEvent.Refused(new Gateway.Sip.UserAgent.SipFailure(status, "x", IsLocal: false)));

        public void End(TerminationReason reason, string? pidf = null) => On(new SubscriptionEvent.Terminated(
            new SubscriptionEnding(reason), pidf is null ? null : SipBody.OfText("application/pidf+xml", pidf)));
    }

    internal sealed class Notifier : ISipNotifier
    {
        public string CallId => "call";

        public List<string> Sent { get; } = [];

        public SipBody? Body { get; private set; }

        public void Notify(bool isActive, SipBody? body)
        {
            Body = body;
            Sent.Add($"{(isActive ? "active" : "pending")}{Text(body)}");
        }

        public void Terminate(TerminationReason reason, SipBody? body, int? retryAfterSeconds)
        {
            Body = body;
            Sent.Add($"terminated {reason}{Text(body)}");
        }

        private static string Text(SipBody? body) =>
            body is null ? "" : body.Text.Contains("<basic>open</basic>", StringComparison.Ordinal) ? " open" : " closed";
    }
}
