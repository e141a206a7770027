namespace Gateway.Media.Srtp;

/// <summary>
/// Protects what one end sends under one key: any number of SSRCs. Used by one thread at a time. Packets are protected in
/// place.
/// </summary>
public sealed unsafe class SrtpSender : IDisposable
{
    private readonly SrtpSession _session;
    private readonly SrtpCounters _counters = new("out");
    private ulong _rtpLeft;
    private ulong _rtcpLeft = 1UL << 31; // RFC 3711 section 9.2

    /// <summary>Copies the key.</summary>
    /// <param name="key">Key and salt of this direction.</param>
    /// <param name="lifetime">Packets that it may protect, when a description says so (RFC 4568 section 6.1); otherwise
    /// 2^48.</param>
    public SrtpSender(SrtpKeyMaterial key, ulong? lifetime = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        _session = SrtpSession.Create(key, outbound: true);
        _rtpLeft = Math.Min(lifetime ?? ulong.MaxValue, 1UL << 48);
        _rtcpLeft = Math.Min(_rtcpLeft, _rtpLeft);
    }

    /// <summary>RTP packets that the key may still protect.</summary>
    public ulong PacketsLeft => _rtpLeft;

    /// <summary>Packets with this outcome so far.</summary>
    public long Count(SrtpOutcome outcome) => _counters[outcome];

    /// <summary>Protects an RTP packet.</summary>
    /// <param name="buffer">The packet, and at least <see cref="SrtpProfiles.MostAdded"/> octets of room behind it.</param>
    /// <param name="length">Of the packet; of the protected packet when <see cref="SrtpOutcome.Ok"/>.</param>
    public SrtpOutcome ProtectRtp(Span<byte> buffer, ref int length)
    {
        if (length < 0 || length > buffer.Length
            || !SrtpHeaders.TryReadRtp(buffer[..length], out _, out var ssrc))
        {
            return _counters.Count(SrtpOutcome.Malformed);
        }

        if (buffer.Length - length < SrtpProfiles.MostAdded || !_session.Admits(ssrc))
        {
            return _counters.Count(SrtpOutcome.Failed);
        }

        if (_rtpLeft == 0)
        {
            return _counters.Count(SrtpOutcome.KeyExpired);
        }

        fixed (byte* packet = buffer)
        {
            var outcome = _session.ProtectRtp(packet, ref length, ssrc);
            _rtpLeft -= outcome is SrtpOutcome.Ok ? 1UL : 0;
            return _counters.Count(outcome);
        }
    }

    /// <summary>Protects a compound RTCP packet. As <see cref="ProtectRtp"/>.</summary>
    public SrtpOutcome ProtectRtcp(Span<byte> buffer, ref int length)
    {
        if (length < 0 || length > buffer.Length || !SrtpHeaders.TryReadRtcp(buffer[..length], out var ssrc))
        {
            return _counters.Count(SrtpOutcome.Malformed);
        }

        if (buffer.Length - length < SrtpProfiles.MostAdded || !_session.Admits(ssrc))
        {
            return _counters.Count(SrtpOutcome.Failed);
        }

        if (_rtcpLeft == 0)
        {
            return _counters.Count(SrtpOutcome.KeyExpired);
        }

        fixed (byte* packet = buffer)
        {
            var outcome = _session.ProtectRtcp(packet, ref length, ssrc);
            _rtcpLeft -= outcome is SrtpOutcome.Ok ? 1UL : 0;
            return _counters.Count(outcome);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();
}
