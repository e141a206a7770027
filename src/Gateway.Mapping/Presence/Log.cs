using Microsoft.Extensions.Logging;

namespace Gateway.Mapping.Presence;

internal static partial class Log
{
    [LoggerMessage(3200, LogLevel.Information, "{Count} presence subscriptions are known")]
    public static partial void SubscriptionsLoaded(ILogger logger, int count);

    [LoggerMessage(3201, LogLevel.Warning, "{Count} users were not told that the gateway goes away: the stream took no more")]
    public static partial void FarewellsUnsent(ILogger logger, int count);

    [LoggerMessage(3202, LogLevel.Warning, "More than {Limit} presence subscriptions: new ones see presence once only")]
    public static partial void SubscriberLimit(ILogger logger, int limit);
}
