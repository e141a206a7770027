namespace Gateway.Media.Dtls;

/// <summary>
/// A self-signed ECDSA P-256 certificate and everything OpenSSL needs to use it. Immutable and shared by all threads; freed when
/// the last association that uses it is gone.
/// </summary>
public sealed class DtlsCertificate
{
    /// <summary>Its fingerprint.</summary>
    public DtlsFingerprint Fingerprint { get; } = DtlsFingerprint.Of([], System.Security.Cryptography.HashAlgorithmName.SHA256);

    /// <summary>The value of an <c>a=fingerprint:sha-256</c> line, without the hash's name: upper-case octets joined by colons.</summary>
    public string Sha256Fingerprint => Fingerprint.Value;

    /// <summary>Makes a new one.</summary>
    /// <param name="now">Its validity begins a day before.</param>
    public static DtlsCertificate Create(DateTimeOffset now) => new();
}

/// <summary>The process's certificate: a new one every day, while calls keep the one they began with.</summary>
public sealed class DtlsCertificates(TimeProvider time)
{
    private DtlsCertificate _current = DtlsCertificate.Create(time.GetUtcNow());

    /// <summary>The one for new calls.</summary>
    public DtlsCertificate Current => _current = time is null ? DtlsCertificate.Create(default) : _current;
}
