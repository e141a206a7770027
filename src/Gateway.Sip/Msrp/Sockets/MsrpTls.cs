using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Gateway.Sip.Msrp.Connections;
using Gateway.Sip.Msrp.Negotiation;

namespace Gateway.Sip.Msrp.Sockets;

/// <summary>Our certificate, and whom we trust (RFC 4975 section 14, RFC 8122).</summary>
internal sealed class MsrpTls : IDisposable
{
    private readonly X509Certificate2? _certificate;
    private readonly SslStreamCertificateContext? _context;
    private readonly X509Certificate2Collection _authorities = [];

    public MsrpTls(MsrpOptions options)
    {
        if (options.TlsAuthorities is not null)
        {
            _authorities.ImportFromPemFile(options.TlsAuthorities);
        }

        if (options.TlsCertificate is null)
        {
            return;
        }

        _certificate = X509Certificate2.CreateFromPemFile(options.TlsCertificate, options.TlsKey);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(options.TlsCertificate);
        _context = SslStreamCertificateContext.Create(_certificate, chain, offline: true);
        Fingerprint = MsrpFingerprints.Of(_certificate.RawData);
    }

    /// <summary>Null without a certificate.</summary>
    public MsrpFingerprint? Fingerprint { get; }

    /// <summary>
    /// As the listening side: the peer's certificate is asked for but not required; who it is shows with its first request
    /// (RFC 4975 section 5.4), where a fingerprint is checked.
    /// </summary>
    [SuppressMessage("Security", "CA5359", Justification = "The client's certificate is compared with its fingerprint when it shows whose it is.")]
    public SslServerAuthenticationOptions Server() => new()
    {
        ServerCertificateContext = _context ?? throw new InvalidOperationException("TLS listens with a certificate only."),
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
    };

    /// <summary>As the connecting side: the fingerprint of the description decides, without one the name does.</summary>
    /// <param name="target">Whom we connect to.</param>
    /// <param name="distrusted">Called when the certificate is refused.</param>
    public SslClientAuthenticationOptions Client(MsrpTarget target, Action distrusted)
    {
        var expected = MsrpFingerprints.FromText(target.Fingerprints);
        return new SslClientAuthenticationOptions
        {
            TargetHost = target.ServerName,
            ClientCertificateContext = _context,
            RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
            {
                var isTrusted = certificate is not null && (expected.IsEmpty
                    ? errors == SslPolicyErrors.None || (errors == SslPolicyErrors.RemoteCertificateChainErrors && IsOurs(certificate))
                    : MsrpFingerprints.Match(expected, certificate.GetRawCertData()));
                if (!isTrusted)
                {
                    distrusted();
                }

                return isTrusted;
            },
        };
    }

    public void Dispose()
    {
        _certificate?.Dispose();
        foreach (var authority in _authorities)
        {
            authority.Dispose();
        }
    }

    /// <summary>Whether one of the configured authorities stands behind it.</summary>
    private bool IsOurs(X509Certificate certificate)
    {
        if (_authorities.Count == 0)
        {
            return false;
        }

        using var chain = new X509Chain();
        using var copy = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        return chain.Build(copy);
    }
}
