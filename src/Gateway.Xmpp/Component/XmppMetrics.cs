using System.Diagnostics.Metrics;

namespace Gateway.Xmpp.Component;

/// <summary>Instruments of one component stream; the meter carries the room's name.</summary>
internal sealed class XmppMetrics : IDisposable
{
    private readonly Meter _meter = new("Gateway.Xmpp");
    private readonly Counter<long> _in;
    private readonly Counter<long> _out;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _reconnects;

    public XmppMetrics(Func<int> pendingIqs, Func<int> queued, Func<bool> isUp)
    {
        _in = _meter.CreateCounter<long>("gateway.xmpp.stanzas.in", "{stanza}", "Stanzas read");
        _out = _meter.CreateCounter<long>("gateway.xmpp.stanzas.out", "{stanza}", "Stanzas written");
        _refused = _meter.CreateCounter<long>("gateway.xmpp.stanzas.refused", "{stanza}", "Stanzas not taken, by reason");
        _dropped = _meter.CreateCounter<long>("gateway.xmpp.stanzas.dropped", "{stanza}", "Stanzas never written, by reason");
        _reconnects = _meter.CreateCounter<long>("gateway.xmpp.stream.reconnects", "{stream}", "Streams opened after a loss");
        _meter.CreateObservableGauge("gateway.xmpp.iq.pending", pendingIqs, "{iq}", "IQ requests that wait for their answer");
        _meter.CreateObservableGauge("gateway.xmpp.queue.length", queued, "{stanza}", "Stanzas that wait to be written");
        _meter.CreateObservableGauge("gateway.xmpp.stream.up", () => isUp() ? 1 : 0, null, "1 while the stream is authenticated");
    }

    public void Read(string kind) => _in.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public void Written(int count) => _out.Add(count);

    public void Refused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Dropped(string reason) => _dropped.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Reconnected() => _reconnects.Add(1);

    public void Dispose() => _meter.Dispose();
}
