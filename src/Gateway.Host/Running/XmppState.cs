using Gateway.Xmpp.Component;

namespace Gateway.Host.Running;

/// <summary>Remembers why the component stream is down, for /readyz.</summary>
internal sealed class XmppState(string server) : IXmppLinkObserver
{
    private volatile string? _whyNot = $"the component stream to {server} is not up yet";

    /// <summary>Null while the stream is up.</summary>
    public string? WhyNot => _whyNot;

    public void OnUp(bool isReconnect) => _whyNot = null;

    public void OnDown(string reason) => _whyNot = $"the component stream to {server} is down: {reason}";
}
