using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Gateway.Host.Telemetry;

/// <summary>The spelling of Prometheus's text format.</summary>
internal static class PrometheusText
{
    /// <summary><c>gateway.sip.messages</c> becomes <c>gateway_sip_messages_total</c>; the unit, where it is one, a suffix.</summary>
    public static string Name(Instrument instrument)
    {
        var name = new StringBuilder(Identifier(instrument.Name));
        var unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "By" => "_bytes",
            _ => "",
        };
        if (unit.Length > 0 && !instrument.Name.EndsWith(unit[1..], StringComparison.Ordinal))
        {
            name.Append(unit);
        }

        if (TypeOf(instrument) == "counter" && !instrument.Name.EndsWith("total", StringComparison.Ordinal))
        {
            name.Append("_total");
        }

        return name.ToString();
    }

    public static string TypeOf(Instrument instrument) => Kind(instrument) switch
    {
        "Counter`1" or "ObservableCounter`1" => "counter",
        "Histogram`1" => "histogram",
        _ => "gauge",
    };

    /// <summary>Whether a measurement is the value, rather than a change of it.</summary>
    public static bool IsSet(Instrument instrument) => Kind(instrument) == "Gauge`1";

    public static double[]? BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(b => (double)b)],
        Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(b => (double)b)],
        _ => null,
    };

    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var sorted = tags.ToArray();
        Array.Sort(sorted, (a, b) => string.CompareOrdinal(a.Key, b.Key));
        var text = new StringBuilder();
        foreach (var (key, value) in sorted)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(Identifier(key)).Append("=\"");
            var shown = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            text.Append(shown
                .Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal)
                .Replace("\n", "\\n", StringComparison.Ordinal)).Append('"');
        }

        return text.ToString();
    }

    public static string EscapeHelp(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).ReplaceLineEndings("\\n");

    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The instrument types of the runtime are sealed: Counter, UpDownCounter, Histogram, Gauge, Observable….</summary>
    private static string Kind(Instrument instrument) => instrument.GetType().Name;

    private static string Identifier(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            text.Append(char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '_');
        }

        return text.ToString();
    }
}
