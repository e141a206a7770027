using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Gateway.Media.Io;

/// <summary>
/// The thread behind an <see cref="IMediaLoop"/>: rounds of waiting, taking in datagrams, timers, and what was posted.
/// A fault in one item, or in a round itself, is counted and logged, and the loop goes on, since it carries other calls too.
/// Its sockets and timers have no locks and refuse every other thread, whose fault it then is and not the loop's.
/// </summary>
internal abstract class MediaLoop : IMediaLoop, IAsyncDisposable
{
    private const long Millisecond = 1_000_000;

    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly TimerHeap _timers = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _origin;
    private readonly double _perMillisecond;
    private readonly int _thread;
    private readonly Thread _runner;
    private int _awake;
    private volatile bool _stopping;

    protected MediaLoop(int number, MediaIoOptions options, TimeProvider time, ILogger logger)
    {
        Number = number;
        Options = options;
        _time = time;
        _logger = logger;
        _origin = time.GetTimestamp();
        _perMillisecond = time.TimestampFrequency / 1000d;
        _runner = new Thread(Run) { Name = $"media-{number}", IsBackground = true };
        _thread = _runner.ManagedThreadId;
    }

    public long Now { get; private set; }

    /// <summary>What this loop has done; read from any thread.</summary>
    public LoopCounters Counters { get; } = new();

    protected int Number { get; }

    protected MediaIoOptions Options { get; }

    /// <summary>Makes the loop that this system can run.</summary>
    public static MediaLoop Start(int number, MediaIoOptions options, TimeProvider time, ILogger logger)
    {
        var loop = options.Portable || !EpollLoop.TryCreate(number, options, time, logger, out var epoll)
            ? new PortableLoop(number, options, time, logger)
            : (MediaLoop)epoll;
        loop._runner.Start();
        return loop;
    }

    public void Post(Action work)
    {
        _posted.Enqueue(work);
        if (Interlocked.Exchange(ref _awake, 1) == 0)
        {
            Wake();
        }
    }

    public IMediaTimer CreateTimer(Action<long> fired) => new MediaTimer(_timers, fired, this);

    public abstract bool TryBind(PeerAddress local, IDatagramHandler handler, [NotNullWhen(true)] out IMediaSocket? socket);

    /// <summary>Holds callers to the loop's own thread.</summary>
    /// <exception cref="InvalidOperationException">The caller is on another: two threads in one table would leave it in disorder for all calls.</exception>
    internal void VerifyThread()
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            throw new InvalidOperationException($"media thread {Number} is asked from another thread; what is its own is to be posted to it");
        }
    }

    /// <summary>Ends the thread after what is posted now, and closes every socket.</summary>
    public async ValueTask DisposeAsync()
    {
        Post(() => _stopping = true);
        await _ended.Task.ConfigureAwait(false);
    }

    /// <summary>Makes <see cref="Wait"/> return; from any thread.</summary>
    protected abstract void Wake();

    /// <summary>Takes in datagrams, after waiting for at most <paramref name="milliseconds"/>; -1 is for ever.</summary>
    protected abstract void Wait(int milliseconds);

    /// <summary>Sends what is still held back.</summary>
    protected abstract void Flush();

    /// <summary>Frees what the thread held. The last thing that it does.</summary>
    protected abstract void Release();

    /// <summary>Reads the clock: after waiting, and before anything of the round.</summary>
    protected void Tick() => Now = (long)((_time.GetTimestamp() - _origin) / _perMillisecond);

    /// <summary>Counts a fault of our own and logs the first of each thousand.</summary>
    protected void Failed(Exception exception)
    {
        if (Counters.Faults++ % 1000 == 0)
        {
            IoLog.WorkFailed(_logger, exception, Number);
        }
    }

    /// <summary>Hands a datagram over, and what it led to goes out.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The thread carries other calls: one call's fault must not end it.")]
    protected void Deliver(IDatagramHandler handler, IMediaSocket socket, in PeerAddress from, Span<byte> buffer, int length)
    {
        try
        {
            handler.OnDatagram(socket, from, buffer, length, Now);
        }
        catch (Exception exception)
        {
            Failed(exception);
        }
    }

    private void Run()
    {
        while (!_stopping)
        {
            Round();
        }

        Release();
        _ended.SetResult();
    }

    [SuppressMessage("Design", "CA1031", Justification = "The thread carries other calls, and its end would be the process's.")]
    private void Round()
    {
        try
        {
            Wait(Patience());
            RunTimers();
        }
        catch (Exception exception)
        {
            Failed(exception);
        }

        // Even after a fault: what ends calls, and the thread itself, is posted.
        RunPosted();
    }

    private int Patience()
    {
        // From here on a post wakes the loop; one that came earlier is seen at once.
        Interlocked.Exchange(ref _awake, 0);
        if (!_posted.IsEmpty)
        {
            return 0;
        }

        return _timers.NextDue switch
        {
            long.MaxValue => -1,
            var due => (int)Math.Clamp(due - Now, 0, 60_000),
        };
    }

    private void RunTimers()
    {
        // Timers started meanwhile for now or before wait for the next round, so that none can hold the thread.
        for (var left = _timers.Count; left > 0 && _timers.TakeDue(Now) is { } timer; left--)
        {
            Try(timer, null);
        }
    }

    private void RunPosted()
    {
        for (var left = _posted.Count; left > 0 && _posted.TryDequeue(out var work); left--)
        {
            Try(null, work);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The thread carries other calls: one call's fault must not end it.")]
    private void Try(MediaTimer? timer, Action? work)
    {
        try
        {
            timer?.Fire(Now);
            work?.Invoke();
        }
        catch (Exception exception)
        {
            Failed(exception);
        }

        Flush();
    }
}

/// <summary>Counts of one loop: written by its thread alone, without interlocking, and read by others a little later.</summary>
internal sealed class LoopCounters
{
    public long Received;
    public long Sent;
    public long Oversized;
    public long Unsent;
    public long Faults;
    public int Sockets;
}
