using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Aes = System.Runtime.Intrinsics.X86.Aes;
using Sse2 = System.Runtime.Intrinsics.X86.Sse2;

namespace Gateway.Media.Srtp;

/// <summary>
/// AES-128 in counter mode (RFC 3711 section 4.1.1) by the processor's own instructions: the key is expanded once, and four
/// blocks are on their way through the rounds at a time.
/// </summary>
internal sealed unsafe class CounterModeKey : IDisposable
{
    private const int Rounds = 10;
    private const int Block = 16;

    private readonly Vector128<byte>[] _keys = GC.AllocateArray<Vector128<byte>>(Rounds + 1, pinned: true);

    public CounterModeKey(ReadOnlySpan<byte> key)
    {
        var round = _keys[0] = Vector128.Create(key);
        _keys[1] = round = Next(round, Aes.KeygenAssist(round, 0x01));
        _keys[2] = round = Next(round, Aes.KeygenAssist(round, 0x02));
        _keys[3] = round = Next(round, Aes.KeygenAssist(round, 0x04));
        _keys[4] = round = Next(round, Aes.KeygenAssist(round, 0x08));
        _keys[5] = round = Next(round, Aes.KeygenAssist(round, 0x10));
        _keys[6] = round = Next(round, Aes.KeygenAssist(round, 0x20));
        _keys[7] = round = Next(round, Aes.KeygenAssist(round, 0x40));
        _keys[8] = round = Next(round, Aes.KeygenAssist(round, 0x80));
        _keys[9] = round = Next(round, Aes.KeygenAssist(round, 0x1B));
        _keys[10] = Next(round, Aes.KeygenAssist(round, 0x36));
    }

    /// <summary>Whether the processor has the instructions.</summary>
    public static bool IsSupported => Aes.IsSupported && Sse2.IsSupported;

    /// <summary>Combines data with the key stream, which encrypts and decrypts.</summary>
    /// <param name="start">The first counter block; its last two octets are zero and count blocks.</param>
    /// <param name="data">In place.</param>
    /// <param name="length">Up to 2^16 blocks.</param>
    [SkipLocalsInit]
    public void Combine(Vector128<byte> start, byte* data, int length)
    {
        var keys = (Vector128<byte>*)Marshal.UnsafeAddrOfPinnedArrayElement(_keys, 0);
        ushort counter = 0;
        for (; length >= 4 * Block; length -= 4 * Block, data += 4 * Block)
        {
            var a = Sse2.Xor(At(start, counter++), keys[0]);
            var b = Sse2.Xor(At(start, counter++), keys[0]);
            var c = Sse2.Xor(At(start, counter++), keys[0]);
            var d = Sse2.Xor(At(start, counter++), keys[0]);
            for (var round = 1; round < Rounds; round++)
            {
                var key = keys[round];
                a = Aes.Encrypt(a, key);
                b = Aes.Encrypt(b, key);
                c = Aes.Encrypt(c, key);
                d = Aes.Encrypt(d, key);
            }

            var last = keys[Rounds];
            Sse2.Store(data, Sse2.Xor(Aes.EncryptLast(a, last), Sse2.LoadVector128(data)));
            Sse2.Store(data + Block, Sse2.Xor(Aes.EncryptLast(b, last), Sse2.LoadVector128(data + Block)));
            Sse2.Store(data + (2 * Block), Sse2.Xor(Aes.EncryptLast(c, last), Sse2.LoadVector128(data + (2 * Block))));
            Sse2.Store(data + (3 * Block), Sse2.Xor(Aes.EncryptLast(d, last), Sse2.LoadVector128(data + (3 * Block))));
        }

        for (; length > 0; length -= Block, data += Block)
        {
            var stream = Encrypt(keys, At(start, counter++));
            if (length >= Block)
            {
                Sse2.Store(data, Sse2.Xor(stream, Sse2.LoadVector128(data)));
                continue;
            }

            var octets = (byte*)&stream;
            for (var i = 0; i < length; i++)
            {
                data[i] ^= octets[i];
            }
        }
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_keys.AsSpan()));

    private static Vector128<byte> At(Vector128<byte> start, ushort counter) =>
        start.AsUInt16().WithElement(7, BinaryPrimitives.ReverseEndianness(counter)).AsByte();

    private static Vector128<byte> Encrypt(Vector128<byte>* keys, Vector128<byte> block)
    {
        block = Sse2.Xor(block, keys[0]);
        for (var round = 1; round < Rounds; round++)
        {
            block = Aes.Encrypt(block, keys[round]);
        }

        return Aes.EncryptLast(block, keys[Rounds]);
    }

    /// <summary>FIPS 197 section 5.2: each word is the one before, the first with the assist's, and the word four earlier.</summary>
    private static Vector128<byte> Next(Vector128<byte> key, Vector128<byte> assist)
    {
        var turned = Sse2.Shuffle(assist.AsInt32(), 0xFF).AsByte();
        key = Sse2.Xor(key, Sse2.ShiftLeftLogical128BitLane(key, 4));
        key = Sse2.Xor(key, Sse2.ShiftLeftLogical128BitLane(key, 8));
        return Sse2.Xor(key, turned);
    }
}
