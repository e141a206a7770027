namespace Gateway.Media.Srtp;

/// <summary>
/// Opens what the other end sends under one key: any number of SSRCs, each with its replay window (RFC 3711 section 3.3.2).
/// Used by one thread at a time. Packets are opened in place.
/// </summary>
public sealed unsafe class SrtpReceiver : IDisposable
{
    private readonly SrtpSession _session;
    private readonly SrtpCounters _counters = new("in");

    /// <summary>Copies the key.</summary>
    public SrtpReceiver(SrtpKeyMaterial key)
    {
        ArgumentNullException.ThrowIfNull(key);
        _session = SrtpSession.Create(key, outbound: false);
    }

    /// <summary>Packets with this outcome so far.</summary>
    public long Count(SrtpOutcome outcome) => _counters[outcome];

    /// <summary>Opens an RTP packet.</summary>
    /// <param name="buffer">The datagram in its first <paramref name="length"/> octets.</param>
    /// <param name="length">Of the datagram; of the RTP packet when <see cref="SrtpOutcome.Ok"/>. Otherwise the buffer's content
    /// is undefined.</param>
    public SrtpOutcome UnprotectRtp(Span<byte> buffer, ref int length)
    {
        if (length < 0 || length > buffer.Length
            || !SrtpHeaders.TryReadRtp(buffer[..length], out var header, out var ssrc)
            || length < header + _session.RtpTag)
        {
            return _counters.Count(SrtpOutcome.Malformed);
        }

        fixed (byte* packet = buffer)
        {
            return _counters.Count(_session.UnprotectRtp(packet, ref length, ssrc));
        }
    }

    /// <summary>Opens a compound RTCP packet. As <see cref="UnprotectRtp"/>.</summary>
    public SrtpOutcome UnprotectRtcp(Span<byte> buffer, ref int length)
    {
        if (length < 0 || length > buffer.Length
            || !SrtpHeaders.TryReadRtcp(buffer[..length], out var ssrc)
            || length < 8 + 4 + _session.RtcpTag)
        {
            return _counters.Count(SrtpOutcome.Malformed);
        }

        fixed (byte* packet = buffer)
        {
            return _counters.Count(_session.UnprotectRtcp(packet, ref length, ssrc));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();
}
