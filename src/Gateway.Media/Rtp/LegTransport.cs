using Gateway.Media.Io;
using Gateway.Media.Srtp;

namespace Gateway.Media.Rtp;

/// <summary>
/// How packets get to a peer and come from it: addresses and protection. Above it everything is RTP and RTCP in the clear.
/// Lives on its call's loop.
/// </summary>
internal abstract class LegTransport
{
    private SrtpSender? _sender;
    private SrtpReceiver? _receiver;
    private bool _protects;
    private TransportCounters _told;

    /// <summary>What it refused so far.</summary>
    public TransportCounters Counters;

    /// <summary>The leg that it carries; null before it is attached and after the call's end.</summary>
    internal MediaLeg? Leg { get; set; }

    /// <summary>What becomes of a packet, by its payload number; filled by the leg.</summary>
    internal StreamRoute?[] Routes { get; } = new StreamRoute?[128];

    /// <summary>Its number at the leg.</summary>
    internal int Number { get; set; }

    /// <summary>Sends an RTP packet.</summary>
    /// <param name="buffer">The packet, with room behind it: it is protected in place.</param>
    /// <param name="length">Of the packet.</param>
    internal void SendRtp(Span<byte> buffer, int length)
    {
        if (!_protects || _sender?.ProtectRtp(buffer, ref length) == SrtpOutcome.Ok)
        {
            Transmit(buffer[..length], rtcp: false);
        }
        else
        {
            Counters.Unsent++;
        }
    }

    /// <summary>Sends a compound RTCP packet. As <see cref="SendRtp"/>.</summary>
    internal void SendRtcp(Span<byte> buffer, int length)
    {
        if (!_protects || _sender?.ProtectRtcp(buffer, ref length) == SrtpOutcome.Ok)
        {
            Transmit(buffer[..length], rtcp: true);
        }
        else
        {
            Counters.Unsent++;
        }
    }

    /// <summary>Brings the meter up to date.</summary>
    internal void TellRefused() => RtpMetrics.Tell(Counters, ref _told);

    /// <summary>Takes the plan in.</summary>
    internal abstract void Apply(TransportPlan plan, long now);

    /// <summary>Sends a datagram to the peer, wherever it is now.</summary>
    protected abstract void Transmit(ReadOnlySpan<byte> datagram, bool rtcp);

    /// <summary>From now on nothing passes in the clear, and nothing at all before there are keys.</summary>
    protected void RequireProtection() => _protects = true;

    /// <summary>Protects with these keys from now on; the caller keeps them.</summary>
    protected void Protect(SrtpKeyMaterial local, SrtpKeyMaterial remote)
    {
        ProtectSent(local);
        OpenReceived(remote);
    }

    /// <summary>What is sent has this key from now on; what is received keeps its own.</summary>
    protected void ProtectSent(SrtpKeyMaterial local)
    {
        _sender?.Dispose();
        (_sender, _protects) = (new SrtpSender(local), true);
    }

    /// <summary>What is received has this key from now on; what is sent keeps its own.</summary>
    protected void OpenReceived(SrtpKeyMaterial remote, int identifierLength = 0)
    {
        _receiver?.Dispose();
        (_receiver, _protects) = (new SrtpReceiver(remote, identifierLength), true);
    }

    /// <summary>Forgets keys: packets are in the clear again.</summary>
    protected void Unprotect()
    {
        _sender?.Dispose();
        _receiver?.Dispose();
        (_sender, _receiver, _protects) = (null, null, false);
    }

    /// <summary>Opens a datagram and hands it to the leg. True: it was the peer's, as far as can be known.</summary>
    protected bool Take(Span<byte> buffer, int length, bool rtcp, long now)
    {
        if (Leg is not { } leg || (_protects && !TryOpen(buffer, ref length, rtcp)))
        {
            return false;
        }

        if (rtcp)
        {
            // RTCP tells nothing about the way of RTP, and everything about one's own.
            return leg.OnRtcp(this, buffer[..length], now);
        }

        if (!RtpHeader.TryRead(buffer[..length], out var header))
        {
            Counters.Malformed++;
            return false;
        }

        if (!leg.TryRoute(this, header, out var route))
        {
            Counters.UnknownPayloads++;
            leg.OnUnknown(header, now);
            return false;
        }

        route.Stream.OnRtp(route, header, buffer, length, now);
        return true;
    }

    private bool TryOpen(Span<byte> buffer, ref int length, bool rtcp)
    {
        switch (_receiver is null ? SrtpOutcome.AuthenticationFailed
            : rtcp ? _receiver.UnprotectRtcp(buffer[..length], ref length) : _receiver.UnprotectRtp(buffer[..length], ref length))
        {
            case SrtpOutcome.Ok:
                return true;
            case SrtpOutcome.Replayed or SrtpOutcome.TooOld:
                Counters.Replayed++;
                return false;
            case SrtpOutcome.Malformed:
                Counters.Malformed++;
                return false;
            default:
                Counters.Unauthentic++;
                return false;
        }
    }
}
