using System.Diagnostics.Metrics;
using Gateway.Host.Telemetry;

namespace Gateway.Host.Tests.Telemetry;

public sealed class PrometheusMetricsTests : IDisposable
{
    private readonly Meter _meter = new("Gateway.Prometheus.Tests");
    private readonly PrometheusMetrics _metrics = new("Gateway.Prometheus.Tests");

    public void Dispose()
    {
        _metrics.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Counter_adds_up_by_its_labels_which_are_sorted_and_escaped()
    {
        var counter = _meter.CreateCounter<long>("gateway.sip.messages", "{message}", "Messages, by \"kind\"\nand way.");
        counter.Add(1, new("way", "in"), new("kind", "INVITE"));
        counter.Add(2, new("kind", "INVITE"), new("way", "in"));
        counter.Add(1, new KeyValuePair<string, object?>("kind", "a\"b\\c\nd"));

        Assert.Equal(
            """
            # HELP gateway_sip_messages_total Messages, by "kind"\nand way.
            # TYPE gateway_sip_messages_total counter
            gateway_sip_messages_total{kind="INVITE",way="in"} 3
            gateway_sip_messages_total{kind="a\"b\\c\nd"} 1

            """,
            Text());
    }

    [Fact]
    public void Histogram_has_cumulative_buckets_by_its_own_bounds()
    {
        var histogram = _meter.CreateHistogram(
            "gateway.call.setup", "s", "Time.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 2] });
        histogram.Record(0.25);
        histogram.Record(0.5);
        histogram.Record(1);
        histogram.Record(4);

        Assert.Equal(
            """
            # HELP gateway_call_setup_seconds Time.
            # TYPE gateway_call_setup_seconds histogram
            gateway_call_setup_seconds_bucket{le="0.5"} 2
            gateway_call_setup_seconds_bucket{le="2"} 3
            gateway_call_setup_seconds_bucket{le="+Inf"} 4
            gateway_call_setup_seconds_sum 5.75
            gateway_call_setup_seconds_count 4

            """,
            Text());
    }

    [Fact]
    public void Up_down_counter_is_a_gauge_that_adds_and_gauge_one_that_is_set()
    {
        var sessions = _meter.CreateUpDownCounter<int>("gateway.sessions");
        sessions.Add(2);
        sessions.Add(-1);
        var level = _meter.CreateGauge<double>("gateway.level");
        level.Record(2);
        level.Record(1.5);

        Assert.Contains("# TYPE gateway_sessions gauge\ngateway_sessions 1\n", Text(), StringComparison.Ordinal);
        Assert.Contains("# TYPE gateway_level gauge\ngateway_level 1.5\n", Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void Observed_values_are_asked_for_by_each_scrape()
    {
        var now = 1;
        _meter.CreateObservableGauge("gateway.up", () => now);
        _meter.CreateObservableCounter("gateway.seen", () => now);

        Assert.Contains("gateway_up 1\n", Text(), StringComparison.Ordinal);
        now = 5;
        Assert.Contains("gateway_up 5\n", Text(), StringComparison.Ordinal);
        Assert.Contains("gateway_seen_total 5\n", Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void Meters_of_others_are_not_shown()
    {
        using var other = new Meter("Other");
        other.CreateCounter<int>("other.things").Add(1);

        Assert.Equal("", Text());
    }

    [Fact]
    public void Labels_without_end_end_in_one_series()
    {
        var counter = _meter.CreateCounter<int>("gateway.many");
        for (var i = 0; i < 1500; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("peer", i));
        }

        Assert.Contains("gateway_many_total{overflow=\"true\"} 500\n", Text(), StringComparison.Ordinal);
        Assert.Equal(1003, Text().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    private string Text()
    {
        using var text = new StringWriter();
        _metrics.Write(text);
        return text.ToString();
    }
}
