using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Gateway.Media.Io;

/// <summary>
/// A loop on Linux: epoll(7) says which sockets have something, recvmmsg(2) takes it into one slab. A socket in a call has
/// one packet at a time, so that is what is asked for; a socket that had it all filled is asked for more the next time, up
/// to a limit, after which the others have their turn.
/// </summary>
internal sealed unsafe class EpollLoop : MediaLoop
{
    private const int MostEvents = 128;
    private const int Batch = 32;
    private const int Room = DatagramRoom.Longest + DatagramRoom.Spare;
    private const ulong WakeTag = ulong.MaxValue;

    private readonly int _epoll;
    private readonly int _wake;
    private readonly byte* _events;
    private readonly byte* _slab;
    private readonly byte* _names;
    private readonly Libc.Vector* _vectors;
    private readonly Libc.Message* _messages;
    private readonly Stack<int> _freeSlots = new();
    private EpollSocket?[] _sockets = new EpollSocket?[64];
    private int _slots;

    private EpollLoop(int epoll, int wake, int number, MediaIoOptions options, TimeProvider time, ILogger logger)
        : base(number, options, time, logger)
    {
        _epoll = epoll;
        _wake = wake;
        Outgoing = new SendBatch(Counters);
        _events = (byte*)NativeMemory.AllocZeroed((nuint)(MostEvents * Libc.EpollEventSize));
        _slab = (byte*)NativeMemory.AllocZeroed(Batch * Room);
        _names = (byte*)NativeMemory.AllocZeroed(Batch * KernelAddress.Size);
        _vectors = (Libc.Vector*)NativeMemory.AllocZeroed(Batch, (nuint)sizeof(Libc.Vector));
        _messages = (Libc.Message*)NativeMemory.AllocZeroed(Batch, (nuint)sizeof(Libc.Message));
        for (var i = 0; i < Batch; i++)
        {
            _vectors[i] = new() { Base = _slab + (i * Room), Length = DatagramRoom.Longest };
            _messages[i] = new()
            {
                Name = _names + (i * KernelAddress.Size),
                NameLength = KernelAddress.Size,
                Vectors = _vectors + i,
                VectorCount = 1,
            };
        }
    }

    /// <summary>What the sockets of this loop send, until it is flushed.</summary>
    internal SendBatch Outgoing { get; }

    /// <summary>False where the system has no epoll.</summary>
    public static bool TryCreate(
        int number, MediaIoOptions options, TimeProvider time, ILogger logger, [NotNullWhen(true)] out EpollLoop? loop)
    {
        loop = null;
        if (!OperatingSystem.IsLinux() || IntPtr.Size != 8)
        {
            return false;
        }

        var epoll = Libc.EpollCreate(Libc.CloseOnExec);
        if (epoll < 0)
        {
            return false;
        }

        var wake = Libc.EventDescriptor(0, Libc.CloseOnExec | Libc.NonBlocking);
        if (wake < 0 || !Watch(epoll, wake, WakeTag))
        {
            _ = Libc.Close(epoll);
            _ = wake < 0 ? 0 : Libc.Close(wake);
            return false;
        }

        loop = new EpollLoop(epoll, wake, number, options, time, logger);
        return true;
    }

    public override bool TryBind(PeerAddress local, IDatagramHandler handler, [NotNullWhen(true)] out IMediaSocket? socket)
    {
        VerifyThread();
        socket = null;
        if (!EpollSocket.TryOpen(local, Options, out var descriptor, out var bound))
        {
            return false;
        }

        var slot = _freeSlots.TryPop(out var free) ? free : _slots++;
        if (slot == _sockets.Length)
        {
            Array.Resize(ref _sockets, slot * 2);
        }

        if (!Watch(_epoll, descriptor, (uint)slot))
        {
            _ = Libc.Close(descriptor);
            _freeSlots.Push(slot);
            return false;
        }

        socket = _sockets[slot] = new EpollSocket(this, descriptor, slot, bound, handler);
        Counters.Sockets++;
        return true;
    }

    /// <summary>Takes a socket out, sending what it has held back.</summary>
    internal void Close(EpollSocket socket)
    {
        Outgoing.Flush();
        _sockets[socket.Slot] = null;
        _freeSlots.Push(socket.Slot);
        _ = Libc.Close(socket.Descriptor); // which takes it off epoll's list, since nobody else has the descriptor
        Counters.Sockets--;
    }

    protected override void Wake()
    {
        ulong one = 1;
        _ = Libc.Write(_wake, &one, sizeof(ulong)); // can fail only when the counter is full, and then the loop wakes anyway
    }

    protected override void Wait(int milliseconds)
    {
        var count = Libc.EpollWait(_epoll, _events, MostEvents, milliseconds);
        Tick();
        for (var i = 0; i < count; i++)
        {
            var one = _events + (i * Libc.EpollEventSize);
            var tag = Unsafe.ReadUnaligned<ulong>(one + Libc.EpollDataOffset);
            if (tag == WakeTag)
            {
                ulong ignored;
                _ = Libc.Read(_wake, &ignored, sizeof(ulong));
            }
            else if (_sockets[(int)tag] is { } socket)
            {
                // A slot that was given anew within this round at worst finds nothing to read.
                Receive(socket, Unsafe.ReadUnaligned<uint>(one));
            }
        }
    }

    protected override void Flush() => Outgoing.Flush();

    protected override void Release()
    {
        foreach (var socket in _sockets)
        {
            socket?.Close();
        }

        _ = Libc.Close(_wake);
        _ = Libc.Close(_epoll);
        NativeMemory.Free(_events);
        NativeMemory.Free(_slab);
        NativeMemory.Free(_names);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_messages);
        Outgoing.Dispose();
    }

    private static bool Watch(int epoll, int descriptor, ulong tag)
    {
        var watched = stackalloc byte[16];
        Unsafe.WriteUnaligned(watched, Libc.EpollIn);
        Unsafe.WriteUnaligned(watched + Libc.EpollDataOffset, tag);
        return Libc.EpollControl(epoll, Libc.EpollAdd, descriptor, watched) == 0;
    }

    private void Receive(EpollSocket socket, uint events)
    {
        if ((events & Libc.EpollError) != 0)
        {
            // An ICMP error that came for something sent earlier. Reading it clears it: who is not there is found out by
            // silence, and anybody could have sent the error.
            int ignored;
            uint size = sizeof(int);
            _ = Libc.GetOption(socket.Descriptor, Libc.SocketLevel, Libc.SocketError, &ignored, &size);
        }

        if (socket.Appetite == 1)
        {
            ReceiveOne(socket);
        }
        else
        {
            ReceiveMany(socket);
        }

        Outgoing.Flush();
    }

    /// <summary>The usual case, without what a batch costs. Another packet in wait is seen in the next round.</summary>
    private void ReceiveOne(EpollSocket socket)
    {
        uint nameLength = KernelAddress.Size;
        var length = (int)Libc.ReceiveFrom(
            socket.Descriptor, _slab, DatagramRoom.Longest, Libc.DoNotWait | Libc.Truncated, _names, &nameLength);
        if (length < 0)
        {
            return;
        }

        // Twice in one millisecond is a burst, and more of it is likely in wait.
        socket.Appetite = socket.LastReceived == Now ? 2 : 1;
        socket.LastReceived = Now;
        Counters.Received++;
        Deliver(socket, 0, length);
    }

    private void ReceiveMany(EpollSocket socket)
    {
        var asked = socket.Appetite;
        var count = Libc.ReceiveMany(socket.Descriptor, _messages, (uint)asked, Libc.DoNotWait | Libc.Truncated, null);
        socket.Appetite = count == asked ? Math.Min(asked * 2, Batch) : 1;
        for (var i = 0; i < count; i++)
        {
            ref var message = ref _messages[i];
            message.NameLength = KernelAddress.Size;
            message.Flags = 0;
            Counters.Received++;
            Deliver(socket, i, (int)message.Length);
        }
    }

    /// <summary>By a flag of the call, the length is the datagram's own even when less of it was taken in.</summary>
    private void Deliver(EpollSocket socket, int place, int length)
    {
        if (length > DatagramRoom.Longest)
        {
            Counters.Oversized++;
        }
        else if (length > 0 && ReferenceEquals(_sockets[socket.Slot], socket))
        {
            var from = KernelAddress.Read(_names + (place * KernelAddress.Size));
            Deliver(socket.Handler, socket, from, new Span<byte>(_slab + (place * Room), Room), length);
        }
    }
}
