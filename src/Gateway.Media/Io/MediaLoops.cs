using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Gateway.Media.Io;

/// <summary>The threads that carry media. A call is given to one of them and stays there.</summary>
public sealed class MediaLoops : IAsyncDisposable
{
    private const int MostByDefault = 4;

    private readonly ImmutableArray<MediaLoop> _loops;
    private readonly Meter _meter = new("Gateway.Media");
    private int _next = -1;

    /// <summary>Starts the threads.</summary>
    public MediaLoops(MediaIoOptions options, TimeProvider time, ILogger<MediaLoops> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        var count = options.Loops > 0 ? options.Loops : Math.Min(Environment.ProcessorCount, MostByDefault);
        _loops = [.. Enumerable.Range(0, count).Select(number => MediaLoop.Start(number, options, time, logger))];
        IoLog.Started(logger, count, _loops[0] is EpollLoop ? "epoll" : "select");
        Observe("gateway.media.datagrams.received", "Datagrams taken in by media sockets.", counters => counters.Received);
        Observe("gateway.media.datagrams.sent", "Datagrams sent from media sockets.", counters => counters.Sent);
        Observe("gateway.media.datagrams.oversized", "Datagrams dropped for their length.", counters => counters.Oversized);
        Observe("gateway.media.datagrams.unsent", "Datagrams that the system did not take.", counters => counters.Unsent);
        Observe("gateway.media.faults", "Work items of media threads that failed.", counters => counters.Faults, "{fault}");
        _meter.CreateObservableGauge(
            "gateway.media.sockets", () => _loops.Sum(loop => Volatile.Read(ref loop.Counters.Sockets)), "{socket}", "Open media sockets.");
    }

    /// <summary>All loops.</summary>
    public IReadOnlyList<IMediaLoop> All => _loops;

    /// <summary>The loop for the next call, in turn: calls are alike.</summary>
    public IMediaLoop Next() => _loops[(int)((uint)Interlocked.Increment(ref _next) % (uint)_loops.Length)];

    /// <summary>Ends the threads, closing what sockets are left.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var loop in _loops)
        {
            await loop.DisposeAsync().ConfigureAwait(false);
        }

        _meter.Dispose();
    }

    private void Observe(string name, string description, Func<LoopCounters, long> count, string unit = "{datagram}") =>
        _meter.CreateObservableCounter(name, () => _loops.Sum(loop => count(loop.Counters)), unit, description);
}
