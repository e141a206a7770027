using Gateway.Media.Io;

namespace Gateway.Media.Ice;

/// <summary>What an agent asks of its owner. Called from within the agent's own methods, never at another time.</summary>
public interface IIceOutput
{
    /// <summary>Send a STUN message from a base; <paramref name="datagram"/> is valid during the call only.</summary>
    void SendStun(int baseIndex, ReadOnlySpan<byte> datagram, in PeerAddress to);

    /// <summary>Media goes from this base to this address from now on; comes again whenever the pair changes.</summary>
    void OnSelected(int baseIndex, in PeerAddress remote);

    /// <summary>A server-reflexive candidate was found, to be sent to the peer.</summary>
    void OnLocalCandidate(IceCandidate candidate);

    /// <summary>No pair works, and the time for finding one is over.</summary>
    void OnFailed();

    /// <summary>
    /// The peer has not agreed to receive for 30 s, or does not any more: nothing may be sent to it by the pair in use (RFC 7675
    /// section 5.1). A restart that is under way may yet find another.
    /// </summary>
    void OnDeselected();

    /// <summary>The pair in use was lost, and no restart is under way that could find another.</summary>
    void OnConsentLost();
}
