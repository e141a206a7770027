using Gateway.Media.Dtls;
using Gateway.Media.Io;
using Gateway.Media.Relay;
using Gateway.Media.Srtp;
using Microsoft.Extensions.Logging;

namespace Gateway.Media.Embedded;

/// <summary>Event ids 4100 to 4149. Descriptions hold passwords and keys, so none is ever logged.</summary>
internal static partial class EmbeddedLog
{
    [LoggerMessage(4100, LogLevel.Warning, "Media session {SessionId}: {Verb} failed, {Fault}: {Reason}")]
    public static partial void Refused(ILogger logger, string sessionId, string verb, MediaFault fault, string reason);

    [LoggerMessage(4101, LogLevel.Error, "Media session {SessionId}: {Verb} failed by a fault of the relay")]
    public static partial void VerbFailed(ILogger logger, string sessionId, string verb, Exception fault);

    [LoggerMessage(4102, LogLevel.Debug, "Media session {SessionId}: end {Tag} is connected by ICE from {Local} to {Remote}")]
    public static partial void Path(ILogger logger, string sessionId, string tag, PeerAddress local, PeerAddress remote);

    [LoggerMessage(4103, LogLevel.Debug, "Media session {SessionId}: keys agreed with end {Tag}, {Profile}")]
    public static partial void Keys(ILogger logger, string sessionId, string tag, SrtpProfile profile);

    [LoggerMessage(4104, LogLevel.Warning, "Media session {SessionId}: end {Tag} {What}")]
    public static partial void Lost(ILogger logger, string sessionId, string tag, string what);

    [LoggerMessage(4105, LogLevel.Warning, "Media session {SessionId}: no keys with end {Tag}, {Fault}")]
    public static partial void Handshake(ILogger logger, string sessionId, string tag, DtlsFault fault);
}
