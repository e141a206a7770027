using System.Net;

namespace Gateway.Sip.Transports;

/// <summary>Sees every message on the wire, for traces. Called on the stack's loop: must return at once.</summary>
public interface ISipMessageTap
{
    /// <summary>One message, as sent or received; retransmissions included.</summary>
    /// <param name="direction">Which way it goes.</param>
    /// <param name="transport">What it goes by.</param>
    /// <param name="remote">The far end.</param>
    /// <param name="message">The bytes; only valid during the call. May hold secrets: whoever keeps it redacts it.</param>
    void OnMessage(SipDirection direction, SipTransportKind transport, IPEndPoint remote, ReadOnlyMemory<byte> message);
}

/// <summary>Which way a message goes.</summary>
public enum SipDirection
{
    /// <summary>From the peer to us.</summary>
    Received,

    /// <summary>From us to the peer.</summary>
    Sent,
}
