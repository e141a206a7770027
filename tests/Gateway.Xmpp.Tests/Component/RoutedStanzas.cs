using System.Xml.Linq;
using Gateway.Testing;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Stanzas;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Xmpp.Tests.Component;

/// <summary>A dispatcher between a test's router and a list of what went out.</summary>
internal sealed class RoutedStanzas : IDisposable
{
    private readonly XmppMetrics _metrics;
    private readonly StanzaDispatcher _dispatcher;

    public RoutedStanzas(StanzaRouter router)
    {
        Requests = new IqRequests(Time, _ => CallbackFailures++);
        _metrics = new XmppMetrics(() => Requests.Count, () => 0, () => true);
        _dispatcher = new StanzaDispatcher(
            Jid.Parse("sip.example.org"), router, Requests, Time, NullLogger.Instance, new LogLimiter(Time), _metrics, Sent.Add);
    }

    public VirtualTime Time { get; } = new();

    public IqRequests Requests { get; }

    public int CallbackFailures { get; private set; }

    public List<XElement> Sent { get; } = [];

    public RoutedStanzas Receive(string xml)
    {
        _dispatcher.Dispatch(Parse(xml));
        return this;
    }

    /// <summary>The one stanza that went out, by type and the names of its error conditions or payloads.</summary>
    public (string? Type, string? What) TheAnswer()
    {
        var answer = Assert.Single(Sent);
        var what = answer.Attribute("type")?.Value == "error" ? answer.Element("error")!.Elements().First() : answer.Elements().FirstOrDefault();
        return (answer.Attribute("type")?.Value, what?.Name.LocalName);
    }

    public void Dispose() => _metrics.Dispose();

    private static XElement Parse(string xml) =>
        XElement.Parse($"<s xmlns='{StreamNamespaces.Component}'>{xml}</s>").Elements().Single();
}
