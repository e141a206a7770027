using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Gateway.Media.Native;

/// <summary>One native library: what it is for and whether it is there.</summary>
/// <param name="File">The file that the loader looks for.</param>
/// <param name="Package">The Debian package that brings it.</param>
/// <param name="Purpose">What does not work without it.</param>
public sealed record NativeLibraryState(string File, string Package, string Purpose)
{
    /// <summary>Its version as it says itself; null when it is missing or does not say.</summary>
    public string? Version { get; init; }

    /// <summary>Why it cannot be used, and the remedy, in a sentence for the operator; null when all is well.</summary>
    public string? Fault { get; init; }

    /// <summary>Without it no call has media; otherwise only what <see cref="Purpose"/> says is missing.</summary>
    public bool IsRequired { get; init; } = true;
}

/// <summary>
/// The native libraries of the embedded relay. Asked at start-up and by <c>check</c>: a file that is missing would otherwise show
/// at the first call that needs it.
/// </summary>
public static class NativeLibraries
{
    private delegate string? VersionOf();

    /// <summary>
    /// Loads every library and reads its version. Takes some milliseconds; the answer does not change while the process lives.
    /// </summary>
    public static ImmutableArray<NativeLibraryState> Check() => Check(NativeLibrary.TryLoad);

    /// <summary>As <see cref="Check()"/>, with another loader.</summary>
    internal static ImmutableArray<NativeLibraryState> Check(Loader load) =>
    [
        Examine(load, new(LibSsl.Crypto, "libssl3", "DTLS-SRTP"), OpenSslVersion, "3.0"),
        Examine(load, new(LibSsl.Ssl, "libssl3", "DTLS-SRTP"), OpenSslVersion, "3.0"),
        Examine(load, new(LibSrtp.Library, "libsrtp2-1", "SRTP"), SrtpVersion, "2.1"),
        Examine(load, new(LibOpus.Library, "libopus0", "transcoding of Opus") { IsRequired = false }, OpusVersion, "1.1"),
        Examine(load, new(LibSpanDsp.Library, "libspandsp2", "transcoding of G.722") { IsRequired = false }, static () => null, null),
    ];

    private static NativeLibraryState Examine(Loader load, NativeLibraryState library, VersionOf versionOf, string? least)
    {
        if (!load(library.File, out _))
        {
            return library with { Fault = $"{library.File} is missing ({library.Purpose}): apt install {library.Package}" };
        }

        var version = versionOf();
        return least is not null && (!Version.TryParse(version, out var has) || has < Version.Parse(least))
            ? library with
            {
                Version = version,
                Fault = $"{library.File} is version {version ?? "unknown"}, {least} or later is needed: apt install {library.Package}",
            }
            : library with { Version = version };
    }

    /// <summary>OPENSSL_VERSION_NUMBER is 0xMNN00PP0 since 3.0.</summary>
    private static string OpenSslVersion()
    {
        var number = LibSsl.OpenSSL_version_num();
        return FormattableString.Invariant($"{number >> 28}.{(number >> 20) & 255}.{(number >> 4) & 255}");
    }

    private static string SrtpVersion()
    {
        var number = LibSrtp.srtp_get_version();
        return FormattableString.Invariant($"{number >> 24}.{(number >> 16) & 255}.{(number >> 8) & 255}");
    }

    private static string OpusVersion()
    {
        var text = LibOpus.Version.AsSpan(LibOpus.Version.LastIndexOf(' ') + 1);
        var end = text.IndexOfAnyExceptInRange('.', '9');
        return (end < 0 ? text : text[..end]).ToString();
    }

    /// <summary>As <see cref="NativeLibrary.TryLoad(string, out nint)"/>.</summary>
    internal delegate bool Loader(string file, out nint handle);
}
