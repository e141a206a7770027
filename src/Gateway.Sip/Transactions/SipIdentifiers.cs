using System.Security.Cryptography;

namespace Gateway.Sip.Transactions;

/// <summary>
/// Tags, branches and Call-IDs: cryptographically random (RFC 3261 sections 8.1.1.4, 8.1.1.7, 19.3). A call needs a dozen, and asking the
/// generator takes as long for one as for a hundred octets: they are fetched by the block, each octet used once.
/// </summary>
internal static class SipIdentifiers
{
    private const int Block = 256;

    [ThreadStatic]
    private static byte[]? _random;

    [ThreadStatic]
    private static int _left;

    /// <summary>80 bits; section 19.3 asks for 32 at least.</summary>
    public static string Tag() => Convert.ToHexStringLower(Random(10));

    /// <summary>With the magic cookie of section 8.1.1.7.</summary>
    public static string Branch() => string.Concat("z9hG4bK", Convert.ToHexStringLower(Random(12)));

    public static string CallId() => Convert.ToHexStringLower(Random(16));

    private static ReadOnlySpan<byte> Random(int octets)
    {
        var random = _random ??= new byte[Block];
        if (_left < octets)
        {
            RandomNumberGenerator.Fill(random);
            _left = Block;
        }

        _left -= octets;
        return random.AsSpan(_left, octets);
    }
}
