using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Gateway.Media.Io;

/// <summary>
/// The platform's own sockets, for systems without epoll: one thread selects among them, which costs more with every one of them.
/// Good for development and a few calls.
/// </summary>
internal sealed class SelectPoll : MediaPoll
{
    private readonly MediaLoops _threads;
    private readonly MediaIoOptions _options;
    private readonly ILogger _logger;
    private readonly Socket _wake = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly SocketAddress _wakeAddress;
    private readonly ConcurrentDictionary<Socket, SelectSocket> _sockets = [];
    private readonly List<Socket> _ready = [];
    private readonly byte[] _nothing = new byte[1];
    private long _due = long.MaxValue;
    private int _thread;

    public SelectPoll(MediaLoops threads, MediaIoOptions options, ILogger logger)
    {
        (_threads, _options, _logger) = (threads, options, logger);
        _wake.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _wakeAddress = _wake.LocalEndPoint!.Serialize();
    }

    public override int MostThreads => 1;

    public override MediaWorker NewWorker(int number) => new SelectWorker(number, _threads, _logger);

    public override bool TryBind(MediaLoop loop, PeerAddress local, IDatagramHandler handler, [NotNullWhen(true)] out IMediaSocket? socket)
    {
        socket = null;
        var made = new Socket(local.Family, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        try
        {
            made.ReceiveBufferSize = _options.ReceiveBuffer;
            if (!local.IsIPv4)
            {
                made.DualMode = false; // so that IPv4 can have the same port
            }

            made.Bind(local.ToEndPoint());
        }
        catch (SocketException)
        {
            made.Dispose();
            return false;
        }

        var bound = new SelectSocket(this, loop, made, PeerAddress.FromEndPoint((IPEndPoint)made.LocalEndPoint!), handler);
        _sockets[made] = bound;
        Notice();
        socket = bound;
        return true;
    }

    public void Close(Socket socket)
    {
        _sockets.TryRemove(socket, out _);
        socket.Dispose();
        _threads.Forget();
    }

    public override void Wake()
    {
        try
        {
            _wake.SendTo([0], SocketFlags.None, _wakeAddress);
        }
        catch (ObjectDisposedException)
        {
            // The thread has ended: nothing is run any more.
        }
    }

    public override void Strike(long due, long now)
    {
        Volatile.Write(ref _due, due);
        Notice();
    }

    public override void Silence() => Volatile.Write(ref _due, long.MaxValue);

    public override void Round(MediaWorker worker, bool wait)
    {
        Volatile.Write(ref _thread, worker.ThreadId);
        _ready.Clear();
        _ready.Add(_wake);
        _ready.AddRange(_sockets.Keys);
        var due = Volatile.Read(ref _due);
        var patience = !wait ? 0 : due == long.MaxValue ? -1 : (int)Math.Clamp((due - worker.Now) * 1000, 0, int.MaxValue);
        try
        {
            Socket.Select(_ready, null, null, patience);
        }
        catch (ObjectDisposedException)
        {
            return; // closed by another thread meanwhile: the next round does without it
        }

        worker.Tick();
        foreach (var socket in _ready)
        {
            if (ReferenceEquals(socket, _wake))
            {
                _wake.Receive(_nothing);
            }
            else if (_sockets.TryGetValue(socket, out var mine))
            {
                mine.Signal(worker);
            }
        }

        if (due != long.MaxValue)
        {
            _threads.Timers.Run(worker);
        }
    }

    public override void Dispose()
    {
        foreach (var socket in _sockets.Keys)
        {
            socket.Dispose();
        }

        _wake.Dispose();
    }

    /// <summary>What the thread waits for has changed: it is to look anew, unless it is the one that changed it.</summary>
    private void Notice()
    {
        if (Environment.CurrentManagedThreadId != Volatile.Read(ref _thread))
        {
            Wake();
        }
    }
}

/// <summary>A worker at a <see cref="SelectPoll"/>.</summary>
internal sealed class SelectWorker(int number, MediaLoops threads, ILogger logger) : MediaWorker(number, threads, logger)
{
    /// <summary>Room for a datagram; one octet more than is taken in shows what is longer, where the system cuts it off without a word.</summary>
    public byte[] Buffer { get; } = new byte[DatagramRoom.Longest + DatagramRoom.Spare];

    public override void Flush()
    {
    }

    public override void Dispose()
    {
    }
}

/// <summary>A socket at a <see cref="SelectPoll"/>.</summary>
internal sealed class SelectSocket(SelectPoll poll, MediaLoop loop, Socket inner, PeerAddress local, IDatagramHandler handler)
    : MediaSocket(loop, local, handler)
{
    private const int MostAtOnce = 32;

    public override void Read(MediaWorker worker)
    {
        EndPoint any = new IPEndPoint(inner.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        var buffer = ((SelectWorker)worker).Buffer;
        for (var left = MostAtOnce; left > 0 && !IsClosed && inner.Poll(0, SelectMode.SelectRead); left--)
        {
            try
            {
                var length = inner.ReceiveFrom(buffer.AsSpan(0, DatagramRoom.Longest + 1), ref any);
                worker.Counters.Received++;
                Deliver(worker, PeerAddress.FromEndPoint((IPEndPoint)any), buffer, length);
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.MessageSize)
            {
                worker.Counters.Oversized++;
            }
            catch (SocketException)
            {
                // An ICMP error for something sent earlier: who is not there is found out by silence.
            }
        }
    }

    protected override void Send(MediaWorker worker, ReadOnlySpan<byte> datagram, in PeerAddress to)
    {
        try
        {
            inner.SendTo(datagram, to.ToEndPoint());
            worker.Counters.Sent++;
        }
        catch (SocketException)
        {
            worker.Counters.Unsent++; // as on the network: nobody is told
        }
    }

    protected override void Close(MediaWorker worker) => poll.Close(inner);
}
