namespace Gateway.Host.Running;

/// <summary>What the platform must give before anything may run.</summary>
internal static class PlatformCheck
{
    /// <summary>
    /// Null when all is well. In globalization-invariant mode, which small container images switch on, Normalize does
    /// nothing and says nothing: JIDs that are the same person (RFC 7622, RFC 8264) would be two.
    /// </summary>
    public static string? Fault() => "e\u0301".Normalize() == "\u00e9"
        ? null
        : "Unicode normalization does not work here, and addresses would be compared wrongly. "
            + "Install ICU (Debian: libicu72 or newer) and leave DOTNET_SYSTEM_GLOBALIZATION_INVARIANT unset.";
}
