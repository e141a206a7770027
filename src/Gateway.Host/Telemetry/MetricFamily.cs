using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Gateway.Host.Telemetry;

/// <summary>Every series of one metric name.</summary>
internal sealed class MetricFamily
{
    /// <summary>Peers must not be able to grow the memory of the process by what they put into a tag.</summary>
    private const int MaxSeries = 1000;

    /// <summary>Series that are found by their tags, without these being written as labels first.</summary>
    private const int MaxKnown = 16;

    private const string Overflow = "overflow=\"true\"";

    /// <summary>Seconds; from a local exchange of messages to a person who answers a telephone.</summary>
    private static readonly double[] DefaultBounds =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180];

    private readonly ConcurrentDictionary<string, Series> _series = new(StringComparer.Ordinal);
    private Known[] _known = [];
    private readonly string _help;
    private readonly string _type;
    private readonly double[]? _bounds;
    private readonly bool _isSet;

    public MetricFamily(string name, Instrument instrument)
    {
        Name = name;
        _help = instrument.Description ?? "";
        IsObserved = instrument.IsObservable;
        _type = PrometheusText.TypeOf(instrument);
        _isSet = PrometheusText.IsSet(instrument);
        _bounds = _type == "histogram" ? PrometheusText.BoundsOf(instrument) ?? DefaultBounds : null;
    }

    public string Name { get; }

    public bool IsObserved { get; }

    public void Clear()
    {
        _series.Clear();
        Volatile.Write(ref _known, []);
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var known = Volatile.Read(ref _known);
        foreach (var entry in known)
        {
            if (entry.Is(tags))
            {
                entry.Series.Add(value, _isSet);
                return;
            }
        }

        var labels = PrometheusText.Labels(tags);
        if (!_series.TryGetValue(labels, out var series))
        {
            series = _series.GetOrAdd(_series.Count < MaxSeries ? labels : Overflow, _ => new Series(_bounds));
        }

        if (known.Length < MaxKnown)
        {
            // Of two that come at the same time one is entered; the other finds it missing and tries again.
            Interlocked.CompareExchange(ref _known, [.. known, new Known(tags.ToArray(), series)], known);
        }

        series.Add(value, _isSet);
    }

    public void Write(TextWriter output)
    {
        output.Write($"# HELP {Name} {PrometheusText.EscapeHelp(_help)}\n# TYPE {Name} {_type}\n");
        foreach (var (labels, series) in _series.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            series.Write(Name, labels, output);
        }
    }

    private sealed record Known(KeyValuePair<string, object?>[] Tags, Series Series)
    {
        public bool Is(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.Length != Tags.Length)
            {
                return false;
            }

            for (var i = 0; i < tags.Length; i++)
            {
                if (tags[i].Key != Tags[i].Key || !Equals(tags[i].Value, Tags[i].Value))
                {
                    return false;
                }
            }

            return true;
        }
    }

    private sealed class Series(double[]? bounds)
    {
        private readonly long[]? _buckets = bounds is null ? null : new long[bounds.Length + 1];
        private readonly Lock _guard = new();
        private double _sum;
        private long _count;

        public void Add(double value, bool isSet)
        {
            lock (_guard)
            {
                _sum = isSet ? value : _sum + value;
                _count++;
                if (_buckets is not null)
                {
                    var index = Array.BinarySearch(bounds!, value);
                    _buckets[index < 0 ? ~index : index]++;
                }
            }
        }

        public void Write(string name, string labels, TextWriter output)
        {
            lock (_guard)
            {
                if (_buckets is null)
                {
                    output.Write($"{name}{Braced(labels)} {PrometheusText.Number(_sum)}\n");
                    return;
                }

                var below = 0L;
                for (var i = 0; i < _buckets.Length; i++)
                {
                    below += _buckets[i];
                    var bound = i < bounds!.Length ? PrometheusText.Number(bounds[i]) : "+Inf";
                    var le = labels.Length == 0 ? $"le=\"{bound}\"" : $"{labels},le=\"{bound}\"";
                    output.Write($"{name}_bucket{{{le}}} {below.ToString(CultureInfo.InvariantCulture)}\n");
                }

                output.Write($"{name}_sum{Braced(labels)} {PrometheusText.Number(_sum)}\n");
                output.Write($"{name}_count{Braced(labels)} {_count.ToString(CultureInfo.InvariantCulture)}\n");
            }
        }

        private static string Braced(string labels) => labels.Length == 0 ? "" : $"{{{labels}}}";
    }
}
