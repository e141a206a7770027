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
    private MediaThread? _thread;
    private int _holder;

    /// <summary>Things asked of the loop that are not known to be done. Who takes it from nought has the turn, until it is nought again.</summary>
    private int _asked;

    public long Now { get; private set; }

    /// <summary>Who has the turn.</summary>
    internal MediaThread Thread => _thread!;

    public void Post(Action work) => Leave(work);

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

    /// <summary>A socket that has something, or a timer that is due: at once if the turn is free, or else by whoever has it.</summary>
    internal void Signal(MediaThread thread, object item)
    {
        if (Interlocked.CompareExchange(ref _asked, 1, 0) != 0)
        {
            _mail.Enqueue(item);
            if (Interlocked.Increment(ref _asked) != 1)
            {
                return;
            }

            item = null!;
        }

        Begin(thread);
        if (item is not null)
        {
            Handle(item);
        }

        Finish(1);
    }

    /// <summary>Takes the turn of a loop that was found in the threads' queue: there it had kept it for whoever would come.</summary>
    internal void Resume(MediaThread thread)
    {
        var asked = Volatile.Read(ref _asked);
        Begin(thread);
        Finish(asked);
    }

    /// <summary>More of the same, once the mail before it had its turn. For who has the turn.</summary>
    internal void Again(MediaSocket socket) => _mail.Enqueue(socket);

    /// <summary>Something from a thread that is not to do it.</summary>
    private void Leave(object item)
    {
        _mail.Enqueue(item);
        if (Interlocked.Increment(ref _asked) == 1)
        {
            threads.Queue(this);
        }
    }

    private void Begin(MediaThread thread)
    {
        _thread = thread;
        Volatile.Write(ref _holder, thread.Id);
        Now = Math.Max(Now, thread.Now); // threads wake at different times, and a call's time does not run backwards
    }

    private void End()
    {
        Volatile.Write(ref _holder, 0);
        _thread = null;
    }

    /// <summary>Works off the mail and gives the turn away, or what is left to the threads' queue.</summary>
    private void Finish(int done)
    {
        var thread = _thread!;
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

            Begin(thread);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The thread carries other calls: one call's fault must not end it.")]
    private void Handle(object item)
    {
        var thread = _thread!;
        try
        {
            switch (item)
            {
                case MediaSocket socket:
                    socket.Read(thread);
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
            thread.Failed(exception);
        }

        thread.Flush();
    }
}
