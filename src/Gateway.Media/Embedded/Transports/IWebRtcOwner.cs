using Gateway.Media.Dtls;
using Gateway.Media.Io;
using Gateway.Media.Srtp;

namespace Gateway.Media.Embedded.Transports;

/// <summary>Takes what comes of a <see cref="WebRtcTransport"/>, on its loop.</summary>
internal interface IWebRtcOwner
{
    /// <summary>Packets go this way from now on.</summary>
    void OnPath(WebRtcTransport transport, IMediaSocket socket, in PeerAddress to);

    /// <summary>The peer is who its description says, and there are keys.</summary>
    void OnSecure(WebRtcTransport transport, SrtpProfile profile);

    /// <summary>Packets go nowhere any more: the peer has not agreed to receive for 30 s (RFC 7675).</summary>
    void OnConsentLost(WebRtcTransport transport);

    /// <summary>No pair of addresses works.</summary>
    void OnUnreachable(WebRtcTransport transport);

    /// <summary>The peer is there, and no keys come of it.</summary>
    void OnDtlsFailed(WebRtcTransport transport, DtlsFault fault);

    /// <summary>All local candidates are known.</summary>
    void OnGathered(WebRtcTransport transport);
}
