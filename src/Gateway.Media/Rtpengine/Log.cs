using System.Net.Sockets;
using Gateway.Media.Relay;
using Microsoft.Extensions.Logging;

namespace Gateway.Media.Rtpengine;

/// <summary>Event ids 4000 to 4099. Descriptions hold ICE passwords, so none is ever logged.</summary>
internal static partial class Log
{
    [LoggerMessage(4000, LogLevel.Warning, "Media engine {Engine} does not answer ({Reason}): passed over by new sessions for {Seconds} s")]
    public static partial void EngineSilent(ILogger logger, string engine, string reason, double seconds);

    [LoggerMessage(4001, LogLevel.Information, "Media engine {Engine} answers again")]
    public static partial void EngineBack(ILogger logger, string engine);

    [LoggerMessage(4002, LogLevel.Warning, "Media engine {Engine}, session {SessionId}: {Command} failed, {Fault}: {Reason}")]
    public static partial void CommandFailed(
        ILogger logger, string engine, string sessionId, string command, MediaFault fault, string reason);

    [LoggerMessage(4003, LogLevel.Warning, "Media engine {Engine} sent a reply of {Length} octets that cannot be read: {Fault}")]
    public static partial void UnreadableReply(ILogger logger, string engine, int length, string fault);

    [LoggerMessage(4004, LogLevel.Debug, "Nothing was sent to media engine {Engine}: {Reason}")]
    public static partial void NotSent(ILogger logger, string engine, string reason);

    [LoggerMessage(4005, LogLevel.Debug, "Media engine {Engine}: {Error} while receiving")]
    public static partial void NotReceived(ILogger logger, string engine, SocketError error);

    [LoggerMessage(4006, LogLevel.Error, "Media engine {Engine}: a reply could not be taken")]
    public static partial void ReadingFailed(ILogger logger, string engine, Exception exception);

    [LoggerMessage(4007, LogLevel.Error, "Media engine {Engine} is down: nothing is asked of it until it answers a ping")]
    public static partial void EngineDown(ILogger logger, string engine);

    [LoggerMessage(4008, LogLevel.Error, "Media engine {Engine}: what became of it could not be told")]
    public static partial void WatchFailed(ILogger logger, string engine, Exception exception);
}
