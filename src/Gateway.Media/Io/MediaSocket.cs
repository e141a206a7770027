namespace Gateway.Media.Io;

/// <summary>A socket of a loop, as its threads see it.</summary>
internal abstract class MediaSocket(MediaLoop loop, PeerAddress local, IDatagramHandler handler) : IMediaSocket
{
    public PeerAddress Local => local;

    protected MediaLoop Loop => loop;

    protected bool IsClosed { get; private set; }

    /// <summary>There is something to read: the loop's turn is taken, or it is left to who has it.</summary>
    public void Signal(MediaWorker worker) => loop.Signal(worker, this);

    /// <summary>Takes in what is there, within the turn.</summary>
    public abstract void Read(MediaWorker worker);

    public void Send(ReadOnlySpan<byte> datagram, in PeerAddress to)
    {
        loop.VerifyTurn();
        if (!IsClosed)
        {
            Send(loop.Worker, datagram, to);
        }
    }

    public void Close()
    {
        loop.VerifyTurn();
        if (!IsClosed)
        {
            IsClosed = true;
            Close(loop.Worker);
        }
    }

    protected abstract void Send(MediaWorker worker, ReadOnlySpan<byte> datagram, in PeerAddress to);

    protected abstract void Close(MediaWorker worker);

    /// <summary>Hands a datagram to the handler. A fault of one leaves those behind it alone.</summary>
    protected void Deliver(MediaWorker worker, in PeerAddress from, Span<byte> buffer, int length)
    {
        if (length > DatagramRoom.Longest)
        {
            worker.Counters.Oversized++;
        }
        else if (length > 0 && !IsClosed)
        {
            worker.Deliver(handler, this, from, buffer, length, loop.Now);
        }
    }
}
