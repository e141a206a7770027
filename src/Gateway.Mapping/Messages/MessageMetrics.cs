using System.Diagnostics.Metrics;

namespace Gateway.Mapping.Messages;

/// <summary>Counters of messages.</summary>
internal sealed class MessageMetrics : IDisposable
{
    private readonly Meter _meter = new("Gateway.Mapping");
    private readonly Counter<long> _messages;
    private readonly Counter<long> _retries;

    public MessageMetrics(MessageService service)
    {
        _messages = _meter.CreateCounter<long>(
            "gateway.mapping.messages", description: "Messages that came to an end, by direction and by how");
        _retries = _meter.CreateCounter<long>("gateway.mapping.messages.retries", description: "MESSAGEs that were sent again");
        _meter.CreateObservableGauge(
            "gateway.mapping.messages.waiting", () => service.Waiting, description: "Messages on their way to SIP");
    }

    public void ToSip(string outcome) => _messages.Add(1, new("direction", "to-sip"), new("outcome", outcome));

    public void ToXmpp(string outcome) => _messages.Add(1, new("direction", "to-xmpp"), new("outcome", outcome));

    public void Retried(int status) => _retries.Add(1, new KeyValuePair<string, object?>("status", status));

    public void Dispose() => _meter.Dispose();
}
