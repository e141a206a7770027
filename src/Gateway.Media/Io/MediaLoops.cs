using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Gateway.Media.Io;

/// <summary>The threads that carry media. A call is given to one of them and stays there.</summary>
public sealed class MediaLoops : IAsyncDisposable
{
    private const int MostByDefault = 4;

    /// <summary>Sockets of some thirty calls: with more, packets wait for each other noticeably.</summary>
    private const int Enough = 100;

    private readonly ImmutableArray<MediaLoop> _loops;
    private readonly Meter _meter = new("Gateway.Media");

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

    /// <summary>
    /// The loop for the next call. A thread is woken for the first packet of a moment and finds the others there: one with much to
    /// do takes a fifth less of the processor for a packet than two with half of it, but its packets are later. So few calls share
    /// one, and many are spread.
    /// </summary>
    public IMediaLoop Next()
    {
        Span<int> sockets = stackalloc int[_loops.Length];
        for (var i = 0; i < sockets.Length; i++)
        {
            sockets[i] = Volatile.Read(ref _loops[i].Counters.Sockets);
        }

        return _loops[Choose(sockets)];
    }

    /// <summary>Ends the threads, closing what sockets are left.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var loop in _loops)
        {
            await loop.DisposeAsync().ConfigureAwait(false);
        }

        _meter.Dispose();
    }

    /// <summary>The first that has not enough, or else the one with the fewest.</summary>
    internal static int Choose(ReadOnlySpan<int> sockets)
    {
        var fewest = 0;
        for (var i = 0; i < sockets.Length; i++)
        {
            if (sockets[i] < Enough)
            {
                return i;
            }

            fewest = sockets[i] < sockets[fewest] ? i : fewest;
        }

        return fewest;
    }

    private void Observe(string name, string description, Func<LoopCounters, long> count, string unit = "{datagram}") =>
        _meter.CreateObservableCounter(name, () => _loops.Sum(loop => count(loop.Counters)), unit, description);
}
