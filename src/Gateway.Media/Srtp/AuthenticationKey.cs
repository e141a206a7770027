using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Gateway.Media.Native;

namespace Gateway.Media.Srtp;

/// <summary>HMAC-SHA1 (RFC 2104) under one key, whose two first blocks are hashed once.</summary>
internal sealed unsafe class AuthenticationKey : IDisposable
{
    /// <summary>Octets of a digest.</summary>
    public const int DigestLength = 20;

    private const int Block = 64;

    private readonly LibSha1.State[] _states = GC.AllocateArray<LibSha1.State>(2, pinned: true); // inner, outer
    private readonly LibSha1.State* _inner;
    private readonly LibSha1.State* _outer;

    public AuthenticationKey(ReadOnlySpan<byte> key)
    {
        _inner = (LibSha1.State*)Marshal.UnsafeAddrOfPinnedArrayElement(_states, 0);
        _outer = _inner + 1;
        Begin(_inner, key, 0x36);
        Begin(_outer, key, 0x5C);
    }

    /// <summary>The digest of <paramref name="length"/> octets.</summary>
    public void Sign(byte* data, int length, byte* digest)
    {
        var state = *_inner;
        _ = LibSha1.Update(&state, data, length);
        _ = LibSha1.Final(digest, &state);
        state = *_outer;
        _ = LibSha1.Update(&state, digest, DigestLength);
        _ = LibSha1.Final(digest, &state);
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_states.AsSpan()));

    private static void Begin(LibSha1.State* state, ReadOnlySpan<byte> key, byte pad)
    {
        var block = stackalloc byte[Block];
        for (var i = 0; i < Block; i++)
        {
            block[i] = (byte)((i < key.Length ? key[i] : 0) ^ pad);
        }

        _ = LibSha1.Init(state);
        _ = LibSha1.Update(state, block, Block);
        CryptographicOperations.ZeroMemory(new Span<byte>(block, Block));
    }
}
