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
    private readonly Histogram<double> _score;
    private readonly Histogram<double> _loss;
    private readonly Histogram<double> _jitter;
    private readonly Histogram<double> _roundTrip;
    private readonly Counter<long> _silent;

    public CallMetrics(CallDirectory directory)
    {
        _started = _meter.CreateCounter<long>("gateway.calls.started", "{call}", "Calls that were begun");
        _answered = _meter.CreateCounter<long>("gateway.calls.answered", "{call}", "Calls that both sides took");
        _ended = _meter.CreateCounter<long>("gateway.calls.ended", "{call}", "Calls that are over");
        _refused = _meter.CreateCounter<long>("gateway.calls.refused", "{call}", "Calls that were refused before they began");
        _ignored = _meter.CreateCounter<long>("gateway.calls.events.ignored", "{event}", "Events that changed nothing: late or stray ones");
        _overflow = _meter.CreateCounter<long>("gateway.calls.events.overflow", "{event}", "Events dropped because a peer flooded its call");
        _setUp = _meter.CreateHistogram<double>("gateway.calls.setup.duration", "s", "From the first message to the answer");
        _score = Quality("score", "{score}", "Estimated mean opinion score (ITU-T G.107)", 1.5, 2, 2.5, 3, 3.5, 4, 4.25);
        _loss = Quality("loss", "1", "Packets lost of all", 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2);
        _jitter = Quality("jitter", "s", "Interarrival jitter (RFC 3550)", 0.001, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1);
        _roundTrip = Quality("round_trip", "s", "Between gateway and side", 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8);
        _silent = _meter.CreateCounter<long>(
            "gateway.media.quality.silent", "{look}", "Looks at a call one of whose sides has sent nothing for long, by side");
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

    /// <summary>What a look at a call's media found; <paramref name="side"/> is xmpp or sip.</summary>
    public void Heard(string side, string direction, double score, double lossRatio, TimeSpan jitter, TimeSpan? roundTrip)
    {
        var (of, way) = (new KeyValuePair<string, object?>("side", side), new KeyValuePair<string, object?>("direction", direction));
        _score.Record(score, of, way);
        _loss.Record(lossRatio, of, way);
        _jitter.Record(jitter.TotalSeconds, of, way);
        if (roundTrip is { } known)
        {
            _roundTrip.Record(known.TotalSeconds, of, way);
        }
    }

    /// <summary>A direction without media.</summary>
    public void Silent(string side) => _silent.Add(1, new KeyValuePair<string, object?>("side", side));

    public void Dispose() => _meter.Dispose();

    private Histogram<double> Quality(string name, string unit, string description, params double[] bounds) =>
        _meter.CreateHistogram(
            $"gateway.media.quality.{name}", unit, $"{description}, by side and direction, each time a call is looked at", null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });

    private static KeyValuePair<string, object?> Tag(CallDirection direction) =>
        new("direction", direction == CallDirection.ToSip ? "to_sip" : "to_xmpp");
}
