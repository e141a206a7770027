namespace Gateway.Sip.Transports;

/// <summary>
/// Who reads a socket may do so on the one thread that waits for all sockets of the process, and a peer that sends faster than it is
/// read would keep it there for ever. So reading goes on elsewhere after some messages that were there already.
/// </summary>
internal struct ReadingTurn
{
    /// <summary>A burst is read in one go: to hand it to another thread costs more than a message.</summary>
    private const int Most = 64;

    private int _atOnce;

    /// <summary>True when the reader is to leave the thread that it is on.</summary>
    /// <param name="wasThere">Whether the last read did not have to wait.</param>
    public bool IsOver(bool wasThere)
    {
        _atOnce = wasThere ? (_atOnce + 1) % Most : 0;
        return wasThere && _atOnce == 0;
    }
}
