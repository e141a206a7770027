using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Gateway.Media.Stun;

/// <summary>Numbers of the message format (RFC 8489 section 5) and the two sums over it.</summary>
internal static class StunFormat
{
    public const uint MagicCookie = 0x2112_A442;
    public const int HeaderLength = 20;
    public const int TransactionIdLength = 12;
    public const int IntegrityLength = 20;

    /// <summary>Longer messages are refused: checks have some 100 octets, libwebrtc's some 150.</summary>
    public const int MaxLength = 1280;

    /// <summary>More attributes than any message in use has.</summary>
    public const int MaxAttributes = 32;

    /// <summary>The only method of RFC 8489.</summary>
    public const int Binding = 0x001;

    private const uint FingerprintMask = 0x5354_554E;

    private static readonly uint[] CrcTable = MakeCrcTable();

    /// <summary>MESSAGE-INTEGRITY over what stands before it: the length field counts up to its own end (RFC 8489 section 14.5).</summary>
    [SuppressMessage("Security", "CA5350", Justification = "RFC 8445 section 7.1.1 fixes HMAC-SHA1.")]
    public static void Integrity(ReadOnlySpan<byte> before, ReadOnlySpan<byte> key, Span<byte> to)
    {
        Span<byte> copy = stackalloc byte[MaxLength];
        before.CopyTo(copy);
        BinaryPrimitives.WriteUInt16BigEndian(copy[2..], (ushort)(before.Length - HeaderLength + 4 + IntegrityLength));
        HMACSHA1.HashData(key, copy[..before.Length], to);
    }

    /// <summary>FINGERPRINT over what stands before it, the length field counting up to its own end (RFC 8489 section 14.7).</summary>
    public static uint Fingerprint(ReadOnlySpan<byte> before)
    {
        Span<byte> length = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)(before.Length - HeaderLength + 8));
        var crc = Update(Update(Update(uint.MaxValue, before[..2]), length), before[4..]);
        return ~crc ^ FingerprintMask;
    }

    private static uint Update(uint crc, ReadOnlySpan<byte> octets)
    {
        var table = CrcTable;
        foreach (var octet in octets)
        {
            crc = table[(byte)(crc ^ octet)] ^ (crc >> 8);
        }

        return crc;
    }

    /// <summary>CRC-32 of ITU V.42, reflected.</summary>
    private static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < table.Length; i++)
        {
            var entry = i;
            for (var bit = 0; bit < 8; bit++)
            {
                entry = (entry & 1) == 0 ? entry >> 1 : (entry >> 1) ^ 0xEDB8_8320;
            }

            table[i] = entry;
        }

        return table;
    }
}
