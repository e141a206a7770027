using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Gateway.Media.Native;

/// <summary>
/// SHA-1 of libcrypto with its state in our hands, so that an HMAC's first blocks are hashed once for a key and not for every
/// packet. The calls take some ten nanoseconds a block, which is what may run without telling the garbage collector.
/// </summary>
internal static unsafe partial class LibSha1
{
    /// <summary>SHA_CTX of sha.h: five words of state, two of length, sixteen of data, a count.</summary>
    [InlineArray(24)]
    public struct State
    {
        private uint _first;
    }

    [LibraryImport(LibSsl.Crypto, EntryPoint = "SHA1_Init"), SuppressGCTransition]
    public static partial int Init(State* state);

    [LibraryImport(LibSsl.Crypto, EntryPoint = "SHA1_Update"), SuppressGCTransition]
    public static partial int Update(State* state, byte* data, nint length);

    [LibraryImport(LibSsl.Crypto, EntryPoint = "SHA1_Final"), SuppressGCTransition]
    public static partial int Final(byte* digest, State* state);
}
