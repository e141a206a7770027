using System.Security.Cryptography;

namespace Gateway.Media.Ice;

/// <summary>
/// Octets of the system's generator, fetched by the block: asking it takes as long for one as for a hundred, and a call asks a dozen
/// times. Each octet is given once and kept nowhere. The block is a
/// thread's, so that nobody waits; nothing of it outlives a call.
/// </summary>
internal static class RandomOctets
{
    private const int Block = 256;

    [ThreadStatic]
    private static byte[]? _random;

    [ThreadStatic]
    private static int _left;

    /// <summary>Fills <paramref name="octets"/>.</summary>
    public static void Fill(Span<byte> octets)
    {
        if (octets.Length > Block)
        {
            RandomNumberGenerator.Fill(octets);
            return;
        }

        var random = _random ??= new byte[Block];
        if (_left < octets.Length)
        {
            RandomNumberGenerator.Fill(random);
            _left = Block;
        }

        _left -= octets.Length;
        var given = random.AsSpan(_left, octets.Length);
        given.CopyTo(octets);
        given.Clear();
    }
}
