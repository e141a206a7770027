using Gateway.Xmpp.Component;

namespace Gateway.Host.Running;

/// <summary>Remembers why the component stream was lost last, for /readyz.</summary>
internal sealed class XmppState(string server) : IXmppLinkObserver
{
    private volatile string _whyDown = $"the component stream to {server} is not up yet";

    /// <summary>What to say while the stream is down.</summary>
    public string WhyDown => _whyDown;

    public void OnUp(bool isReconnect)
    {
        // IXmppLink.IsUp says so.
    }

    public void OnDown(string reason) => _whyDown = $"the component stream to {server} is down: {reason}";
}
