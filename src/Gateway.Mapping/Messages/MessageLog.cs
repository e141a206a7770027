using Gateway.Xmpp.Stanzas;
using Microsoft.Extensions.Logging;

namespace Gateway.Mapping.Messages;

/// <summary>What messages say in the log: who, to whom, what became of it; never what they say. Event ids 3300 to 3399.</summary>
internal sealed partial class MessageLog(ILogger logger)
{
    [LoggerMessage(3300, LogLevel.Debug, "Message {Id} of {Xmpp} to {Sip} is delivered")]
    public partial void DeliveredToSip(string? id, string xmpp, string sip);

    [LoggerMessage(3301, LogLevel.Information, "Message {Id} of {Xmpp} to {Sip} came back to its sender: {Condition}, {Detail}")]
    public partial void Returned(string? id, string xmpp, string sip, StanzaErrorCondition condition, string? detail);

    [LoggerMessage(3302, LogLevel.Information, "Message of {Xmpp} to {Sip} refused: {Status} {Detail}")]
    public partial void RefusedFromXmpp(string xmpp, string sip, int status, string detail);

    [LoggerMessage(3303, LogLevel.Information, "MESSAGE {CallId} from {Source} refused: {Status} {Detail}")]
    public partial void RefusedFromSip(string callId, string source, int status, string detail);

    [LoggerMessage(3304, LogLevel.Debug, "MESSAGE {CallId} of {Sip} became message {Id} to {Xmpp}")]
    public partial void DeliveredToXmpp(string callId, string sip, string id, string xmpp);

    [LoggerMessage(3305, LogLevel.Debug, "A message to SIP was answered {Status} and is sent again")]
    public partial void Retried(int status);

    [LoggerMessage(3306, LogLevel.Information, "{Sip} has no sessions for messages: single messages for {Time}")]
    public partial void PageOnly(string sip, TimeSpan time);

    [LoggerMessage(3307, LogLevel.Information, "Message {Id} from SIP was not taken by {Xmpp}: {Condition}; its sender has been told that it was accepted")]
    public partial void Bounced(string? id, string xmpp, StanzaErrorCondition condition);

    [LoggerMessage(3308, LogLevel.Error, "A message could not be sent")]
    public partial void Crashed(Exception exception);
}
