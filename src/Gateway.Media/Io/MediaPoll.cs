using System.Diagnostics.CodeAnalysis;

namespace Gateway.Media.Io;

/// <summary>What the threads wait at: the system's way of saying which sockets have something, that time has come, and that work is queued.</summary>
internal abstract class MediaPoll : IDisposable
{
    /// <summary>How many threads can wait at it.</summary>
    public abstract int MostThreads { get; }

    /// <summary>A worker for one of its threads, or for another.</summary>
    public abstract MediaWorker NewWorker(int number);

    /// <summary>Waits, if it may, and gives every loop its turn that has something. For its own threads.</summary>
    public abstract void Round(MediaWorker worker, bool wait);

    /// <summary>Opens a socket; false when the address is taken, not of this machine, or no descriptors are left. For who has the loop's turn.</summary>
    public abstract bool TryBind(MediaLoop loop, PeerAddress local, IDatagramHandler handler, [NotNullWhen(true)] out IMediaSocket? socket);

    /// <summary>Makes one thread that waits, or the next that would, look into the queue. From any thread.</summary>
    public abstract void Wake();

    /// <summary>Has one thread see to the timers at <paramref name="due"/>; replaces what was said before. From any thread.</summary>
    public abstract void Strike(long due, long now);

    /// <summary>No timer is running.</summary>
    public abstract void Silence();

    /// <summary>Closes everything, when no thread is left.</summary>
    public abstract void Dispose();
}
