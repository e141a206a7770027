namespace Gateway.Media.Io;

/// <summary>How loops and their sockets are set up.</summary>
public sealed record MediaIoOptions
{
    /// <summary>Threads that carry media; 0: as many as processors, at most four.</summary>
    public int Loops { get; init; }

    /// <summary>
    /// SO_RCVBUF of every socket, octets. Some hundred packets: what comes while the thread is busy elsewhere or the
    /// machine is; more would only be played too late.
    /// </summary>
    public int ReceiveBuffer { get; init; } = 131_072;

    /// <summary>The DSCP of what is sent, 0 to 63; 46 is Expedited Forwarding (RFC 3246), as telephony asks (RFC 4594). 0 leaves it.</summary>
    public int Dscp { get; init; } = 46;

    /// <summary>True: sockets of the platform's library instead of epoll, for systems without it.</summary>
    public bool Portable { get; init; }
}
