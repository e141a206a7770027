using System.Diagnostics.CodeAnalysis;
using Gateway.Media.Io;

namespace Gateway.Media.Rtp;

/// <summary>
/// The transport of phones and trunks: a port for RTP and the next for RTCP, or one for both (RFC 5761) when that is agreed;
/// in the clear, or protected by keys from the descriptions (RFC 4568).
/// </summary>
internal sealed class PlainTransport : LegTransport, IDatagramHandler
{
    private readonly IMediaLoop _loop;
    private readonly AddressLatch _rtp = new();
    private readonly AddressLatch _rtcp = new();
    private PortLease? _lease;
    private SdesPlan? _sdes;
    private bool _open;
    private bool _muxed;

    private PlainTransport(IMediaLoop loop) => _loop = loop;

    /// <summary>The address that RTP comes in on; RTCP has the next port.</summary>
    public PeerAddress Local { get; private set; }

    /// <summary>Where RTP goes now; none when that is not known.</summary>
    public PeerAddress Remote => _rtp.Remote;

    /// <summary>Opens both ports: whether the peer agrees to share one is known only later. False: no port is left.</summary>
    public static bool TryOpen(
        IMediaLoop loop, MediaPorts ports, PeerAddress host, [NotNullWhen(true)] out PlainTransport? transport)
    {
        transport = new PlainTransport(loop);
        if (!ports.TryOpen(loop, host, transport, withRtcp: true, out var lease))
        {
            transport = null;
            return false;
        }

        (transport._lease, transport.Local) = (lease, lease.Rtp.Local);
        return true;
    }

    /// <summary>Closes the ports and forgets the keys.</summary>
    public void Close()
    {
        _lease?.Close();
        _lease = null;
        _open = false;
        Unprotect();
    }

    public void OnDatagram(IMediaSocket socket, in PeerAddress from, Span<byte> buffer, int length, long now)
    {
        if (!_open || buffer[0] is < 128 or > 191)
        {
            Counters.Malformed += _open ? 1 : 0;
            return;
        }

        // RTCP on RTP's port is taken for what it is even when sharing was not agreed: some phones begin with it.
        var isRtcp = RtpHeader.IsRtcp(buffer[..length]);
        if (!isRtcp && ReferenceEquals(socket, _lease?.Rtcp))
        {
            Counters.Malformed++;
            return;
        }

        var latch = ReferenceEquals(socket, _lease?.Rtcp) ? _rtcp : _rtp;
        var verdict = latch == _rtcp && !IsRtcpPeer(from) ? LatchVerdict.Stranger : latch.Judge(from, now);
        if (verdict == LatchVerdict.Stranger)
        {
            Counters.Strangers++;
        }
        else if (verdict == LatchVerdict.Known)
        {
            Take(buffer, length, isRtcp, now);
        }
        else if (Take(buffer, length, isRtcp, now) && isRtcp == (latch == _rtcp))
        {
            latch.Confirm(from, now); // RTP shows where RTP goes; RTCP on its own port where RTCP does
        }
    }

    internal override void Apply(TransportPlan plan, long now)
    {
        if (plan is not TransportPlan.Plain plain)
        {
            _open = false;
            return;
        }

        _open = true;
        _muxed = plain.RtcpMux;
        _rtp.Signal(plain.Rtp, now);
        _rtcp.Signal(plain.Rtcp, now);
        Apply(plain.Sdes);
    }

    protected override void Transmit(ReadOnlySpan<byte> datagram, bool rtcp)
    {
        var apart = rtcp && !_muxed;
        var to = apart ? _rtcp.Remote : _rtp.Remote;
        if (!_open || to.IsNone || _lease is not { } lease)
        {
            Counters.Unsent++;
            return;
        }

        (apart ? lease.Rtcp! : lease.Rtp).Send(datagram, to);
    }

    /// <summary>
    /// A key that stays goes on counting, whatever becomes of the other direction's (RFC 4568 section 7.1.4): begun anew, it would
    /// protect other packets by a key stream that was used before (RFC 3711 section 9.1), and take old ones once more.
    /// </summary>
    private void Apply(SdesPlan? sdes)
    {
        if (sdes is null)
        {
            Unprotect();
        }
        else
        {
            if (_sdes?.Local.IsSameAs(sdes.Local) != true)
            {
                ProtectSent(sdes.Local);
            }

            if (_sdes?.Remote.IsSameAs(sdes.Remote) != true)
            {
                OpenReceived(sdes.Remote, sdes.RemoteIdentifierLength);
            }
        }

        _sdes = sdes;
    }

    /// <summary>RTCP comes from the host that RTP comes from, or from where it was signalled.</summary>
    private bool IsRtcpPeer(in PeerAddress from) => from == _rtcp.Remote || from.SameHost(_rtp.Remote);
}
