using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Gateway.Media.Dtls;

/// <summary>Whether a certificate is the one that the peer's description names.</summary>
internal static class DtlsIdentity
{
    /// <summary>Best first.</summary>
    private static readonly ImmutableArray<HashAlgorithmName> Preference =
        [HashAlgorithmName.SHA512, HashAlgorithmName.SHA384, HashAlgorithmName.SHA256, HashAlgorithmName.SHA1];

    /// <summary>
    /// RFC 8122 section 5: of the fingerprints, those with the hash that we like best count, and the certificate must have one of
    /// them.
    /// </summary>
    public static bool IsExpected(ReadOnlySpan<byte> certificate, ImmutableArray<DtlsFingerprint> expected)
    {
        foreach (var algorithm in Preference)
        {
            var (named, fits) = (false, false);
            foreach (var fingerprint in expected)
            {
                if (fingerprint.Algorithm == algorithm)
                {
                    named = true;
                    fits |= fingerprint.Fits(certificate);
                }
            }

            if (named)
            {
                return fits;
            }
        }

        return false;
    }
}
