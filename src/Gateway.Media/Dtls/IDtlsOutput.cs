using Gateway.Media.Srtp;

namespace Gateway.Media.Dtls;

/// <summary>Where the handshake goes: RFC 8842 section 5.2, RFC 5763 section 5.</summary>
public enum DtlsRole
{
    /// <summary>setup:active: sends the ClientHello.</summary>
    Client,

    /// <summary>setup:passive: waits for it.</summary>
    Server,
}

/// <summary>Why there is no key.</summary>
public enum DtlsFault
{
    /// <summary>The peer's certificate is not one of those that its description names (RFC 8122 section 6.2).</summary>
    FingerprintMismatch,

    /// <summary>The peer names no SRTP profile of ours, or does not speak RFC 5764 at all.</summary>
    NoSharedProfile,

    /// <summary>The peer, or somebody in its place, broke the handshake more often than is put up with.</summary>
    HandshakeFailed,

    /// <summary>No end of the handshake within its time.</summary>
    TimedOut,
}

/// <summary>
/// What an endpoint has to say. Called within <see cref="DtlsEndpoint.Start"/>, <see cref="DtlsEndpoint.OnDatagram"/> and
/// <see cref="DtlsEndpoint.OnTimer"/>, on the caller's thread. <see cref="SendDtls"/> must not
/// call the endpoint; the others may dispose it.
/// </summary>
public interface IDtlsOutput
{
    /// <summary>Sends one datagram to the peer; the memory is valid during the call only.</summary>
    void SendDtls(ReadOnlySpan<byte> datagram);

    /// <summary>
    /// The handshake is complete and the peer is who its fingerprint says. <paramref name="local"/> protects what we send,
    /// <paramref name="remote"/> opens what we receive. The receiver of the keys disposes them.
    /// </summary>
    void OnEstablished(SrtpProfile profile, SrtpKeyMaterial local, SrtpKeyMaterial remote);

    /// <summary>There will be no keys: the endpoint is dead.</summary>
    void OnFailed(DtlsFault fault);

    /// <summary>The peer said goodbye (close_notify) after the handshake.</summary>
    void OnClosed();
}
