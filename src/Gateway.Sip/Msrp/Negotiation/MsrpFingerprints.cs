using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Gateway.Sip.Msrp.Connections;

namespace Gateway.Sip.Msrp.Negotiation;

/// <summary>a=fingerprint (RFC 8122 section 5).</summary>
internal static class MsrpFingerprints
{
    private const int Most = 8;

    /// <summary>The SHA-256 fingerprint of a certificate.</summary>
    internal static MsrpFingerprint Of(ReadOnlySpan<byte> certificate) => new("sha-256", Hex(SHA256.HashData(certificate)));

    /// <summary>Reads <c>hash-func SP fingerprint</c>; false for what is none.</summary>
    internal static bool TryParse(string text, out MsrpFingerprint fingerprint)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        fingerprint = default;
        if (space <= 0)
        {
            return false;
        }

        var value = text[(space + 1)..].Trim().ToUpperInvariant();
        if (value.Length is < 2 or > 191 || !value.Split(':').All(b => b.Length == 2 && b.All(char.IsAsciiHexDigit)))
        {
            return false;
        }

        fingerprint = new MsrpFingerprint(text[..space].ToLowerInvariant(), value);
        return true;
    }

    internal static ImmutableArray<MsrpFingerprint> Read(IEnumerable<string> values) =>
        [.. values.Take(Most).Select(v => TryParse(v, out var f) ? f : default).Where(f => f.Hash is not null)];

    /// <summary>
    /// Whether the certificate fits: of the hashes that we know the strongest decides (section 5). SHA-1 is what older peers state;
    /// a second certificate for a given one cannot be made. MD5 is not taken.
    /// </summary>
    internal static bool Match(ImmutableArray<MsrpFingerprint> expected, ReadOnlySpan<byte> certificate)
    {
        if (certificate.IsEmpty)
        {
            return false;
        }

        foreach (var hash in (ReadOnlySpan<string>)["sha-512", "sha-384", "sha-256", "sha-1"])
        {
            var stated = expected.Where(f => f.Hash == hash).Select(f => f.Value).ToArray();
            if (stated.Length > 0)
            {
                return stated.Contains(Hex(hash switch
                {
                    "sha-512" => SHA512.HashData(certificate),
                    "sha-384" => SHA384.HashData(certificate),
                    "sha-256" => SHA256.HashData(certificate),
                    _ => Sha1(certificate),
                }));
            }
        }

        return false;
    }

    /// <summary>Reads the text of <see cref="MsrpTarget.Text"/>.</summary>
    internal static ImmutableArray<MsrpFingerprint> FromText(string text) => text.Length == 0 ? [] : Read(text.Split(';'));

    [SuppressMessage("Security", "CA5350", Justification = "Stated by the peer; see Match.")]
    private static byte[] Sha1(ReadOnlySpan<byte> certificate) => SHA1.HashData(certificate);

    private static string Hex(ReadOnlySpan<byte> hash)
    {
        var plain = Convert.ToHexString(hash);
        return string.Join(':', Enumerable.Range(0, plain.Length / 2).Select(i => plain.Substring(i * 2, 2)));
    }
}
