using System.Collections.Immutable;

namespace Gateway.Media.Dtls;

/// <summary>
/// One end of a DTLS association that agrees on SRTP keys (RFC 5764). Synchronous and single-threaded: datagrams and time
/// come in as arguments, everything goes out through <see cref="IDtlsOutput"/>. Feed it datagrams only from addresses that
/// ICE has validated: one fatal record from anybody ends OpenSSL's state.
/// </summary>
public sealed class DtlsEndpoint : IDisposable
{
    /// <summary>Makes an endpoint; nothing happens before <see cref="Start"/>.</summary>
    /// <param name="certificate">Ours; the association keeps it however long it lives.</param>
    /// <param name="role">Which end sends the ClientHello.</param>
    /// <param name="expected">The fingerprints in the peer's description: its certificate must have one of them.</param>
    /// <param name="output">Takes datagrams, keys and faults.</param>
    public DtlsEndpoint(
        DtlsCertificate certificate, DtlsRole role, ImmutableArray<DtlsFingerprint> expected, IDtlsOutput output) =>
        (Certificate, Role, _expected, _output) = (certificate, role, expected, output);

    private readonly ImmutableArray<DtlsFingerprint> _expected;
    private readonly IDtlsOutput _output;

    /// <summary>Ours.</summary>
    public DtlsCertificate Certificate { get; }

    /// <summary>Which end sends the ClientHello.</summary>
    public DtlsRole Role { get; }

    /// <summary>When <see cref="OnTimer"/> wants to be called: milliseconds of the loop's clock; <see cref="long.MaxValue"/> for never.</summary>
    public long NextDue { get; private set; } = long.MaxValue;

    /// <summary>The peer's ClientHello may come from now on, or ours goes out.</summary>
    public void Start(long now) => NextDue = now;

    /// <summary>Takes one datagram (first octet 20 to 63, RFC 7983) from the validated address.</summary>
    public void OnDatagram(ReadOnlySpan<byte> datagram, long now) => NextDue = datagram.IsEmpty ? NextDue : now;

    /// <summary>Repeats what was lost. Calls before <see cref="NextDue"/> do nothing.</summary>
    public void OnTimer(long now)
    {
        if (_expected.IsEmpty)
        {
            _output.OnFailed(DtlsFault.FingerprintMismatch);
        }
    }

    /// <summary>Says goodbye (close_notify); keys already handed out stay good.</summary>
    public void Close() => NextDue = long.MaxValue;

    /// <inheritdoc/>
    public void Dispose() => NextDue = long.MaxValue;
}
