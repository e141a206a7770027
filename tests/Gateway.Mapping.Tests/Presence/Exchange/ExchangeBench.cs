using System.Net;
using System.Xml.Linq;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Contacts;
using Gateway.Mapping.Policy;
using Gateway.Mapping.Presence;
using Gateway.Mapping.Tests.Addresses;
using Gateway.Sip.Messages;
using Gateway.Sip.Subscriptions;
using Gateway.Testing;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Disco;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Stanzas;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Mapping.Tests.Presence.Exchange;

/// <summary>Presence with a trunk whose users have presence of their own; the test plays her server and the SIP side.</summary>
internal sealed class ExchangeBench : IDisposable
{
    public const string Juliet = "juliet@example.org";
    public const string Balcony = "juliet@example.org/balcony";
    public const string Romeo = "romeo%shakespeare.lit@sip.example.org";

    public ExchangeBench(Func<MappingOptions, MappingOptions>? change = null, params PresenceSubscription[] kept)
    {
        Options = Plans.Options with
        {
            Trunks = Plans.Options.Trunks.SetItem("pbx", Plans.Options.Trunks["pbx"] with { Presence = TrunkPresence.Subscribe }),
        };
        Options = change?.Invoke(Options) ?? Options;
        Store.Kept.AddRange(kept);
        var plan = new AddressPlan(Options);
        var policy = new AccessPolicy(Options, plan);
        var discovery = new ServiceDiscovery(
            new ServiceDiscoveryOptions { Domain = "sip.example.org", DomainIdentities = [new DiscoIdentity("gateway", "sip")] }, new StanzaRouter());
        Service = new PresenceService(new PresenceServiceParts(
            Options, plan, policy, Link, discovery, Events, Store, new ContactBook(Options, plan, policy), Time,
            NullLogger<PresenceService>.Instance));
    }

    public MappingOptions Options { get; }

    public VirtualTime Time { get; } = new();

    public RecordingLink Link { get; } = new();

    public RecordingEvents Events { get; } = new();

    public RecordingStore Store { get; } = new();

    public PresenceService Service { get; }

    public static string Pidf(string basic, string inner = "") => $"""
        <presence xmlns='urn:ietf:params:xml:ns:pidf' entity='pres:romeo@shakespeare.lit'>
          <tuple id='t'><status><basic>{basic}</basic>{inner}</status></tuple></presence>
        """;

    public void Receive(string from, string to, string? type = null, params object[] children)
    {
        var element = new XElement(
            "presence", new XAttribute("from", from), new XAttribute("to", to), type is null ? null : new XAttribute("type", type), children);
        Assert.True(Stanza.TryRead(element, out var stanza, out _));
        Service.Handle((PresenceStanza)stanza);
    }

    /// <summary>A subscription of hers that the notifier has approved.</summary>
    public RecordingEvents.Subscription Subscribed(string basic = "open")
    {
        Receive(Juliet, Romeo, "subscribe");
        Events.Last.Notify(true, Pidf(basic));
        Taken();
        return Events.Last;
    }

    /// <summary>SUBSCRIBE from the SIP side.</summary>
    public (SubscriptionDecision Decision, RecordingEvents.Notifier Notifier) Incoming(
        string requestUri = "sip:juliet@example.org", string from = "<sip:romeo@shakespeare.lit>;tag=p", TimeSpan? expires = null,
        IPAddress? source = null, string? accept = null)
    {
        var builder = SipMessageBuilder.Request(SipMethod.Subscribe, Plans.Uri(requestUri));
        if (accept is not null)
        {
            builder.Add("Accept", accept);
        }

        var notifier = new RecordingEvents.Notifier();
        var decision = Service.Exchange.OnSubscribe(
            new IncomingSubscription(
                Plans.Uri(requestUri), Plans.Name(from), "call", "presence", expires ?? TimeSpan.FromHours(1), builder.BuildRequest(),
                new IPEndPoint(source ?? Plans.Pbx, 5060)),
            notifier);
        return (decision, notifier);
    }

    /// <summary>A SIP device that she has authorized.</summary>
    public (RecordingEvents.Notifier Notifier, INotifierSink Sink) Watching()
    {
        var (decision, notifier) = Incoming();
        Receive(Juliet, Romeo, "subscribed");
        Taken();
        notifier.Sent.Clear();
        return (notifier, Assert.IsType<SubscriptionDecision.Accept>(decision).Sink);
    }

    /// <summary>What was sent to the XMPP side since the last asking.</summary>
    public string[] Taken()
    {
        string[] taken = [.. Link.Sent.Select(Text)];
        Link.Sent.Clear();
        return taken;
    }

    public void Dispose() => Service.Dispose();

    private static string Text(XElement presence)
    {
        var show = presence.Element("show")?.Value;
        var status = string.Concat(presence.Elements("status").Select(s => $" '{s.Value}'"));
        return $"{presence.Attribute("from")!.Value} -> {presence.Attribute("to")!.Value}: "
            + $"{presence.Attribute("type")?.Value ?? "available"}{(show is null ? "" : $" {show}")}{status}";
    }

    internal sealed class RecordingLink : IXmppLink
    {
        public List<XElement> Sent { get; } = [];

        public bool IsUp { get; set; } = true;

        public bool TrySend(XElement stanza)
        {
            Sent.Add(stanza);
            return IsUp;
        }

        public void SendIq(XElement iq, TimeSpan timeout, Action<IqReply> onReply) => throw new InvalidOperationException();
    }

    internal sealed class RecordingStore : ISubscriberStore
    {
        public List<PresenceSubscription> Kept { get; } = [];

        public Task<IReadOnlyCollection<PresenceSubscription>> LoadAsync(CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyCollection<PresenceSubscription>>([.. Kept]);

        public void Add(PresenceSubscription subscription) => Kept.Add(subscription);

        public void Remove(PresenceSubscription subscription) => Kept.Remove(subscription);
    }
}
