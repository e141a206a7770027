using System.Runtime.InteropServices;

namespace Gateway.Media.Io;

/// <summary>A descriptor at an <see cref="EpollPoll"/>.</summary>
internal sealed unsafe class EpollSocket(
    EpollPoll poll, MediaLoop loop, int descriptor, PeerAddress local, IDatagramHandler handler)
    : MediaSocket(loop, local, handler)
{
    /// <summary>Two: a socket in a call has one datagram at a time, and that there is no second shows that it was all.</summary>
    private const int Least = 2;

    private const int MostErrors = 4;

    private int _appetite = Least;

    public int Descriptor => descriptor;

    /// <summary>Where in the poll's table it is.</summary>
    public int Slot { get; set; }

    public static bool TryOpen(PeerAddress local, MediaIoOptions options, out int descriptor, out PeerAddress bound)
    {
        bound = default;
        descriptor = Libc.Socket(
            local.IsIPv4 ? Libc.InterNetwork : Libc.InterNetworkV6, Libc.Datagram | Libc.NonBlocking | Libc.CloseOnExec, 0);
        if (descriptor < 0)
        {
            return false;
        }

        var address = stackalloc byte[KernelAddress.Size];
        if (!local.IsIPv4)
        {
            Set(descriptor, Libc.IPv6Level, Libc.IPv6Only, 1); // so that IPv4 can have the same port
        }

        uint length = KernelAddress.Size;
        if (Libc.Bind(descriptor, address, KernelAddress.Write(local, address)) != 0
            || Libc.GetSocketName(descriptor, address, &length) != 0)
        {
            _ = Libc.Close(descriptor);
            return false;
        }

        bound = KernelAddress.Read(address);
        Set(descriptor, Libc.SocketLevel, Libc.ReceiveBuffer, options.ReceiveBuffer);
        if (options.Dscp > 0)
        {
            // The upper six bits of the octet; the lower two are for congestion notification (RFC 2474, RFC 3168).
            Set(
                descriptor, local.IsIPv4 ? Libc.IPLevel : Libc.IPv6Level,
                local.IsIPv4 ? Libc.TypeOfService : Libc.TrafficClass, options.Dscp << 2);
        }

        return true;
    }

    /// <summary>
    /// Until there is no more, since it is told only once; but a batch at a time, so that a flood lets the call's other sockets have
    /// their turn.
    /// </summary>
    public override void Read(MediaWorker worker)
    {
        if (IsClosed)
        {
            return;
        }

        var mine = (EpollWorker)worker;
        var count = mine.Receive(descriptor, _appetite);
        for (var left = MostErrors; count < 0 && left > 0 && Marshal.GetLastPInvokeError() != Libc.Again; left--)
        {
            // An ICMP error that came for something sent earlier. Reading it clears it: who is not there is found out by
            // silence, and anybody could have sent the error. Behind it there may be datagrams.
            count = mine.Receive(descriptor, _appetite);
        }

        for (var i = 0; i < count; i++)
        {
            var datagram = mine.Taken(i, out var from, out var length);
            Deliver(mine, from, datagram, length);
        }

        if (count == _appetite)
        {
            _appetite = Math.Min(_appetite * 2, EpollWorker.Batch);
            Loop.Again(this);
        }
        else
        {
            _appetite = Least;
        }
    }

    protected override void Send(MediaWorker worker, ReadOnlySpan<byte> datagram, in PeerAddress to) =>
        ((EpollWorker)worker).Outgoing.Add(descriptor, datagram, to);

    protected override void Close(MediaWorker worker)
    {
        worker.Flush(); // before the descriptor can be another's
        poll.Close(this);
    }

    /// <summary>Refusal is no fault: a system may forbid an option, and media pass without it.</summary>
    private static void Set(int descriptor, int level, int name, int value) =>
        _ = Libc.SetOption(descriptor, level, name, &value, sizeof(int));
}
