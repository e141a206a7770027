using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Gateway.Media.Dtls;

/// <summary>A certificate's fingerprint: RFC 8122 section 5, <c>sha-256 4A:AD:B9:…</c>.</summary>
public sealed class DtlsFingerprint : IEquatable<DtlsFingerprint>
{
    private readonly byte[] _digest;
    private string? _value;

    private DtlsFingerprint(HashAlgorithmName algorithm, byte[] digest) => (Algorithm, _digest) = (algorithm, digest);

    /// <summary>The hash function.</summary>
    public HashAlgorithmName Algorithm { get; }

    /// <summary>The hash function's name as descriptions spell it (RFC 8122 section 5): sha-256.</summary>
    public string Hash => Algorithm.Name switch
    {
        "SHA1" => "sha-1",
        "SHA384" => "sha-384",
        "SHA512" => "sha-512",
        _ => "sha-256",
    };

    /// <summary>Upper-case hexadecimal octets, joined by colons.</summary>
    public string Value => _value ??= string.Create((_digest.Length * 3) - 1, _digest, static (text, digest) =>
    {
        for (var i = 0; i < digest.Length; i++)
        {
            text[i * 3] = "0123456789ABCDEF"[digest[i] >> 4];
            text[(i * 3) + 1] = "0123456789ABCDEF"[digest[i] & 15];
            if (i + 1 < digest.Length)
            {
                text[(i * 3) + 2] = ':';
            }
        }
    });

    /// <summary>
    /// Reads hash name and value. Both are compared without regard to case, and white space round or within the value is
    /// passed over. Hashes that can be forged (md5, md2) or that we do not have are refused.
    /// </summary>
    public static bool TryParse(string hash, string value, [NotNullWhen(true)] out DtlsFingerprint? fingerprint)
    {
        fingerprint = null;
        var (algorithm, length) = hash.Trim().ToLowerInvariant() switch
        {
            "sha-1" => (HashAlgorithmName.SHA1, 20),
            "sha-256" => (HashAlgorithmName.SHA256, 32),
            "sha-384" => (HashAlgorithmName.SHA384, 48),
            "sha-512" => (HashAlgorithmName.SHA512, 64),
            _ => (default, 0),
        };
        if (length == 0 || value.Length > length * 6 || !TryReadOctets(value, length, out var digest))
        {
            return false;
        }

        fingerprint = new DtlsFingerprint(algorithm, digest);
        return true;
    }

    /// <summary>Reads the value of an <c>a=fingerprint</c> line.</summary>
    public static bool TryParse(string attribute, [NotNullWhen(true)] out DtlsFingerprint? fingerprint)
    {
        fingerprint = null;
        var text = attribute.AsSpan().Trim();
        var space = text.IndexOf(' ');
        return space > 0 && TryParse(text[..space].ToString(), text[space..].ToString(), out fingerprint);
    }

    /// <summary>The fingerprint of a certificate in DER.</summary>
    public static DtlsFingerprint Of(ReadOnlySpan<byte> certificate, HashAlgorithmName algorithm) =>
        new(algorithm, CryptographicOperations.HashData(algorithm, certificate));

    /// <summary>Whether it is this certificate's.</summary>
    internal bool Fits(ReadOnlySpan<byte> certificate) => Of(certificate, Algorithm).Equals(this);

    /// <inheritdoc/>
    public bool Equals(DtlsFingerprint? other) =>
        other is not null && Algorithm == other.Algorithm && _digest.AsSpan().SequenceEqual(other._digest);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DtlsFingerprint);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_digest);

    /// <summary>The value of an <c>a=fingerprint</c> line.</summary>
    public override string ToString() => $"{Hash} {Value}";

    private static bool TryReadOctets(string value, int length, out byte[] octets)
    {
        octets = new byte[length];
        var digits = 0;
        foreach (var c in value)
        {
            if (c is ':' or ' ' or '\t' or '\r' or '\n')
            {
                continue;
            }

            if (!char.IsAsciiHexDigit(c) || digits == length * 2)
            {
                return false;
            }

            octets[digits / 2] = (byte)((octets[digits / 2] << 4) | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10));
            digits++;
        }

        return digits == length * 2;
    }
}
