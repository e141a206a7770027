namespace Gateway.Media.Srtp;

/// <summary>Protects what one end sends under one key: any number of SSRCs. Owned by one thread. Packets are protected in place.</summary>
public sealed class SrtpSender : IDisposable
{
    private readonly int _added;

    /// <summary>Copies the key.</summary>
    public SrtpSender(SrtpKeyMaterial key) => _added = key.KeyAndSalt.Length;

    /// <summary>Protects an RTP packet.</summary>
    /// <param name="buffer">The packet, and at least <see cref="SrtpProfiles.MostAdded"/> octets of room behind it.</param>
    /// <param name="length">Of the packet; of the protected packet when <see cref="SrtpOutcome.Ok"/>.</param>
    public SrtpOutcome ProtectRtp(Span<byte> buffer, ref int length) =>
        _added > buffer.Length - length ? SrtpOutcome.Failed : SrtpOutcome.Malformed;

    /// <summary>Protects a compound RTCP packet. As <see cref="ProtectRtp"/>.</summary>
    public SrtpOutcome ProtectRtcp(Span<byte> buffer, ref int length) =>
        _added > buffer.Length - length ? SrtpOutcome.Failed : SrtpOutcome.Malformed;

    /// <inheritdoc/>
    public void Dispose() => GC.SuppressFinalize(this);
}
