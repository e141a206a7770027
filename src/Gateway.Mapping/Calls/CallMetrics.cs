using System.Diagnostics.Metrics;

namespace Gateway.Mapping.Calls;

/// <summary>Figures about calls, on the meter <c>Gateway.Mapping</c>.</summary>
internal sealed class CallMetrics : IDisposable
{
    private readonly Meter _meter = new("Gateway.Mapping");
    private readonly Counter<long> _started;
    private readonly Counter<long> _answered;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _ignored;
    private readonly Counter<long> _overflow;
    private readonly Histogram<double> _setUp;

    public CallMetrics(CallDirectory directory)
    {
        _started = _meter.CreateCounter<long>("gateway.calls.started", "{call}", "Calls that were begun");
        _answered = _meter.CreateCounter<long>("gateway.calls.answered", "{call}", "Calls that both sides took");
        _ended = _meter.CreateCounter<long>("gateway.calls.ended", "{call}", "Calls that are over");
        _refused = _meter.CreateCounter<long>("gateway.calls.refused", "{call}", "Calls that were refused before they began");
        _ignored = _meter.CreateCounter<long>("gateway.calls.events.ignored", "{event}", "Events that changed nothing: late or stray ones");
        _overflow = _meter.CreateCounter<long>("gateway.calls.events.overflow", "{event}", "Events dropped because a peer flooded its call");
        _setUp = _meter.CreateHistogram<double>("gateway.calls.setup.duration", "s", "From the first message to the answer");
        _meter.CreateObservableGauge("gateway.sessions", () => directory.Count, "{session}", "Sessions that live");
    }

    public void Started(CallDirection direction) => _started.Add(1, Tag(direction));

    public void Answered(CallDirection direction, TimeSpan setUp)
    {
        _answered.Add(1, Tag(direction));
        _setUp.Record(setUp.TotalSeconds, Tag(direction));
    }

    public void Ended(CallDirection direction, bool wasAnswered) =>
        _ended.Add(1, Tag(direction), new KeyValuePair<string, object?>("answered", wasAnswered ? "yes" : "no"));

    public void Refused(CallDirection direction) => _refused.Add(1, Tag(direction));

    public void Ignored() => _ignored.Add(1);

    public void Overflow() => _overflow.Add(1);

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Tag(CallDirection direction) =>
        new("direction", direction == CallDirection.ToSip ? "to_sip" : "to_xmpp");
}
