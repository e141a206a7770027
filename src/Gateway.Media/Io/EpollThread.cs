using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Gateway.Media.Io;

/// <summary>A thread at an <see cref="EpollPoll"/>, with the room into which its sockets are read (recvmmsg(2)) and from which they send.</summary>
internal sealed unsafe class EpollThread : MediaThread
{
    /// <summary>Datagrams that are asked for at once.</summary>
    public const int Batch = 32;

    /// <summary>What one thread takes on at once: what it does not take is there for another.</summary>
    private const int MostEvents = 8;

    private const int Room = DatagramRoom.Longest + DatagramRoom.Spare;

    private readonly MediaLoops _threads;
    private readonly EpollPoll _poll;
    private readonly byte* _events;
    private readonly byte* _slab;
    private readonly byte* _names;
    private readonly Libc.Vector* _vectors;
    private readonly Libc.Message* _messages;

    public EpollThread(int number, MediaLoops threads, EpollPoll poll, ILogger logger)
        : base(number, threads, logger)
    {
        (_threads, _poll) = (threads, poll);
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

    /// <summary>What sockets send, until it is flushed.</summary>
    public SendBatch Outgoing { get; }

    public override void Flush() => Outgoing.Flush();

    public override void Release()
    {
        NativeMemory.Free(_events);
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

    protected override void Round(bool wait)
    {
        var count = _poll.Wait(_events, MostEvents, wait);
        Tick();
        for (var i = 0; i < count; i++)
        {
            var one = _events + (i * Libc.EpollEventSize);
            switch (Unsafe.ReadUnaligned<ulong>(one + Libc.EpollDataOffset))
            {
                case EpollPoll.WakeTag:
                    break; // what is queued is looked for after every round
                case EpollPoll.TimeTag:
                    _threads.Timers.Run(this);
                    break;
                case var slot:
                    _poll.Find(slot)?.Signal(this);
                    break;
            }
        }
    }
}
