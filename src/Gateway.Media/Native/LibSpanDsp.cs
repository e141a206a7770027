using System.Runtime.InteropServices;

namespace Gateway.Media.Native;

/// <summary>libspandsp (Debian: libspandsp2), for G.722. The states are made and freed by the library.</summary>
internal static unsafe partial class LibSpanDsp
{
    public const string Library = "libspandsp.so.2";

    /// <summary>64 kbit/s, samples at 16 kHz, one octet a code word.</summary>
    public const int Rate = 64000, Options = 0;

    [LibraryImport(Library)]
    public static partial nint g722_encode_init(nint state, int rate, int options);

    [LibraryImport(Library)]
    public static partial int g722_encode_free(nint state);

    [LibraryImport(Library)]
    public static partial int g722_encode(nint state, byte* data, short* samples, int count);

    [LibraryImport(Library)]
    public static partial nint g722_decode_init(nint state, int rate, int options);

    [LibraryImport(Library)]
    public static partial int g722_decode_free(nint state);

    [LibraryImport(Library)]
    public static partial int g722_decode(nint state, short* samples, byte* data, int count);
}
