using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Gateway.Media.Io;

/// <summary>A worker at an <see cref="EpollPoll"/>: what recvmmsg(2), sendmmsg(2) and epoll_wait(2) write to and read from.</summary>
internal sealed unsafe class EpollWorker : MediaWorker
{
    /// <summary>Datagrams that are asked for at once.</summary>
    public const int Batch = 32;

    /// <summary>
    /// Events that are taken on at once. What one thread does not take is there for another; what it takes waits for what is before
    /// it. One costs some tenth more of the processor, sixteen save nothing.
    /// </summary>
    public const int MostEvents = 4;

    private const int Room = DatagramRoom.Longest + DatagramRoom.Spare;

    private readonly byte* _slab;
    private readonly byte* _names;
    private readonly Libc.Vector* _vectors;
    private readonly Libc.Message* _messages;

    public EpollWorker(int number, MediaLoops threads, ILogger logger)
        : base(number, threads, logger)
    {
        Outgoing = new SendBatch(Counters);
        Events = (byte*)NativeMemory.AllocZeroed((nuint)(MostEvents * Libc.EpollEventSize));
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

    /// <summary>Room for <see cref="MostEvents"/>.</summary>
    public byte* Events { get; }

    /// <summary>What sockets send, until it is flushed.</summary>
    public SendBatch Outgoing { get; }

    public override void Flush() => Outgoing.Flush();

    public override void Dispose()
    {
        NativeMemory.Free(Events);
        NativeMemory.Free(_slab);
        NativeMemory.Free(_names);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_messages);
        Outgoing.Dispose();
    }

    /// <summary>recvmmsg(2): how many datagrams were taken in; below nought for an error.</summary>
    public int Receive(int descriptor, int most)
    {
        var count = Libc.ReceiveMany(descriptor, _messages, (uint)most, Libc.DoNotWait | Libc.Truncated, null);
        if (count > 0)
        {
            Counters.Received += count;
        }

        return count;
    }

    /// <summary>
    /// A datagram that was taken in, its sender, and its length, which by a flag of the call is its own even when less of it was
    /// taken in.
    /// </summary>
    public Span<byte> Taken(int place, out PeerAddress from, out int length)
    {
        ref var message = ref _messages[place];
        from = KernelAddress.Read((byte*)message.Name);
        length = (int)message.Length;
        message.NameLength = KernelAddress.Size;
        message.Flags = 0;
        return new Span<byte>(_slab + (place * Room), Room);
    }
}
