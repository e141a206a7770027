using System.Runtime.InteropServices;

namespace Gateway.Media.Io;

/// <summary>
/// Datagrams on their way out. sendmmsg(2) takes many for one socket, and a call's packets leave from the call's own port, so
/// a batch is what one socket sends in a row: another socket's first datagram sends it off, as does the end of the work item
/// that made it. To wait for the whole round would gain nothing and make packets late.
/// </summary>
internal sealed unsafe class SendBatch : IDisposable
{
    private const int Most = 32;
    private const int Room = DatagramRoom.Longest + DatagramRoom.Spare;

    private readonly LoopCounters _counters;
    private readonly byte* _slab;
    private readonly byte* _names;
    private readonly Libc.Vector* _vectors;
    private readonly Libc.Message* _messages;
    private int _descriptor = -1;
    private int _count;

    public SendBatch(LoopCounters counters)
    {
        _counters = counters;
        _slab = (byte*)NativeMemory.AllocZeroed(Most * Room);
        _names = (byte*)NativeMemory.AllocZeroed(Most * KernelAddress.Size);
        _vectors = (Libc.Vector*)NativeMemory.AllocZeroed(Most, (nuint)sizeof(Libc.Vector));
        _messages = (Libc.Message*)NativeMemory.AllocZeroed(Most, (nuint)sizeof(Libc.Message));
        for (var i = 0; i < Most; i++)
        {
            _vectors[i].Base = _slab + (i * Room);
            _messages[i] = new() { Name = _names + (i * KernelAddress.Size), Vectors = _vectors + i, VectorCount = 1 };
        }
    }

    public void Add(int descriptor, ReadOnlySpan<byte> datagram, in PeerAddress to)
    {
        if (datagram.Length > Room)
        {
            _counters.Unsent++;
            return;
        }

        if (descriptor != _descriptor || _count == Most)
        {
            Flush();
            _descriptor = descriptor;
        }

        var i = _count++;
        datagram.CopyTo(new Span<byte>(_slab + (i * Room), Room));
        _vectors[i].Length = datagram.Length;
        _messages[i].NameLength = KernelAddress.Write(to, _names + (i * KernelAddress.Size));
    }

    public void Flush()
    {
        if (_count == 0)
        {
            return;
        }

        var first = 0;
        while (first < _count)
        {
            var sent = Send(first);
            if (sent > 0)
            {
                _counters.Sent += sent;
                first += sent;
            }
            else if (Marshal.GetLastPInvokeError() != Libc.Interrupted)
            {
                // The first could not be sent: no route, no room, forbidden. The network may lose packets, and so may we.
                _counters.Unsent++;
                first++;
            }
        }

        _count = 0;
    }

    public void Dispose()
    {
        NativeMemory.Free(_slab);
        NativeMemory.Free(_names);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_messages);
    }

    private int Send(int first)
    {
        if (_count - first > 1)
        {
            return Libc.SendMany(_descriptor, _messages + first, (uint)(_count - first), Libc.DoNotWait);
        }

        ref var only = ref _messages[first];
        var length = Libc.SendTo(
            _descriptor, _vectors[first].Base, _vectors[first].Length, Libc.DoNotWait, (byte*)only.Name, only.NameLength);
        return length < 0 ? -1 : 1;
    }
}
