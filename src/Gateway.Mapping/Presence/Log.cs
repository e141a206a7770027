using Gateway.Xmpp.Addresses;
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

    [LoggerMessage(3205, LogLevel.Debug, "Presence of {Contact} could not be read: {Fault}")]
    public static partial void BadDocument(ILogger logger, Jid contact, string fault);

    [LoggerMessage(3206, LogLevel.Information, "SUBSCRIBE to {Contact} was refused: {Status}")]
    public static partial void SubscribeRefused(ILogger logger, Jid contact, int status);

    [LoggerMessage(3207, LogLevel.Information, "A presence subscription from {Source} was refused with {Status}: {Why}")]
    public static partial void SubscriptionRefused(ILogger logger, string source, int status, string why);

    [LoggerMessage(3208, LogLevel.Error, "A step of presence between {User} and {Contact} failed")]
    public static partial void StepFailed(ILogger logger, Jid user, Jid contact, Exception exception);
}
