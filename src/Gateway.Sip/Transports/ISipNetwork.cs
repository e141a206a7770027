using System.Collections.Immutable;
using System.Net;

namespace Gateway.Sip.Transports;

/// <summary>All sockets of one endpoint. Tests put an in-memory wire here.</summary>
internal interface ISipNetwork
{
    /// <summary>What is listened on, with the ports that the system chose.</summary>
    ImmutableArray<SipListenAddress> Bound { get; }

    /// <summary>
    /// A flow to <paramref name="remote"/>: an open connection if there is one, else a new one that connects when first used.
    /// </summary>
    /// <returns>Null when nothing listens on that transport and address family.</returns>
    SipFlow? Open(SipTransportKind transport, IPEndPoint remote);
}

/// <summary>Takes what the sockets receive. Called on the loop.</summary>
internal interface ISipReceiver
{
    /// <summary>One datagram, or one framed message of a stream.</summary>
    void OnMessage(ReadOnlyMemory<byte> message, SipFlow flow);

    /// <summary>ICMP said that nobody takes datagrams there (RFC 3261 section 18.4).</summary>
    void OnUnreachable(Undelivered undelivered);
}
