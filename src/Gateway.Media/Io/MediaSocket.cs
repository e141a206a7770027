namespace Gateway.Media.Io;

/// <summary>A socket of a loop, as its threads see it.</summary>
internal abstract class MediaSocket(MediaLoop loop, PeerAddress local, IDatagramHandler handler) : IMediaSocket
{
    public PeerAddress Local => local;

    protected MediaLoop Loop => loop;

    protected bool IsClosed { get; private set; }

    /// <summary>There is something to read: the loop's turn is taken, or it is left to who has it.</summary>
    public void Signal(MediaThread thread) => loop.Signal(thread, this);

    /// <summary>Takes in what is there, within the turn.</summary>
    public abstract void Read(MediaThread thread);

    public void Send(ReadOnlySpan<byte> datagram, in PeerAddress to)
    {
        loop.VerifyTurn();
        if (!IsClosed)
        {
            Send(loop.Thread, datagram, to);
        }
    }

    public void Close()
    {
        loop.VerifyTurn();
        if (!IsClosed)
        {
            IsClosed = true;
            Close(loop.Thread);
        }
    }

    protected abstract void Send(MediaThread thread, ReadOnlySpan<byte> datagram, in PeerAddress to);

    protected abstract void Close(MediaThread thread);

    /// <summary>Hands a datagram to the handler. A fault of one leaves those behind it alone.</summary>
    protected void Deliver(MediaThread thread, in PeerAddress from, Span<byte> buffer, int length)
    {
        if (length > DatagramRoom.Longest)
        {
            thread.Counters.Oversized++;
        }
        else if (length > 0 && !IsClosed)
        {
            thread.Guard(handler, this, from, buffer, length, loop.Now);
        }
    }
}
