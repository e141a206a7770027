using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Gateway.Sip.Digest;

/// <summary>A hash of the digest scheme (RFC 7616 section 3.3, RFC 8760 section 2.1).</summary>
/// <param name="Name">As written in the algorithm parameter.</param>
/// <param name="IsSession">Whether A1 is bound to nonce and cnonce (RFC 7616 section 3.4.2).</param>
/// <param name="Strength">The greater is preferred.</param>
internal sealed record DigestAlgorithm(string Name, bool IsSession, int Strength)
{
    private static readonly DigestAlgorithm[] Supported =
    [
        new("SHA-256", false, 4),
        new("SHA-256-sess", true, 3),
        new("MD5", false, 2),
        new("MD5-sess", true, 1),
    ];

    /// <summary>The algorithm of this name in any case; MD5 when none is named.</summary>
    internal static DigestAlgorithm? Find(string? name) =>
        Array.Find(Supported, a => a.Name.Equals(name ?? "MD5", StringComparison.OrdinalIgnoreCase));

    /// <summary>Lower-case hexadecimal hash of the text as UTF-8.</summary>
    internal string Hash(string text) => Hash(Encoding.UTF8.GetBytes(text));

    /// <summary>Lower-case hexadecimal hash.</summary>
    [SuppressMessage("Security", "CA5351", Justification = "Most PBXs know no other algorithm; SHA-256 is taken when offered.")]
    internal string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(
        Name.StartsWith("SHA-256", StringComparison.Ordinal) ? SHA256.HashData(bytes) : MD5.HashData(bytes));
}
