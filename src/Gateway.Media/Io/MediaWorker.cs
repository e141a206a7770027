using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Gateway.Media.Io;

/// <summary>
/// Who carries out turns, one at a time: a media thread, or another that was lent one of these for as long as it has a turn. It has
/// the room into which datagrams are read and from which they are sent. A fault in one item is counted and logged, and the worker
/// goes on, since it carries other calls too.
/// </summary>
internal abstract class MediaWorker(int number, MediaLoops threads, ILogger logger) : IDisposable
{
    /// <summary><see cref="Environment.CurrentManagedThreadId"/> of the thread.</summary>
    public int ThreadId { get; set; }

    /// <summary>Monotonic milliseconds, as of the last <see cref="Tick"/>.</summary>
    public long Now { get; private set; }

    /// <summary>What this worker has done; read from any thread.</summary>
    public LoopCounters Counters { get; } = new();

    /// <summary>Reads the clock. With one that fails, time stands still.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "What the round has taken from the system must be handled all the same.")]
    public void Tick()
    {
        try
        {
            Now = threads.Clock();
        }
        catch (Exception exception)
        {
            Failed(exception);
        }
    }

    /// <summary>Sends what is still held back.</summary>
    public abstract void Flush();

    public abstract void Dispose();

    /// <summary>Counts a fault of our own and logs the first of each thousand.</summary>
    public void Failed(Exception exception)
    {
        if (Counters.Faults++ % 1000 == 0)
        {
            IoLog.WorkFailed(logger, exception, number);
        }
    }

    /// <summary>Hands a datagram over.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The thread carries other calls: one call's fault must not end it.")]
    public void Deliver(IDatagramHandler handler, IMediaSocket socket, in PeerAddress from, Span<byte> buffer, int length, long now)
    {
        try
        {
            handler.OnDatagram(socket, from, buffer, length, now);
        }
        catch (Exception exception)
        {
            Failed(exception);
        }
    }
}

/// <summary>Counts of one worker: written by it alone, without interlocking, and read by others a little later.</summary>
internal sealed class LoopCounters
{
    public long Received;
    public long Sent;
    public long Oversized;
    public long Unsent;
    public long Faults;

    /// <summary>Octets of managed memory, of a media thread.</summary>
    public long Allocated;
}
