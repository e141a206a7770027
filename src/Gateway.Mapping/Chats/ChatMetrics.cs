using System.Diagnostics.Metrics;

namespace Gateway.Mapping.Chats;

/// <summary>Figures about chat sessions, on the meter <c>Gateway.Mapping</c>.</summary>
internal sealed class ChatMetrics : IDisposable
{
    private readonly Meter _meter = new("Gateway.Mapping");
    private readonly Counter<long> _started;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _messages;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _ignored;
    private readonly Counter<long> _overflow;

    public ChatMetrics(ChatDirectory directory)
    {
        _started = _meter.CreateCounter<long>("gateway.chats.started", "{chat}", "Chat sessions that were begun");
        _ended = _meter.CreateCounter<long>("gateway.chats.ended", "{chat}", "Chat sessions that are over");
        _refused = _meter.CreateCounter<long>("gateway.chats.refused", "{chat}", "Chat sessions that were refused before they began");
        _messages = _meter.CreateCounter<long>("gateway.chats.messages", "{message}", "Messages carried by chat sessions");
        _failures = _meter.CreateCounter<long>("gateway.chats.messages.failed", "{message}", "Messages that could not be carried");
        _ignored = _meter.CreateCounter<long>("gateway.chats.events.ignored", "{event}", "Events that changed nothing: late or stray ones");
        _overflow = _meter.CreateCounter<long>("gateway.chats.events.overflow", "{event}", "Events dropped because a peer flooded its session");
        _meter.CreateObservableGauge("gateway.chats", () => directory.Count, "{chat}", "Chat sessions that live");
    }

    public void Started(bool toSip) => _started.Add(1, Direction(toSip));

    public void Ended(bool toSip) => _ended.Add(1, Direction(toSip));

    public void Refused(bool toSip) => _refused.Add(1, Direction(toSip));

    public void Message(bool toSip) => _messages.Add(1, Direction(toSip));

    public void MessageFailed(bool toSip) => _failures.Add(1, Direction(toSip));

    public void Ignored() => _ignored.Add(1);

    public void Overflow() => _overflow.Add(1);

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Direction(bool toSip) => new("direction", toSip ? "to_sip" : "to_xmpp");
}
