using System.Diagnostics.Metrics;
using Gateway.Media.Relay;

namespace Gateway.Media;

/// <summary>The meter <c>Gateway.Media</c>.</summary>
internal sealed class MediaMetrics : IDisposable
{
    public const string MeterName = "Gateway.Media";

    public Meter Meter { get; } = new(MeterName);

    private readonly Counter<long> _requests;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _strays;

    public MediaMetrics(Func<int> sessions)
    {
        Meter.CreateObservableGauge("gateway.media.sessions", sessions, "{session}", "Sessions anchored at a relay.");
        _requests = Meter.CreateCounter<long>("gateway.media.requests", "{request}", "Requests to relays, by command.");
        _retries = Meter.CreateCounter<long>("gateway.media.retries", "{datagram}", "Requests sent once more, by engine.");
        _failures = Meter.CreateCounter<long>("gateway.media.failures", "{request}", "Failed requests, by command and fault.");
        _strays = Meter.CreateCounter<long>(
            "gateway.media.datagrams.ignored", "{datagram}", "Datagrams that answer nothing or cannot be read, by engine.");
    }

    public void Requested(string command) => _requests.Add(1, new KeyValuePair<string, object?>("command", command));

    public void Retried(string engine) => _retries.Add(1, new KeyValuePair<string, object?>("engine", engine));

    public void Ignored(string engine) => _strays.Add(1, new KeyValuePair<string, object?>("engine", engine));

    public void Failed(string command, MediaFault fault) => _failures.Add(
        1, new("command", command), new KeyValuePair<string, object?>("fault", fault.ToString().ToLowerInvariant()));

    public void Dispose() => Meter.Dispose();
}
