using Microsoft.Extensions.Logging;

namespace Gateway.Mapping.State;

internal static partial class Log
{
    [LoggerMessage(3210, LogLevel.Error, "{Location} cannot be written, and is tried again: {Reason}")]
    public static partial void StoreFailed(ILogger logger, string location, string reason);

    [LoggerMessage(3211, LogLevel.Error, "{Location} has not been written for long: beyond {Limit} changes they are lost")]
    public static partial void StoreFull(ILogger logger, string location, int limit);

    [LoggerMessage(3212, LogLevel.Error, "{Count} changes were not written to {Location} before the end")]
    public static partial void StoreLeft(ILogger logger, int count, string location);

    [LoggerMessage(3213, LogLevel.Information, "{Count} subscriptions of {Path} are in the store now; {Damaged} lines of it were none")]
    public static partial void TakenOver(ILogger logger, int count, string path, int damaged);

    [LoggerMessage(3214, LogLevel.Warning, "{Count} rows of {Location} could not be read and were left out")]
    public static partial void RowsDamaged(ILogger logger, int count, string location);

    [LoggerMessage(3215, LogLevel.Error, "{Count} changes could not be written to {Location} and are lost")]
    public static partial void StoreMistake(ILogger logger, int count, string location, Exception exception);
}
