using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Gateway.Media.Native;
using Gateway.Media.Srtp;

namespace Gateway.Media.Dtls;

/// <summary>What a step of OpenSSL led to.</summary>
internal enum DtlsStep
{
    /// <summary>Waits for the peer.</summary>
    Waiting,

    /// <summary>The handshake is complete.</summary>
    Complete,

    /// <summary>The peer said goodbye.</summary>
    Closed,

    /// <summary>The object is dead.</summary>
    Broken,
}

/// <summary>
/// One SSL object: one attempt at a handshake, and what follows it. Its calls may come
/// from one thread and then another: each clears the error queue of the thread that it finds itself on, and reads it before it
/// returns.
/// </summary>
internal sealed unsafe class DtlsSession : IDisposable
{
    /// <summary>
    /// Microseconds: a validated pair answers soon (RFC 6347 section 4.2.4.1 suggests a second for the open internet). With the last
    /// one, twelve repetitions, after which OpenSSL gives its object up, take as long as a handshake may.
    /// </summary>
    private const uint FirstTimeout = 50_000, LastTimeout = 4_000_000;

    /// <summary>More than a certificate of this world has.</summary>
    private const int MostCertificateOctets = 16 * 1024;

    private readonly DatagramBio _bio;
    private readonly SslHandle _handle;
    private readonly DtlsRole _role;

    public DtlsSession(DtlsCertificate certificate, DtlsRole role, IDatagramSink sink)
    {
        _role = role;
        _bio = new DatagramBio(sink);
        _handle = _bio.CreateSsl(certificate.Context);
        _ = LibSsl.SSL_ctrl(_handle.Value, LibSsl.CtrlSetMtu, DatagramBio.Mtu, 0);
        LibSsl.DTLS_set_timer_cb(_handle.Value, &NextTimeout);
        if (role is DtlsRole.Client)
        {
            LibSsl.SSL_set_connect_state(_handle.Value);
        }
        else
        {
            LibSsl.SSL_set_accept_state(_handle.Value);
        }
    }

    /// <summary>Sends what there is to send, and takes the datagram, if any.</summary>
    public DtlsStep Handshake(ReadOnlySpan<byte> datagram)
    {
        fixed (byte* octets = datagram)
        {
            _bio.SetIncoming(octets, datagram.Length);
            LibSsl.ERR_clear_error();
            var result = LibSsl.SSL_do_handshake(_handle.Value);
            var step = result == 1 ? DtlsStep.Complete : Explain(result);
            _bio.SetIncoming(null, 0);
            _bio.RethrowIfSinkFailed();
            return step;
        }
    }

    /// <summary>
    /// After the handshake: only reading makes OpenSSL answer a peer that lost our last flight and repeats its own. Data is not
    /// asked for and dropped.
    /// </summary>
    public DtlsStep Read(ReadOnlySpan<byte> datagram)
    {
        var nowhere = stackalloc byte[256];
        fixed (byte* octets = datagram)
        {
            _bio.SetIncoming(octets, datagram.Length);
            int result;
            do
            {
                LibSsl.ERR_clear_error();
                result = LibSsl.SSL_read(_handle.Value, nowhere, 256);
            }
            while (result > 0);

            var step = Explain(result);
            _bio.SetIncoming(null, 0);
            _bio.RethrowIfSinkFailed();
            return step;
        }
    }

    /// <summary>
    /// Milliseconds until <see cref="HandleTimeout"/> has something to do, null when nothing is to be repeated.
    /// </summary>
    public long? Timeout()
    {
        var left = stackalloc nint[2]; // struct timeval
        return LibSsl.SSL_ctrl(_handle.Value, LibSsl.CtrlGetTimeout, 0, (nint)left) == 1
            ? (left[0] * 1000L) + ((left[1] + 999) / 1000)
            : null;
    }

    /// <summary>
    /// Repeats our flight when its time has come (OpenSSL looks at the clock itself); false when it has been repeated too often.
    /// </summary>
    public bool HandleTimeout()
    {
        LibSsl.ERR_clear_error();
        var handled = LibSsl.SSL_ctrl(_handle.Value, LibSsl.CtrlHandleTimeout, 0, 0) >= 0;
        _bio.RethrowIfSinkFailed();
        return handled;
    }

    public void Shutdown()
    {
        LibSsl.ERR_clear_error();
        _ = LibSsl.SSL_shutdown(_handle.Value);
        _bio.RethrowIfSinkFailed();
    }

    /// <summary>The peer's certificate in DER; empty when there is none that we would look at.</summary>
    public byte[] PeerCertificate()
    {
        var certificate = LibSsl.SSL_get1_peer_certificate(_handle.Value);
        if (certificate == 0)
        {
            return [];
        }

        var length = LibSsl.i2d_X509(certificate, null);
        var der = length is > 0 and <= MostCertificateOctets ? new byte[length] : [];
        fixed (byte* octets = der)
        {
            var at = octets;
            _ = der.Length > 0 ? LibSsl.i2d_X509(certificate, &at) : 0;
        }

        LibSsl.X509_free(certificate);
        return der;
    }

    /// <summary>The profile that was agreed on: RFC 5764 section 4.1.2, RFC 7714 section 14.2.</summary>
    public bool TryGetProfile(out SrtpProfile profile)
    {
        var selected = (nuint*)LibSsl.SSL_get_selected_srtp_profile(_handle.Value); // { const char *name; unsigned long id; }
        profile = selected is not null && selected[1] == 7 ? SrtpProfile.AeadAes128Gcm : SrtpProfile.AesCm128HmacSha1_80;
        return selected is not null && selected[1] is 1 or 7;
    }

    /// <summary>Our and the peer's keys: client key, server key, client salt, server salt (RFC 5764 section 4.2).</summary>
    public bool TryExport(SrtpProfile profile, out SrtpKeyMaterial local, out SrtpKeyMaterial remote)
    {
        var (key, salt) = (SrtpProfiles.KeyLength, profile.SaltLength());
        Span<byte> exported = stackalloc byte[2 * (key + salt)];
        var label = "EXTRACTOR-dtls_srtp"u8;
        fixed (byte* octets = exported, name = label)
        {
            if (LibSsl.SSL_export_keying_material(
                _handle.Value, octets, (nuint)exported.Length, name, (nuint)label.Length, null, 0, 0) != 1)
            {
                (local, remote) = (null!, null!);
                return false;
            }
        }

        var salts = exported[(2 * key)..];
        var client = Join(profile, exported[..key], salts[..salt]);
        var server = Join(profile, exported[key..(2 * key)], salts[salt..]);
        CryptographicOperations.ZeroMemory(exported);
        (local, remote) = _role is DtlsRole.Client ? (client, server) : (server, client);
        return true;
    }

    public void Dispose() => _handle.Dispose();

    /// <summary>How long a flight is waited on, given the last time: 0 for a flight's first.</summary>
    internal static uint TimeoutAfter(uint last) => last == 0 ? FirstTimeout : Math.Min(last * 2, LastTimeout);

    private static SrtpKeyMaterial Join(SrtpProfile profile, ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt)
    {
        Span<byte> joined = stackalloc byte[key.Length + salt.Length];
        key.CopyTo(joined);
        salt.CopyTo(joined[key.Length..]);
        var material = new SrtpKeyMaterial(profile, joined);
        CryptographicOperations.ZeroMemory(joined);
        return material;
    }

    private DtlsStep Explain(int result) => LibSsl.SSL_get_error(_handle.Value, result) switch
    {
        LibSsl.ErrorWantRead or LibSsl.ErrorWantWrite => DtlsStep.Waiting,
        LibSsl.ErrorZeroReturn => DtlsStep.Closed,
        _ => DtlsStep.Broken,
    };

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static uint NextTimeout(nint ssl, uint last) => TimeoutAfter(last);
}
