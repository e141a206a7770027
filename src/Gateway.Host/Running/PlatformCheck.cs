using System.Runtime.InteropServices;

namespace Gateway.Host.Running;

/// <summary>What the platform must give before anything may run.</summary>
internal static class PlatformCheck
{
    /// <summary>What the runtime looks for, the newest first; with none of them it ends the process at the first hash.</summary>
    private static readonly string[] OpenSsl = ["libssl.so.3", "libssl.so.1.1", "libssl.so.1.0.2", "libssl.so.1.0.0", "libssl.so.10"];

    /// <summary>
    /// Null when all is well. In globalization-invariant mode, which small container images switch on, Normalize does
    /// nothing and says nothing: JIDs that are the same person (RFC 7622, RFC 8264) would be two.
    /// </summary>
    public static string? Fault() => Fault(file => NativeLibrary.TryLoad(file, out _));

    /// <summary>As <see cref="Fault()"/>, with another loader.</summary>
    internal static string? Fault(Func<string, bool> canLoad) =>
        "e\u0301".Normalize() != "\u00e9"
            ? "Unicode normalization does not work here, and addresses would be compared wrongly. "
                + "Install ICU (Debian: libicu72 or newer) and leave DOTNET_SYSTEM_GLOBALIZATION_INVARIANT unset."
            : OperatingSystem.IsLinux() && !OpenSsl.Any(canLoad)
                ? $"OpenSSL ({OpenSsl[0]}) is missing, and nothing can be hashed or encrypted without it: apt install libssl3"
                : null;
}
