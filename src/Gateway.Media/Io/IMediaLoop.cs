using System.Diagnostics.CodeAnalysis;

namespace Gateway.Media.Io;

/// <summary>
/// What a call's media run on: its sockets, its timers, and what other threads post, one thing at a time and in order, so that
/// nothing of the call needs a lock. It has no thread of its own: whichever media thread is free takes what comes next, so nothing
/// of a call may depend on the thread. All members but <see cref="Post"/>, <see cref="Run"/> and <see cref="CreateTimer"/> are used within the loop's
/// turn only, and so are those of its timers and sockets: from elsewhere they throw <see cref="InvalidOperationException"/> and do
/// nothing.
/// </summary>
public interface IMediaLoop
{
    /// <summary>Monotonic milliseconds, of when the thread that has the turn last woke.</summary>
    long Now { get; }

    /// <summary>Runs <paramref name="work"/> in a turn, after what was posted before. From any thread; never runs it at once.</summary>
    void Post(Action work);

    /// <summary>
    /// Runs <paramref name="work"/> at once on the calling thread if nobody has the turn, and otherwise as <see cref="Post"/> does: to
    /// wake a thread costs more than most work. From any thread.
    /// </summary>
    void Run(Action work);

    /// <summary>A timer of the loop, not running. From any thread.</summary>
    /// <param name="fired">Called in a turn, with its time: the due time or later.</param>
    IMediaTimer CreateTimer(Action<long> fired);

    /// <summary>Opens a UDP socket on <paramref name="local"/>; port 0 lets the system choose.</summary>
    /// <returns>False when the address is taken or not of this machine, or when there are no descriptors left.</returns>
    bool TryBind(PeerAddress local, IDatagramHandler handler, [NotNullWhen(true)] out IMediaSocket? socket);
}

/// <summary>A one-shot timer of an <see cref="IMediaLoop"/>.</summary>
public interface IMediaTimer
{
    /// <summary>Fires once at <paramref name="due"/>, a time of <see cref="IMediaLoop.Now"/>; replaces an earlier start.</summary>
    void Start(long due);

    /// <summary>Takes back an earlier start. Without one, nothing happens.</summary>
    void Stop();
}

/// <summary>A UDP socket of an <see cref="IMediaLoop"/>.</summary>
public interface IMediaSocket
{
    /// <summary>The address that it is bound to.</summary>
    PeerAddress Local { get; }

    /// <summary>
    /// Sends a copy of <paramref name="datagram"/> when the work item ends that asks for it. Like the network itself it may
    /// lose it: nobody is told.
    /// </summary>
    void Send(ReadOnlySpan<byte> datagram, in PeerAddress to);

    /// <summary>Closes the socket once what was sent is on its way; its handler is not called any more.</summary>
    void Close();
}

/// <summary>Takes the datagrams of an <see cref="IMediaSocket"/>, on its loop.</summary>
public interface IDatagramHandler
{
    /// <summary>A datagram came.</summary>
    /// <param name="socket">Where it came in.</param>
    /// <param name="from">Who sent it, or says so.</param>
    /// <param name="buffer">
    /// The datagram and at least <see cref="DatagramRoom.Spare"/> octets more, so that it can be protected in place. The
    /// buffer belongs to the handler until it returns.
    /// </param>
    /// <param name="length">The length of the datagram; never 0.</param>
    /// <param name="now"><see cref="IMediaLoop.Now"/>.</param>
    void OnDatagram(IMediaSocket socket, in PeerAddress from, Span<byte> buffer, int length, long now);
}

/// <summary>Sizes of the buffers that an <see cref="IMediaLoop"/> hands out.</summary>
public static class DatagramRoom
{
    /// <summary>The longest datagram taken in, in octets; longer ones are dropped. An Ethernet frame and some headers.</summary>
    public const int Longest = 1888;

    /// <summary>Octets behind every datagram: more than SRTP may append (144 by libsrtp2's SRTP_MAX_TRAILER_LEN).</summary>
    public const int Spare = 160;
}
