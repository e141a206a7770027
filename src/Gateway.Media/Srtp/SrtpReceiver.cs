namespace Gateway.Media.Srtp;

/// <summary>
/// Opens what the other end sends under one key: any number of SSRCs, each with its replay window (RFC 3711 section 3.3.2).
/// Used by one thread at a time. Packets are opened in place.
/// </summary>
public sealed unsafe class SrtpReceiver : IDisposable
{
    private readonly SrtpSession _session;
    private readonly SrtpCounters _counters = new("in");
    private readonly int _identifier;

    /// <summary>Copies the key.</summary>
    /// <param name="key">Key and salt of this direction.</param>
    /// <param name="identifierLength">Octets of the master key identifier in every packet (RFC 3711 section 3.1).</param>
    public SrtpReceiver(SrtpKeyMaterial key, int identifierLength = 0)
    {
        ArgumentNullException.ThrowIfNull(key);
        _session = SrtpSession.Create(key, outbound: false);
        _identifier = identifierLength;
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
            || length < header + _identifier + _session.RtpTag)
        {
            return _counters.Count(SrtpOutcome.Malformed);
        }

        length = WithoutIdentifier(buffer[..length], _session.RtpTag);

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
            || length < 8 + 4 + _identifier + _session.RtcpTag)
        {
            return _counters.Count(SrtpOutcome.Malformed);
        }

        length = WithoutIdentifier(buffer[..length], _session.RtcpTag);

        fixed (byte* packet = buffer)
        {
            return _counters.Count(_session.UnprotectRtcp(packet, ref length, ssrc));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    /// <summary>
    /// Takes the identifier out, which nothing protects: it stands before the tag (RFC 3711 section 3.1), or last of all where the tag
    /// is of the encrypted octets (RFC 7714 sections 8.2 and 9.2).
    /// </summary>
    private int WithoutIdentifier(Span<byte> packet, int tag)
    {
        if (_identifier > 0 && _session.Profile is not SrtpProfile.AeadAes128Gcm)
        {
            packet[^tag..].CopyTo(packet[^(tag + _identifier)..]);
        }

        return packet.Length - _identifier;
    }
}
