using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Gateway.Media.Io;

/// <summary>
/// An <see cref="IMediaLoop"/>: an actor. A media thread that has something for it takes the turn if nobody has it, and otherwise
/// leaves it in the mail of who has. Nobody waits for a turn. A fault of one item is counted and logged, and the next has its turn.
/// </summary>
internal sealed class MediaLoop(MediaLoops threads) : IMediaLoop
{
    /// <summary>Items of one turn: under a flood other loops have theirs in between.</summary>
    private const int MostInTurn = 64;

    private readonly ConcurrentQueue<object> _mail = new();
    private MediaWorker? _worker;
    private int _holder;

    /// <summary>
    /// Things asked of the loop that are not known to be done. Who takes it from nought has the turn, until it is nought again. What
    /// is asked is in the mail before it is counted, so mail may be read that is not counted yet, but none is left behind.
    /// </summary>
    private int _asked;

    public long Now { get; private set; }

    /// <summary>Who has the turn.</summary>
    internal MediaWorker Worker => _worker!;

    public void Post(Action work)
    {
        _mail.Enqueue(work);
        if (Interlocked.Increment(ref _asked) == 1)
        {
            threads.Queue(this);
        }
    }

    public void Run(Action work)
    {
        if (Volatile.Read(ref _asked) != 0 || threads.Lend() is not { } worker)
        {
            Post(work);
            return;
        }

        Signal(worker, work);
        threads.TakeBack(worker);
    }

    public IMediaTimer CreateTimer(Action<long> fired) => new LoopTimer(this, threads.Timers, fired);

    public bool TryBind(PeerAddress local, IDatagramHandler handler, [NotNullWhen(true)] out IMediaSocket? socket)
    {
        VerifyTurn();
        return threads.TryBind(this, local, handler, out socket);
    }

    /// <summary>Holds callers to the turn.</summary>
    /// <exception cref="InvalidOperationException">The caller does not have it: two threads in one table would leave it in disorder.</exception>
    internal void VerifyTurn()
    {
        if (Environment.CurrentManagedThreadId != Volatile.Read(ref _holder))
        {
            throw new InvalidOperationException("a media loop is asked from outside its turn; what is its own is to be posted to it");
        }
    }

    /// <summary>A socket that has something, a timer that is due, or work: at once if the turn is free, or else by whoever has it.</summary>
    internal void Signal(MediaWorker worker, object item)
    {
        if (Interlocked.CompareExchange(ref _asked, 1, 0) == 0)
        {
            Begin(worker);
            Handle(item);
            Finish(1);
            return;
        }

        _mail.Enqueue(item);
        if (Interlocked.Increment(ref _asked) == 1)
        {
            Begin(worker); // who had it left before it saw this
            Finish(1);
        }
    }

    /// <summary>Takes the turn of a loop that was found in the threads' queue: there it had kept it for whoever would come.</summary>
    internal void Resume(MediaWorker worker)
    {
        var asked = Volatile.Read(ref _asked);
        Begin(worker);
        Finish(asked);
    }

    /// <summary>More of the same, once the mail before it had its turn. For who has the turn.</summary>
    internal void Again(MediaSocket socket) => _mail.Enqueue(socket);

    private void Begin(MediaWorker worker)
    {
        _worker = worker;
        Volatile.Write(ref _holder, worker.ThreadId);
        Now = Math.Max(Now, worker.Now); // threads wake at different times, and a call's time does not run backwards
    }

    private void End()
    {
        Volatile.Write(ref _holder, 0);
        _worker = null;
    }

    /// <summary>Works off the mail and gives the turn away, or what is left to the threads' queue.</summary>
    private void Finish(int done)
    {
        var worker = _worker!;
        var left = MostInTurn;
        while (true)
        {
            while (left-- > 0 && _mail.TryDequeue(out var item))
            {
                Handle(item);
            }

            End();
            if (left < 0 && !_mail.IsEmpty)
            {
                threads.Queue(this);
                return;
            }

            // Who asked meanwhile left it to us: its count is still there, and so may its mail be.
            done = Interlocked.Add(ref _asked, -done);
            if (done == 0)
            {
                return;
            }

            Begin(worker);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The thread carries other calls: one call's fault must not end it.")]
    private void Handle(object item)
    {
        var worker = _worker!;
        try
        {
            switch (item)
            {
                case MediaSocket socket:
                    socket.Read(worker);
                    break;
                case LoopTimer timer:
                    timer.Fire(Now);
                    break;
                default:
                    ((Action)item)();
                    break;
            }
        }
        catch (Exception exception)
        {
            worker.Failed(exception);
        }

        worker.Flush();
    }
}
