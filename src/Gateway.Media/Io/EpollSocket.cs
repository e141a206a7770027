namespace Gateway.Media.Io;

/// <summary>A descriptor of an <see cref="EpollLoop"/>.</summary>
internal sealed unsafe class EpollSocket(EpollLoop loop, int descriptor, int slot, PeerAddress local, IDatagramHandler handler)
    : IMediaSocket
{
    private bool _closed;

    public PeerAddress Local => local;

    public int Descriptor => descriptor;

    /// <summary>Where in the loop's table it is.</summary>
    public int Slot => slot;

    public IDatagramHandler Handler => handler;

    /// <summary>How many datagrams to ask for next.</summary>
    public int Appetite { get; set; } = 1;

    /// <summary>The loop's time of the last datagram.</summary>
    public long LastReceived { get; set; } = -1;

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

    public void Send(ReadOnlySpan<byte> datagram, in PeerAddress to)
    {
        loop.VerifyThread();
        if (!_closed)
        {
            loop.Outgoing.Add(descriptor, datagram, to);
        }
    }

    public void Close()
    {
        loop.VerifyThread();
        if (!_closed)
        {
            _closed = true;
            loop.Close(this);
        }
    }

    /// <summary>Refusal is no fault: a system may forbid an option, and media pass without it.</summary>
    private static void Set(int descriptor, int level, int name, int value) =>
        _ = Libc.SetOption(descriptor, level, name, &value, sizeof(int));
}
