using System.Runtime.InteropServices;

namespace Gateway.Media.Native;

/// <summary>
/// libopus (Debian: libopus0). The control function is variadic: a plain declaration is right on x86-64 and arm64 Linux.
/// </summary>
internal static unsafe partial class LibOpus
{
    public const string Library = "libopus.so.0";

    public const int Voip = 2048, SetBitrate = 4002, SetComplexity = 4010, SetInbandFec = 4012, SetPacketLoss = 4014, SetDtx = 4016;

    [LibraryImport(Library)]
    private static partial nint opus_get_version_string();

    /// <summary>As <c>libopus 1.3.1</c>.</summary>
    public static string Version => Marshal.PtrToStringUTF8(opus_get_version_string()) ?? "";

    [LibraryImport(Library)]
    public static partial nint opus_encoder_create(int rate, int channels, int application, out int error);

    [LibraryImport(Library)]
    public static partial void opus_encoder_destroy(nint encoder);

    [LibraryImport(Library)]
    public static partial int opus_encode(nint encoder, short* samples, int frameSize, byte* output, int room);

    [LibraryImport(Library)]
    public static partial int opus_encoder_ctl(nint encoder, int request, int value);

    [LibraryImport(Library)]
    public static partial nint opus_decoder_create(int rate, int channels, out int error);

    [LibraryImport(Library)]
    public static partial void opus_decoder_destroy(nint decoder);

    /// <summary>
    /// Without data: a frame of concealment. With <paramref name="fec"/>: the frame before, from the redundancy in this one.
    /// </summary>
    [LibraryImport(Library)]
    public static partial int opus_decode(nint decoder, byte* data, int length, short* samples, int frameSize, int fec);

    [LibraryImport(Library)]
    public static partial int opus_packet_get_nb_samples(byte* packet, int length, int rate);
}
