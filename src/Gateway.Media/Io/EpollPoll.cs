using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Gateway.Media.Io;

/// <summary>
/// One epoll(7) for all threads and sockets, edge-triggered: what comes in is told to one thread, the one that waited longest, and
/// once; so who is told reads until there is no more. A timerfd(2) tells of time and an eventfd(2) of work, the same way; neither
/// is ever read, since being set or added to tells anew.
/// </summary>
internal sealed unsafe class EpollPoll : MediaPoll
{
    private const ulong WakeTag = ulong.MaxValue;
    private const ulong TimeTag = ulong.MaxValue - 1;

    private const long Nanoseconds = 1_000_000; // of a millisecond

    private readonly MediaLoops _threads;
    private readonly MediaIoOptions _options;
    private readonly ILogger _logger;
    private readonly int _epoll;
    private readonly int _wake;
    private readonly int _time;
    private readonly Lock _gate = new();
    private readonly Stack<int> _freeSlots = new();
    private volatile EpollSocket?[] _sockets = new EpollSocket?[64];
    private int _slots;

    private EpollPoll(MediaLoops threads, MediaIoOptions options, ILogger logger, int epoll, int wake, int time)
    {
        (_threads, _options, _logger) = (threads, options, logger);
        (_epoll, _wake, _time) = (epoll, wake, time);
    }

    public override int MostThreads => int.MaxValue;

    /// <summary>False where the system has no epoll.</summary>
    public static bool TryCreate(MediaLoops threads, MediaIoOptions options, ILogger logger, [NotNullWhen(true)] out EpollPoll? poll)
    {
        poll = null;
        if (!OperatingSystem.IsLinux() || IntPtr.Size != 8)
        {
            return false;
        }

        var epoll = Libc.EpollCreate(Libc.CloseOnExec);
        var wake = Libc.EventDescriptor(0, Libc.CloseOnExec | Libc.NonBlocking);
        var time = Libc.TimerDescriptor(Libc.MonotonicClock, Libc.CloseOnExec | Libc.NonBlocking);
        if (epoll < 0 || wake < 0 || time < 0 || !Watch(epoll, wake, WakeTag) || !Watch(epoll, time, TimeTag))
        {
            CloseAll(epoll, wake, time);
            return false;
        }

        poll = new EpollPoll(threads, options, logger, epoll, wake, time);
        return true;
    }

    public override MediaWorker NewWorker(int number) => new EpollWorker(number, _threads, _logger);

    public override void Round(MediaWorker worker, bool wait)
    {
        var events = ((EpollWorker)worker).Events;
        var count = Libc.EpollWait(_epoll, events, EpollWorker.MostEvents, wait ? -1 : 0);
        worker.Tick();
        for (var i = 0; i < count; i++)
        {
            switch (Unsafe.ReadUnaligned<ulong>(events + (i * Libc.EpollEventSize) + Libc.EpollDataOffset))
            {
                case WakeTag:
                    break; // what is queued is looked for after every round
                case TimeTag:
                    _threads.Timers.Run(worker);
                    break;
                case var slot:
                    // A slot that was given anew since we were told of it has at worst nothing to read.
                    _sockets[slot]?.Signal(worker);
                    break;
            }
        }
    }

    public override bool TryBind(MediaLoop loop, PeerAddress local, IDatagramHandler handler, [NotNullWhen(true)] out IMediaSocket? socket)
    {
        socket = null;
        if (!EpollSocket.TryOpen(local, _options, out var descriptor, out var bound))
        {
            return false;
        }

        var made = new EpollSocket(this, loop, descriptor, bound, handler);
        Seat(made);
        if (!Watch(_epoll, descriptor, (uint)made.Slot))
        {
            _ = Libc.Close(descriptor);
            FreeSlot(made.Slot);
            return false;
        }

        socket = made;
        return true;
    }

    /// <summary>Takes a socket out.</summary>
    public void Close(EpollSocket socket)
    {
        FreeSlot(socket.Slot);
        _ = Libc.Close(socket.Descriptor); // which takes it off epoll's list, since nobody else has the descriptor
        _threads.Forget();
    }

    public override void Wake()
    {
        ulong one = 1;
        _ = Libc.Write(_wake, &one, sizeof(ulong));
    }

    public override void Strike(long due, long now) =>
        Set(due <= now ? 1 : Math.Min(due - now, int.MaxValue) * Nanoseconds); // nought would be never

    public override void Silence() => Set(0);

    public override void Dispose()
    {
        foreach (var socket in _sockets)
        {
            if (socket is not null)
            {
                _ = Libc.Close(socket.Descriptor);
            }
        }

        CloseAll(_epoll, _wake, _time);
    }

    private static bool Watch(int epoll, int descriptor, ulong tag)
    {
        var watched = stackalloc byte[16];
        Unsafe.WriteUnaligned(watched, Libc.EpollIn | Libc.EpollEdge);
        Unsafe.WriteUnaligned(watched + Libc.EpollDataOffset, tag);
        return Libc.EpollControl(epoll, Libc.EpollAdd, descriptor, watched) == 0;
    }

    private static void CloseAll(params ReadOnlySpan<int> descriptors)
    {
        foreach (var descriptor in descriptors)
        {
            _ = descriptor < 0 ? 0 : Libc.Close(descriptor);
        }
    }

    private void Set(long nanoseconds)
    {
        var setting = new Libc.TimerSetting { Seconds = nanoseconds / (1000 * Nanoseconds), Nanoseconds = nanoseconds % (1000 * Nanoseconds) };
        _ = Libc.SetTimer(_time, 0, &setting, null);
    }

    /// <summary>Gives a socket a slot. Who looks into the table does so without the lock: it is replaced by a larger one, never moved.</summary>
    private void Seat(EpollSocket socket)
    {
        lock (_gate)
        {
            socket.Slot = _freeSlots.TryPop(out var free) ? free : _slots++;
            if (socket.Slot == _sockets.Length)
            {
                var more = _sockets;
                Array.Resize(ref more, socket.Slot * 2);
                _sockets = more;
            }

            _sockets[socket.Slot] = socket;
        }
    }

    private void FreeSlot(int slot)
    {
        lock (_gate)
        {
            _sockets[slot] = null;
            _freeSlots.Push(slot);
        }
    }
}
