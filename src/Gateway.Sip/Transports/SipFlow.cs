using System.Net;

namespace Gateway.Sip.Transports;

/// <summary>
/// The way a message came, or goes: a socket and the far address. Answers return by the flow of their request
/// (RFC 3581 section 4, RFC 3261 section 18.2.2).
/// </summary>
internal abstract class SipFlow(SipTransportKind transport, IPEndPoint remote)
{
    public SipTransportKind Transport => transport;

    /// <summary>The far end, as the socket sees it.</summary>
    public IPEndPoint Remote => remote;

    /// <summary>The address of ours that the far end sees, for Via and Contact; without wildcard.</summary>
    public abstract IPEndPoint Local { get; }

    public bool IsReliable => transport != SipTransportKind.Udp;

    /// <summary>False once a connection is closed; a datagram flow is always open.</summary>
    public abstract bool IsOpen { get; }

    /// <summary>The same socket towards another port or address; a connection goes where it goes.</summary>
    public virtual SipFlow Towards(IPEndPoint other) => this;

    /// <summary>
    /// Hands the bytes to the socket and returns at once. <paramref name="failed"/> is called on the loop, at most once,
    /// when the transport reports an error; silence is no proof of delivery.
    /// </summary>
    /// <param name="message">A whole message; not changed afterwards.</param>
    /// <param name="failed">May be null.</param>
    public abstract void Send(ReadOnlyMemory<byte> message, Action? failed);
}
