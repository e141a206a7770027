using Gateway.Sip.Msrp;
using Microsoft.Extensions.Logging;

namespace Gateway.Mapping.Chats;

/// <summary>What chat sessions say in the log. Event ids 3300 to 3349; every line carries the session's id, none what was said.</summary>
internal sealed partial class ChatLog(ILogger logger)
{
    [LoggerMessage(3300, LogLevel.Information, "Chat {SessionId} begins: {Kind}, {Xmpp} with {Sip}, thread {Thread}")]
    public partial void Begins(string sessionId, string kind, string xmpp, string sip, string thread);

    [LoggerMessage(3301, LogLevel.Information, "Chat {SessionId} ended by {Cause} in {State}; {Sent} messages to SIP, {Received} from it")]
    public partial void Ended(string sessionId, string cause, ChatState state, int sent, int received);

    [LoggerMessage(3302, LogLevel.Debug, "Chat {SessionId}: {Event} in {Before} leads to {After}")]
    public partial void Transition(string sessionId, string @event, ChatState before, ChatState after);

    [LoggerMessage(3303, LogLevel.Error, "Chat {SessionId}: {Step} failed; the session is ended")]
    public partial void StepFailed(string sessionId, string step, Exception fault);

    [LoggerMessage(3304, LogLevel.Information, "Chat from {Xmpp} to {Addressed} refused: {Why}")]
    public partial void RefusedFromXmpp(string xmpp, string addressed, string why);

    [LoggerMessage(3305, LogLevel.Information, "Chat from {Source} to {RequestUri} refused with {Status}: {Why}")]
    public partial void RefusedFromSip(string source, string requestUri, int status, string why);

    [LoggerMessage(3306, LogLevel.Information, "No new chat sessions from now on; {Count} run")]
    public partial void Draining(int count);

    [LoggerMessage(3307, LogLevel.Warning, "Chat {SessionId}: a wrapper named another sender than the session's; refused")]
    public partial void SenderForged(string sessionId);

    [LoggerMessage(3308, LogLevel.Debug, "Chat {SessionId}: message refused with {Status}")]
    public partial void MessageRefused(string sessionId, int status);

    [LoggerMessage(3309, LogLevel.Information, "Chat {SessionId}: connection lost ({Why})")]
    public partial void ConnectionLost(string sessionId, string why);

    [LoggerMessage(3310, LogLevel.Debug, "Chat {SessionId}: the description cannot be used: {Fault}")]
    public partial void DescriptionUnusable(string sessionId, string fault);

    [LoggerMessage(3311, LogLevel.Warning, "Chat {SessionId}: no path for it through the MSRP relay ({Why})")]
    public partial void NoPath(string sessionId, MsrpPreparation why);
}
