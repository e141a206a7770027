using Microsoft.Extensions.Logging;

namespace Gateway.Media.Io;

/// <summary>Event ids 4100 to 4149.</summary>
internal static partial class IoLog
{
    [LoggerMessage(4100, LogLevel.Error, "Media thread {Number}: a work item failed")]
    public static partial void WorkFailed(ILogger logger, Exception exception, int number);

    [LoggerMessage(4101, LogLevel.Information, "Media runs on {Count} threads ({Kind})")]
    public static partial void Started(ILogger logger, int count, string kind);

    [LoggerMessage(4102, LogLevel.Warning, "No media port left of {First} to {Last}")]
    public static partial void PortsExhausted(ILogger logger, int first, int last);
}
