using Gateway.Media.Io;
using Gateway.Media.Srtp;

namespace Gateway.Media.Rtp;

/// <summary>
/// The transport of WebRTC ends: SRTP over a way that ICE finds, with keys that DTLS agrees on. Whoever runs these two owns
/// the sockets, hands in what is media, and says when way and keys change. Nothing passes before there are keys.
/// </summary>
internal sealed class SecureTransport : LegTransport
{
    private IMediaSocket? _socket;
    private PeerAddress _remote;

    public SecureTransport() => RequireProtection();

    /// <summary>Whether packets can be sent and received.</summary>
    public bool IsUp { get; private set; }

    /// <summary>Packets go this way from now on.</summary>
    public void SetPath(IMediaSocket socket, in PeerAddress remote) => (_socket, _remote) = (socket, remote);

    /// <summary>Nobody agrees to receive any more (RFC 7675 section 5.1).</summary>
    public void LosePath() => _socket = null;

    /// <summary>The keys of a new association. The caller keeps them.</summary>
    public void SetKeys(SrtpKeyMaterial local, SrtpKeyMaterial remote)
    {
        Protect(local, remote);
        IsUp = true;
        Leg?.OnTransportUp(this);
    }

    /// <summary>A datagram from a validated address whose first octet is 128 to 191. True: the peer's, by its key.</summary>
    public bool OnMedia(Span<byte> buffer, int length, long now) =>
        Take(buffer, length, RtpHeader.IsRtcp(buffer[..length]), now);

    /// <summary>Forgets the keys.</summary>
    public void Close()
    {
        Unprotect();
        RequireProtection();
        (_socket, IsUp) = (null, false);
    }

    internal override void Apply(TransportPlan plan, long now)
    {
    }

    protected override void Transmit(ReadOnlySpan<byte> datagram, bool rtcp)
    {
        if (_socket is { } socket)
        {
            socket.Send(datagram, _remote);
        }
        else
        {
            Counters.Unsent++;
        }
    }
}
