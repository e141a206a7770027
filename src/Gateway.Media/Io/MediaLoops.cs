using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Gateway.Media.Io;

/// <summary>
/// The threads that carry media, and the loops of calls, which they take turns with: any of them may take what comes next of any
/// call, so that no packet waits for a thread that is busy while another is not.
/// </summary>
public sealed class MediaLoops : IAsyncDisposable
{
    private const int MostByDefault = 4;

    /// <summary>Sockets of some thirty calls: so many are no trouble for one thread.</summary>
    private const int Enough = 100;

    private readonly MediaPoll _poll;
    private readonly ImmutableArray<MediaThread> _threads;
    private readonly Stack<MediaWorker> _lendable = new();
    private readonly ImmutableArray<ManualResetEventSlim> _doors;
    private readonly ConcurrentQueue<MediaLoop> _queue = new();
    private readonly object _gate = new();
    private readonly Meter _meter = new("Gateway.Media");
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly double _perMillisecond;
    private ImmutableArray<MediaWorker> _workers;
    private int _lent;
    private int _sockets;
    private int _woken;
    private volatile bool _stopping;
    private bool _ended;

    /// <summary>Starts the threads.</summary>
    public MediaLoops(MediaIoOptions options, TimeProvider time, ILogger<MediaLoops> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _time = time;
        _origin = time.GetTimestamp();
        _perMillisecond = time.TimestampFrequency / 1000d;
        _poll = options.Portable || !EpollPoll.TryCreate(this, options, logger, out var epoll)
            ? new SelectPoll(this, options, logger) : epoll;
        Timers = new LoopTimers(_poll);
        var count = Math.Min(_poll.MostThreads, options.Loops > 0 ? options.Loops : Math.Min(Environment.ProcessorCount, MostByDefault));
        _workers = [.. Enumerable.Range(0, count).Select(_poll.NewWorker)];
        _threads = [.. _workers.Select((worker, number) => new MediaThread(number, this, _poll, worker))];
        _doors = [.. Enumerable.Range(0, count).Select(number => new ManualResetEventSlim(number == 0, 0))];
        IoLog.Started(logger, count, _poll is EpollPoll ? "epoll" : "select");
        Observe("gateway.media.datagrams.received", "Datagrams taken in by media sockets.", counters => counters.Received);
        Observe("gateway.media.datagrams.sent", "Datagrams sent from media sockets.", counters => counters.Sent);
        Observe("gateway.media.datagrams.oversized", "Datagrams dropped for their length.", counters => counters.Oversized);
        Observe("gateway.media.datagrams.unsent", "Datagrams that the system did not take.", counters => counters.Unsent);
        Observe("gateway.media.faults", "Work items of media threads that failed.", counters => counters.Faults, "{fault}");
        _meter.CreateObservableGauge("gateway.media.sockets", () => Volatile.Read(ref _sockets), "{socket}", "Open media sockets.");
        foreach (var thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>Octets of managed memory that the threads have allocated, as of their last rounds.</summary>
    public long Allocated => Sum(counters => counters.Allocated);

    /// <summary>Faults of our own so far.</summary>
    internal long Faults => Sum(counters => counters.Faults);

    internal LoopTimers Timers { get; }

    /// <summary>Nothing is queued: a thread may wait.</summary>
    internal bool IsQuiet => _queue.IsEmpty && !_stopping;

    /// <summary>A loop for the next call.</summary>
    public IMediaLoop Next() => new MediaLoop(this);

    /// <summary>Ends the threads after what is queued now, closing what sockets are left.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _stopping = true;
            foreach (var door in _doors)
            {
                door.Set();
            }
        }

        await Task.Factory.StartNew(
            () =>
            {
                foreach (var thread in _threads)
                {
                    _poll.Wake();
                    thread.Join();
                }

                lock (_gate)
                {
                    while (_lent > 0)
                    {
                        Monitor.Wait(_gate);
                    }
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        lock (_gate)
        {
            _ended = true;
            _poll.Dispose();
            foreach (var worker in _workers)
            {
                worker.Dispose();
            }
        }

        foreach (var door in _doors)
        {
            door.Dispose();
        }

        _meter.Dispose();
    }

    /// <summary>Milliseconds since the start.</summary>
    internal long Clock() => (long)((_time.GetTimestamp() - _origin) / _perMillisecond);

    /// <summary>
    /// False when the thread is to end. With few sockets it waits here until there are more: a thread is woken for the first packet
    /// of a moment and finds the others there, so one with much to do takes a fifth less of the processor for a packet than two with
    /// half of it.
    /// </summary>
    internal bool Claim(MediaThread thread)
    {
        if (!_stopping)
        {
            _doors[thread.Number].Wait();
            return true;
        }

        if (_queue.IsEmpty)
        {
            _poll.Wake(); // the next thread
            return false;
        }

        return true;
    }

    /// <summary>A loop that has mail and whose turn nobody has. From any thread.</summary>
    internal void Queue(MediaLoop loop)
    {
        _queue.Enqueue(loop);
        if (Interlocked.Exchange(ref _woken, 1) == 0)
        {
            lock (_gate)
            {
                if (!_ended)
                {
                    _poll.Wake();
                }
            }
        }
    }

    /// <summary>Gives a turn to each loop that is queued now.</summary>
    internal void RunQueued(MediaWorker worker)
    {
        // From here on a queued loop wakes a thread; one that came earlier is seen at once.
        Interlocked.Exchange(ref _woken, 0);
        for (var left = _queue.Count; left > 0 && _queue.TryDequeue(out var loop); left--)
        {
            loop.Resume(worker);
        }
    }

    /// <summary>A worker for the calling thread, which is none of media; null when the end has begun.</summary>
    internal MediaWorker? Lend()
    {
        MediaWorker? worker;
        lock (_gate)
        {
            if (_stopping)
            {
                return null;
            }

            if (!_lendable.TryPop(out worker))
            {
                worker = _poll.NewWorker(_workers.Length);
                _workers = _workers.Add(worker);
            }

            _lent++;
        }

        worker.ThreadId = Environment.CurrentManagedThreadId;
        worker.Tick();
        return worker;
    }

    internal void TakeBack(MediaWorker worker)
    {
        lock (_gate)
        {
            _lendable.Push(worker);
            _lent--;
            Monitor.PulseAll(_gate);
        }
    }

    internal bool TryBind(MediaLoop loop, PeerAddress local, IDatagramHandler handler, [NotNullWhen(true)] out IMediaSocket? socket)
    {
        if (!_poll.TryBind(loop, local, handler, out socket))
        {
            return false;
        }

        Count(1);
        return true;
    }

    /// <summary>A socket was closed.</summary>
    internal void Forget() => Count(-1);

    /// <summary>How many threads are to carry so many sockets.</summary>
    internal static int Wanted(int sockets) => 1 + (sockets / Enough);

    private void Count(int more)
    {
        lock (_gate)
        {
            _sockets += more;
            for (var i = 1; i < _doors.Length && !_stopping; i++)
            {
                if (i < Wanted(_sockets))
                {
                    _doors[i].Set();
                }
                else
                {
                    _doors[i].Reset();
                }
            }
        }
    }

    private long Sum(Func<LoopCounters, long> count) => _workers.Sum(worker => count(worker.Counters));

    private void Observe(string name, string description, Func<LoopCounters, long> count, string unit = "{datagram}") =>
        _meter.CreateObservableCounter(name, () => Sum(count), unit, description);
}
