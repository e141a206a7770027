namespace Gateway.Media.Codecs;

/// <summary>
/// ITU-T G.711: logarithmic PCM by table, in both laws. One octet a sample, 8000 samples a second (RFC 3551 section 4.5.14).
/// </summary>
internal static class G711
{
    /// <summary>The octet of a zero sample, for silence.</summary>
    public const byte MuLawZero = 0xFF, ALawZero = 0xD5;

    private static readonly short[] FromMuLaw = [.. Enumerable.Range(0, 256).Select(octet => DecodeMuLaw((byte)octet))];
    private static readonly short[] FromALaw = [.. Enumerable.Range(0, 256).Select(octet => DecodeALaw((byte)octet))];
    private static readonly byte[] ToMuLaw = [.. Enumerable.Range(0, 1 << 14).Select(i => EncodeMuLaw((short)(i << 2)))];
    private static readonly byte[] ToALaw = [.. Enumerable.Range(0, 1 << 13).Select(i => EncodeALaw((short)(i << 3)))];

    public static void DecodeMuLaw(ReadOnlySpan<byte> octets, Span<short> samples)
    {
        var table = FromMuLaw;
        for (var i = 0; i < octets.Length; i++)
        {
            samples[i] = table[octets[i]];
        }
    }

    public static void DecodeALaw(ReadOnlySpan<byte> octets, Span<short> samples)
    {
        var table = FromALaw;
        for (var i = 0; i < octets.Length; i++)
        {
            samples[i] = table[octets[i]];
        }
    }

    public static void EncodeMuLaw(ReadOnlySpan<short> samples, Span<byte> octets)
    {
        var table = ToMuLaw;
        for (var i = 0; i < samples.Length; i++)
        {
            octets[i] = table[(ushort)samples[i] >> 2];
        }
    }

    public static void EncodeALaw(ReadOnlySpan<short> samples, Span<byte> octets)
    {
        var table = ToALaw;
        for (var i = 0; i < samples.Length; i++)
        {
            octets[i] = table[(ushort)samples[i] >> 3];
        }
    }

    private static short DecodeMuLaw(byte octet)
    {
        var inverted = ~octet;
        var magnitude = ((((inverted & 15) << 3) + 0x84) << ((inverted >> 4) & 7)) - 0x84;
        return (short)((inverted & 0x80) != 0 ? -magnitude : magnitude);
    }

    private static short DecodeALaw(byte octet)
    {
        var even = octet ^ 0x55;
        var segment = (even >> 4) & 7;
        var magnitude = ((even & 15) << 4) + (segment == 0 ? 8 : 0x108);
        magnitude <<= Math.Max(0, segment - 1);
        return (short)((even & 0x80) != 0 ? magnitude : -magnitude);
    }

    private static byte EncodeMuLaw(short sample)
    {
        var value = sample >> 2; // 14 bits
        var mask = value < 0 ? 0x7F : 0xFF;
        value = Math.Min(Math.Abs(value), 8158) + 33;
        var segment = int.Log2(value) - 5;
        return (byte)(((segment << 4) | ((value >> (segment + 1)) & 15)) ^ mask);
    }

    private static byte EncodeALaw(short sample)
    {
        var value = sample >> 3; // 13 bits
        var mask = value < 0 ? 0x55 : 0xD5;
        value = value < 0 ? -value - 1 : value;
        var segment = value < 32 ? 0 : int.Log2(value) - 4;
        return (byte)(((segment << 4) | ((value >> Math.Max(1, segment)) & 15)) ^ mask);
    }
}
