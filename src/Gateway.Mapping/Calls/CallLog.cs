using Microsoft.Extensions.Logging;

namespace Gateway.Mapping.Calls;

/// <summary>What calls say in the log. Event ids 3000 to 3099; every line carries the session's id.</summary>
internal sealed partial class CallLog(ILogger logger)
{
    [LoggerMessage(3000, LogLevel.Information, "Call {SessionId} begins: {Direction}, {Xmpp} with {Sip}, sid {Sid}, Call-ID {CallId}")]
    public partial void Begins(string sessionId, CallDirection direction, string xmpp, string sip, string sid, string callId);

    [LoggerMessage(3001, LogLevel.Information, "Call {SessionId} ended by {Cause} {Detail} in {State} after {TalkTime} of talk")]
    public partial void Ended(string sessionId, string cause, string detail, CallState state, TimeSpan talkTime);

    [LoggerMessage(3002, LogLevel.Information, "Call {SessionId} rings")]
    public partial void Ringing(string sessionId);

    [LoggerMessage(3003, LogLevel.Information, "Call {SessionId} answered after {SetUp}")]
    public partial void Answered(string sessionId, TimeSpan setUp);

    [LoggerMessage(3004, LogLevel.Debug, "Call {SessionId}: {Event} in {Before} leads to {After}")]
    public partial void Transition(string sessionId, string @event, CallState before, CallState after);

    [LoggerMessage(3005, LogLevel.Error, "Call {SessionId}: {Effect} failed; the call is ended")]
    public partial void EffectFailed(string sessionId, string effect, Exception fault);

    [LoggerMessage(3006, LogLevel.Warning, "Call {SessionId}: the media relay failed at {Step}: {Fault} {Detail}")]
    public partial void MediaFailed(string sessionId, string step, string fault, string? detail);

    [LoggerMessage(3007, LogLevel.Information, "Call from {Xmpp} to {Addressed} refused with {Status}: {Why}")]
    public partial void RefusedFromXmpp(string xmpp, string addressed, int status, string why);

    [LoggerMessage(3008, LogLevel.Information, "Call from {Source} to {RequestUri} refused with {Status}: {Why}")]
    public partial void RefusedFromSip(string source, string requestUri, int status, string why);

    [LoggerMessage(3009, LogLevel.Warning, "Call {SessionId} broke off")]
    public partial void Crashed(string sessionId, Exception fault);

    [LoggerMessage(3010, LogLevel.Information, "No new calls from now on; {Count} run")]
    public partial void Draining(int count);

    [LoggerMessage(3011, LogLevel.Debug, "Call {SessionId}: {Side} has sent no media for {Silence}")]
    public partial void Silent(string sessionId, string side, TimeSpan silence);

    [LoggerMessage(3012, LogLevel.Debug, "Call {SessionId}: re-INVITE needed because {Why}")]
    public partial void NeedsReinvite(string sessionId, string why);

    [LoggerMessage(3016, LogLevel.Information, "Call {SessionId}: redirected to {RequestUri}")]
    public partial void Redirected(string sessionId, string requestUri);

    [LoggerMessage(3015, LogLevel.Warning, "{Xmpp} is told that its call with {Sip}, sid {Sid}, was cut off when the gateway ended")]
    public partial void CutOff(string xmpp, string sip, string sid);

    [LoggerMessage(3017, LogLevel.Information, "The media relay has freed {Count} sessions that were left there; {Left} are left")]
    public partial void Freed(int count, int left);
}
