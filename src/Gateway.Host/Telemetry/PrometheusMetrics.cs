using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Gateway.Host.Telemetry;

/// <summary>
/// Listens to every meter of the gateway and keeps what Prometheus asks for. Instruments of the same name add up, as
/// several engines or endpoints have one meter each.
/// </summary>
public sealed class PrometheusMetrics : IDisposable
{
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly Lock _scrape = new();

    /// <summary>Listens to the meters whose names begin with <paramref name="prefix"/>.</summary>
    public PrometheusMetrics(string prefix = "Gateway.")
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith(prefix, StringComparison.Ordinal))
            {
                var name = PrometheusText.Name(instrument);
                listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(name, _ => new MetricFamily(name, instrument)));
            }
        };
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<decimal>((_, value, tags, state) => Record(state, (double)value, tags));
        _listener.Start();
    }

    /// <summary>Everything in the text format of Prometheus, version 0.0.4.</summary>
    public void Write(TextWriter output)
    {
        lock (_scrape) // observed values are asked for anew by each scrape
        {
            foreach (var family in _families.Values.Where(f => f.IsObserved))
            {
                family.Clear();
            }

            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException)
            {
                // An observing callback failed: its family is shown without values, the others as they are.
            }

            foreach (var family in _families.Values.OrderBy(f => f.Name, StringComparer.Ordinal))
            {
                family.Write(output);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => _listener.Dispose();

    private static void Record(object? state, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        ((MetricFamily)state!).Record(value, tags);
}
