using Gateway.Xmpp.Component;

namespace Gateway.Host.Running;

/// <summary>Remembers why the component stream was lost, or could not be opened, last, for /readyz.</summary>
internal sealed class XmppState(string server) : IXmppLinkObserver
{
    private volatile string _state = "is not up yet";
    private volatile string _why = "";

    /// <summary>What to say while the stream is down.</summary>
    public string WhyDown => $"the component stream to {server} {_state}{_why}";

    public void OnUp(bool isReconnect)
    {
        // IXmppLink.IsUp says so.
    }

    public void OnDown(string reason)
    {
        _state = "is down";
        _why = $": {reason}";
    }

    public void OnNotOpened(string reason) => _why = $": {reason}";
}
