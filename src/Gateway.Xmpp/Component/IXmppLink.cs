using System.Xml.Linq;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Component;

/// <summary>The way out to the XMPP server. Every method returns at once and may be called from any thread.</summary>
public interface IXmppLink
{
    /// <summary>True while the component stream is authenticated.</summary>
    bool IsUp { get; }

    /// <summary>
    /// Queues a stanza (namespace <c>jabber:component:accept</c> or none; the writer sets it). While the stream is down
    /// message and presence stanzas wait for at most 60 s within a bounded queue, so that calls survive a short loss.
    /// </summary>
    /// <returns>False when the queue is full: the stanza is not sent.</returns>
    bool TrySend(XElement stanza);

    /// <summary>
    /// Sends an IQ get or set and hands the one answer to <paramref name="onReply"/> (result, error, or a locally made
    /// timeout). An answer from another sender than <c>to</c> is refused (RFC 6120 section 8.1.2.1). The id is set here.
    /// </summary>
    void SendIq(XElement iq, TimeSpan timeout, Action<IqReply> onReply);
}

/// <summary>Told when the stream comes and goes. Called from the stream's loop: must return at once.</summary>
public interface IXmppLinkObserver
{
    /// <summary>The handshake was accepted; <paramref name="isReconnect"/> after an earlier loss.</summary>
    void OnUp(bool isReconnect);

    /// <summary>The stream was lost; reconnecting goes on for ever.</summary>
    void OnDown(string reason);

    /// <summary>An attempt to open the stream failed: no server, or one that refused; the next one follows.</summary>
    void OnNotOpened(string reason)
    {
    }
}

/// <summary>The answer to an IQ.</summary>
/// <param name="Outcome">What kind of answer.</param>
/// <param name="Payload">First child of a result, or null.</param>
/// <param name="Error">The error, when there is one.</param>
public sealed record IqReply(IqOutcome Outcome, XElement? Payload, StanzaError? Error);

/// <summary>Kinds of IQ answers.</summary>
public enum IqOutcome
{
    /// <summary>type='result'.</summary>
    Result,

    /// <summary>type='error'.</summary>
    Error,

    /// <summary>Nothing came in time, or the stream was lost with the request in flight.</summary>
    Timeout,
}
