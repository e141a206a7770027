using System.Net;
using Microsoft.Extensions.Logging;

namespace Gateway.Sip.Msrp.Sockets;

/// <summary>What the endpoint logs; never bodies, nor URIs of sessions, which are secrets.</summary>
internal static partial class MsrpLog
{
    [LoggerMessage(2100, LogLevel.Error, "A fault of the MSRP endpoint itself was contained")]
    public static partial void Fault(ILogger logger, Exception fault);

    [LoggerMessage(2101, LogLevel.Information, "MSRP listens on {Address}")]
    public static partial void Listening(ILogger logger, MsrpListenAddress address);

    [LoggerMessage(2102, LogLevel.Warning, "MSRP connection of {Remote} closed: {Fault} ({Unsaid} more not logged before this)")]
    public static partial void Malformed(ILogger logger, IPAddress? remote, string fault, long unsaid);

    [LoggerMessage(2103, LogLevel.Debug, "No MSRP connection to {Host}:{Port}: {Fault}")]
    public static partial void NotConnected(ILogger logger, string host, int port, string fault);

    [LoggerMessage(2104, LogLevel.Warning, "The certificate of {Host}:{Port} is not the one expected")]
    public static partial void Untrusted(ILogger logger, string host, int port);

    [LoggerMessage(2105, LogLevel.Information, "MSRP relay {Relay} gives paths again")]
    public static partial void RelayAgrees(ILogger logger, MsrpUri relay);

    [LoggerMessage(2106, LogLevel.Warning, "MSRP relay {Relay} refuses {Username} with {Status}: no session over it until it agrees")]
    public static partial void RelayRefuses(ILogger logger, MsrpUri relay, string username, int status);

    [LoggerMessage(2107, LogLevel.Warning, "MSRP relay {Relay} cannot be used: {Why}; no session over it until it can")]
    public static partial void RelayAway(ILogger logger, MsrpUri relay, string why);
}
