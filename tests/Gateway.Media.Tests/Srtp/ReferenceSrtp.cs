using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Gateway.Media.Tests.Srtp;

/// <summary>
/// SRTP written from RFC 3711 and RFC 7714 with the platform's own cryptography, slow and plain: what the library does is
/// compared with it, and it is held by the texts' own vectors. Roll-over counter zero throughout.
/// </summary>
[SuppressMessage("Security", "CA5350", Justification = "RFC 3711 section 4.2.1 says HMAC-SHA1.")]
internal static class ReferenceSrtp
{
    /// <summary>RFC 3711 section 4.3.3; the salt of 12 octets is filled with zeros on the right (RFC 7714 section 11).</summary>
    public static byte[] Derive(byte[] key, byte[] salt, byte label, int length)
    {
        var block = new byte[16];
        salt.CopyTo(block, 0);
        block[7] ^= label;
        return KeyStream(key, block, length);
    }

    /// <summary>RFC 3711 section 4.1.1: the last two octets count blocks.</summary>
    public static byte[] KeyStream(byte[] key, byte[] first, int length)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        var stream = new byte[(length + 15) / 16 * 16];
        var block = (byte[])first.Clone();
        for (var i = 0; i < stream.Length; i += 16)
        {
            aes.EncryptEcb(block, PaddingMode.None).CopyTo(stream, i);
            BinaryPrimitives.WriteUInt16BigEndian(block.AsSpan(14), (ushort)(BinaryPrimitives.ReadUInt16BigEndian(block.AsSpan(14)) + 1));
        }

        return stream[..length];
    }

    public static byte[] ProtectRtp(byte[] key, byte[] salt, byte[] packet, int header, bool gcm, int tag)
    {
        if (gcm)
        {
            return ProtectRtpGcm(Derive(key, salt, 0, 16), Derive(key, salt, 2, 12), packet, header);
        }

        var counter = new byte[16];
        Derive(key, salt, 2, 14).CopyTo(counter, 0);
        Xor(counter.AsSpan(4), packet.AsSpan(8, 4));
        Xor(counter.AsSpan(12), packet.AsSpan(2, 2)); // the index ends at octet 14; ROC, in octets 8 to 11, is zero
        var result = (byte[])packet.Clone();
        Xor(result.AsSpan(header), KeyStream(Derive(key, salt, 0, 16), counter, packet.Length - header));
        byte[] signed = [.. result, 0, 0, 0, 0];
        var mac = HMACSHA1.HashData(Derive(key, salt, 1, 20), signed);
        return [.. result, .. mac[..tag]];
    }

    public static byte[] ProtectRtcp(byte[] key, byte[] salt, byte[] packet, uint index, bool gcm)
    {
        var word = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(word, index | 0x80000000);
        if (gcm)
        {
            return ProtectRtcpGcm(Derive(key, salt, 3, 16), Derive(key, salt, 5, 12), packet, index);
        }

        var counter = new byte[16];
        Derive(key, salt, 5, 14).CopyTo(counter, 0);
        Xor(counter.AsSpan(4), packet.AsSpan(4, 4));
        var plain = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(plain, index);
        Xor(counter.AsSpan(10), plain);
        var result = (byte[])packet.Clone();
        Xor(result.AsSpan(8), KeyStream(Derive(key, salt, 3, 16), counter, packet.Length - 8));
        byte[] signed = [.. result, .. word];
        return [.. signed, .. HMACSHA1.HashData(Derive(key, salt, 4, 20), signed)[..10]];
    }

    /// <summary>RFC 7714 section 8, with session keys.</summary>
    public static byte[] ProtectRtpGcm(byte[] key, byte[] salt, byte[] packet, int header)
    {
        var nonce = new byte[12];
        packet.AsSpan(8, 4).CopyTo(nonce.AsSpan(2));
        packet.AsSpan(2, 2).CopyTo(nonce.AsSpan(10));
        Xor(nonce, salt);
        var (cipher, tag) = Gcm(key, nonce, packet[header..], packet[..header]);
        return [.. packet[..header], .. cipher, .. tag];
    }

    /// <summary>RFC 7714 section 9, with session keys.</summary>
    public static byte[] ProtectRtcpGcm(byte[] key, byte[] salt, byte[] packet, uint index)
    {
        var word = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(word, index | 0x80000000);
        var nonce = new byte[12];
        packet.AsSpan(4, 4).CopyTo(nonce.AsSpan(2));
        BinaryPrimitives.WriteUInt32BigEndian(nonce.AsSpan(8), index);
        Xor(nonce, salt);
        var (cipher, tag) = Gcm(key, nonce, packet[8..], [.. packet[..8], .. word]);
        return [.. packet[..8], .. cipher, .. tag, .. word];
    }

    private static (byte[] Cipher, byte[] Tag) Gcm(byte[] key, byte[] nonce, byte[] plain, byte[] associated)
    {
        using var gcm = new AesGcm(key, 16);
        var (cipher, tag) = (new byte[plain.Length], new byte[16]);
        gcm.Encrypt(nonce, plain, cipher, tag, associated);
        return (cipher, tag);
    }

    private static void Xor(Span<byte> target, ReadOnlySpan<byte> with)
    {
        for (var i = 0; i < Math.Min(target.Length, with.Length); i++)
        {
            target[i] ^= with[i];
        }
    }
}
