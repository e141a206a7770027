using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Media.Native;

namespace Gateway.Media.Dtls;

/// <summary>
/// A self-signed ECDSA P-256 certificate (RFC 8827 section 6.5) and everything OpenSSL needs to use it. Immutable and shared by
/// all threads; freed when the last association that uses it is gone.
/// </summary>
public sealed unsafe class DtlsCertificate
{
    /// <summary>The profile that every client knows, which is also the cheaper one here (CounterModeSession), first.</summary>
    private const string Profiles = "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM";

    /// <summary>
    /// RFC 8827 section 6.5 asks everybody for the first; with RSA too, because a peer that answers as server has the certificate
    /// it has. No other mode than GCM: <see cref="DtlsRecordFilter"/> knows its shortest record.
    /// </summary>
    private const string Ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
        + "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";

    /// <summary>
    /// Octets of a record at most. None is longer than a datagram of ours, and OpenSSL's buffer for 16 kB would be there as long
    /// as the call.
    /// </summary>
    private const int LongestRecord = 1280;

    private readonly SslContextHandle _context;

    private DtlsCertificate(byte[] der, ReadOnlySpan<byte> privateKey)
    {
        Fingerprint = DtlsFingerprint.Of(der, HashAlgorithmName.SHA256);
        _context = CreateContext(der, privateKey);
    }

    /// <summary>Its fingerprint.</summary>
    public DtlsFingerprint Fingerprint { get; }

    /// <summary>
    /// The value of an <c>a=fingerprint:sha-256</c> line, without the hash's name: upper-case octets joined by colons.
    /// </summary>
    public string Sha256Fingerprint => Fingerprint.Value;

    /// <summary>The SSL_CTX, for as long as this object lives.</summary>
    internal nint Context => _context.Value;

    /// <summary>Makes a new one.</summary>
    /// <param name="now">Its validity begins a day before: nobody checks it, but clocks differ.</param>
    public static DtlsCertificate Create(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=WebRTC", key, HashAlgorithmName.SHA256); // says nothing of host or operator
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        var secret = key.ExportPkcs8PrivateKey();
        try
        {
            return new DtlsCertificate(certificate.RawData, secret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static SslContextHandle CreateContext(byte[] der, ReadOnlySpan<byte> privateKey)
    {
        var context = new SslContextHandle(LibSsl.SSL_CTX_new(LibSsl.DTLS_method()));
        var value = context.Value;
        fixed (byte* certificateOctets = der, keyOctets = privateKey)
        {
            var at = certificateOctets;
            var keyAt = keyOctets;
            var certificate = LibSsl.d2i_X509(0, &at, der.Length);
            var key = LibSsl.d2i_AutoPrivateKey(0, &keyAt, privateKey.Length);
            var used = value != 0 && certificate != 0 && key != 0
                && LibSsl.SSL_CTX_use_certificate(value, certificate) == 1
                && LibSsl.SSL_CTX_use_PrivateKey(value, key) == 1;
            LibSsl.X509_free(certificate);
            LibSsl.EVP_PKEY_free(key);
            ThrowUnless(used, "certificate");
        }

        ThrowUnless(LibSsl.SSL_CTX_ctrl(value, LibSsl.CtrlMinimumVersion, LibSsl.Dtls12, 0) == 1, "version");
        ThrowUnless(LibSsl.SSL_CTX_ctrl(value, LibSsl.CtrlMaximumVersion, LibSsl.Dtls12, 0) == 1, "version");
        ThrowUnless(LibSsl.SSL_CTX_set_cipher_list(value, Ciphers) == 1, "ciphers");
        ThrowUnless(LibSsl.SSL_CTX_set_tlsext_use_srtp(value, Profiles) == 0, "SRTP profiles"); // 0 is success here
        _ = LibSsl.SSL_CTX_ctrl(value, LibSsl.CtrlSessionCacheMode, 0, 0);
        _ = LibSsl.SSL_CTX_ctrl(value, LibSsl.CtrlMaximumFragment, LongestRecord, 0);
        _ = LibSsl.SSL_CTX_set_options(value, LibSsl.NoQueryMtu | LibSsl.NoTicket | LibSsl.NoRenegotiation);

        // The chain proves nothing: the fingerprint, compared before any key is handed out, does (RFC 5763 section 5).
        LibSsl.SSL_CTX_set_verify(value, LibSsl.VerifyPeer | LibSsl.FailIfNoPeerCertificate, &AcceptAnyChain);
        return context;
    }

    private static void ThrowUnless(bool done, string what)
    {
        if (!done)
        {
            LibSsl.ERR_clear_error();
            throw new InvalidOperationException($"OpenSSL refuses our own {what}");
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int AcceptAnyChain(int verified, nint store) => 1;
}
