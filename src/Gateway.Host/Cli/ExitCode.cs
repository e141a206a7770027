namespace Gateway.Host.Cli;

/// <summary>How the process ends.</summary>
internal static class ExitCode
{
    /// <summary>All went well.</summary>
    public const int Success = 0;

    /// <summary>Something failed that is not the configuration's fault.</summary>
    public const int Failure = 1;

    /// <summary>EX_CONFIG of sysexits.h: restarting will not help until somebody mends the configuration.</summary>
    public const int Configuration = 78;
}
