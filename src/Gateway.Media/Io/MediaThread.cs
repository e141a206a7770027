using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Gateway.Media.Io;

/// <summary>
/// A thread that carries media: rounds of waiting, and of turns for the loops that have something. A fault in one item, or in a
/// round itself, is counted and logged, and the thread goes on, since it carries other calls too.
/// </summary>
internal abstract class MediaThread
{
    private readonly MediaLoops _threads;
    private readonly ILogger _logger;
    private readonly Thread _runner;

    protected MediaThread(int number, MediaLoops threads, ILogger logger)
    {
        Number = number;
        _threads = threads;
        _logger = logger;
        _runner = new Thread(Run) { Name = $"media-{number}", IsBackground = true };
    }

    public int Number { get; }

    /// <summary>What <see cref="Environment.CurrentManagedThreadId"/> is on it.</summary>
    public int Id => _runner.ManagedThreadId;

    /// <summary>Monotonic milliseconds, of when it last woke.</summary>
    public long Now { get; private set; }

    /// <summary>What this thread has done; read from any thread.</summary>
    public LoopCounters Counters { get; } = new();

    public void Start() => _runner.Start();

    public void Join() => _runner.Join();

    /// <summary>Sends what is still held back.</summary>
    public abstract void Flush();

    /// <summary>Frees what the thread held, when it has ended.</summary>
    public abstract void Release();

    /// <summary>Counts a fault of our own and logs the first of each thousand.</summary>
    public void Failed(Exception exception)
    {
        if (Counters.Faults++ % 1000 == 0)
        {
            IoLog.WorkFailed(_logger, exception, Number);
        }
    }

    /// <summary>Hands a datagram over, and what it led to goes out.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The thread carries other calls: one call's fault must not end it.")]
    public void Guard(IDatagramHandler handler, IMediaSocket socket, in PeerAddress from, Span<byte> buffer, int length, long now)
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

    /// <summary>Waits if it may, and gives every loop its turn that has something.</summary>
    protected abstract void Round(bool wait);

    /// <summary>Reads the clock: after waiting, and before anything of the round. With a clock that fails, time stands still.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "What the round has taken from the system must be handled all the same.")]
    protected void Tick()
    {
        try
        {
            Now = _threads.Clock();
        }
        catch (Exception exception)
        {
            Failed(exception);
        }
    }

    private void Run()
    {
        Tick();
        while (_threads.Claim(this))
        {
            Turn();
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The thread carries other calls, and its end would be the process's.")]
    private void Turn()
    {
        try
        {
            Round(wait: _threads.IsQuiet);
            _threads.RunQueued(this);
        }
        catch (Exception exception)
        {
            Failed(exception);
        }

        Counters.Allocated = GC.GetAllocatedBytesForCurrentThread();
    }
}

/// <summary>Counts of one thread: written by it alone, without interlocking, and read by others a little later.</summary>
internal sealed class LoopCounters
{
    public long Received;
    public long Sent;
    public long Oversized;
    public long Unsent;
    public long Faults;

    /// <summary>Octets of managed memory.</summary>
    public long Allocated;
}
