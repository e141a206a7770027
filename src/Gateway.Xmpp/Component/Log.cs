using Microsoft.Extensions.Logging;

namespace Gateway.Xmpp.Component;

/// <summary>Events 1000 to 1099. Stanzas have no parameter to arrive through: traces are the tap's business.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "Component {Domain} is connected to {Server}")]
    public static partial void Connected(ILogger logger, string domain, string server);

    [LoggerMessage(1001, LogLevel.Warning, "Component stream lost: {Reason}; reconnecting")]
    public static partial void StreamLost(ILogger logger, string reason);

    [LoggerMessage(1002, LogLevel.Error, "The XMPP server at {Server} refused component {Domain}: {Condition} {Text}. {Remedy}")]
    public static partial void Refused(ILogger logger, string server, string domain, string condition, string? text, string remedy);

    [LoggerMessage(1003, LogLevel.Warning, "No XMPP server at {Server}: {Reason}. {Remedy}")]
    public static partial void Unreachable(ILogger logger, string server, string reason, string remedy);

    [LoggerMessage(1004, LogLevel.Error, "The XMPP server ended the stream: {Condition} {Text}. {Remedy}")]
    public static partial void StreamErrorReceived(ILogger logger, string condition, string? text, string remedy);

    [LoggerMessage(1005, LogLevel.Error, "The XMPP server sent what no stream may hold ({Condition}: {Text}); reconnecting")]
    public static partial void StreamFault(ILogger logger, string condition, string text);

    [LoggerMessage(1006, LogLevel.Information, "Next attempt to connect in {Delay}")]
    public static partial void Waiting(ILogger logger, TimeSpan delay);

    [LoggerMessage(1010, LogLevel.Warning, "Stanza refused: {Reason} ({Suppressed} more since the last such line)")]
    public static partial void StanzaRefused(ILogger logger, string reason, long suppressed);

    [LoggerMessage(1011, LogLevel.Error, "A handler of {Kind} failed")]
    public static partial void HandlerFailed(ILogger logger, string kind, Exception exception);

    [LoggerMessage(1012, LogLevel.Warning, "Stanza not sent: {Reason} ({Suppressed} more since the last such line)")]
    public static partial void StanzaDropped(ILogger logger, string reason, long suppressed);

    [LoggerMessage(1013, LogLevel.Information, "Component {Domain} stopped")]
    public static partial void Stopped(ILogger logger, string domain);
}
