using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Gateway.Media.Io;

/// <summary>
/// A loop on the platform's own sockets, for systems without epoll: it selects among its sockets, which costs more with
/// every one of them. Good for development and a few calls.
/// </summary>
internal sealed class PortableLoop : MediaLoop
{
    private const int MostAtOnce = 32;

    private readonly Socket _wake = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly SocketAddress _wakeAddress;
    private readonly Dictionary<Socket, PortableSocket> _sockets = [];
    private readonly List<Socket> _ready = [];
    private readonly byte[] _buffer = new byte[DatagramRoom.Longest + DatagramRoom.Spare];

    public PortableLoop(int number, MediaIoOptions options, TimeProvider time, ILogger logger)
        : base(number, options, time, logger)
    {
        _wake.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _wakeAddress = _wake.LocalEndPoint!.Serialize();
    }

    public override bool TryBind(PeerAddress local, IDatagramHandler handler, [NotNullWhen(true)] out IMediaSocket? socket)
    {
        VerifyThread();
        socket = null;
        var made = new Socket(local.Family, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        try
        {
            made.ReceiveBufferSize = Options.ReceiveBuffer;
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

        var bound = new PortableSocket(this, made, PeerAddress.FromEndPoint((IPEndPoint)made.LocalEndPoint!), handler);
        _sockets.Add(made, bound);
        Counters.Sockets++;
        socket = bound;
        return true;
    }

    internal void Close(PortableSocket socket)
    {
        _sockets.Remove(socket.Inner);
        socket.Inner.Dispose();
        Counters.Sockets--;
    }

    internal void Send(Socket from, ReadOnlySpan<byte> datagram, in PeerAddress to)
    {
        try
        {
            from.SendTo(datagram, to.ToEndPoint());
            Counters.Sent++;
        }
        catch (SocketException)
        {
            Counters.Unsent++; // as on the network: nobody is told
        }
    }

    protected override void Wake()
    {
        try
        {
            _wake.SendTo([0], SocketFlags.None, _wakeAddress);
        }
        catch (ObjectDisposedException)
        {
            // The loop has ended: nothing is run any more.
        }
    }

    protected override void Wait(int milliseconds)
    {
        _ready.Clear();
        _ready.Add(_wake);
        _ready.AddRange(_sockets.Keys);
        Socket.Select(_ready, null, null, milliseconds < 0 ? -1 : milliseconds * 1000);
        Tick();
        foreach (var socket in _ready)
        {
            if (ReferenceEquals(socket, _wake))
            {
                _wake.Receive(_buffer);
            }
            else
            {
                Receive(socket);
            }
        }
    }

    protected override void Flush()
    {
    }

    protected override void Release()
    {
        foreach (var socket in _sockets.Values.ToArray())
        {
            socket.Close();
        }

        _wake.Dispose();
    }

    private void Receive(Socket socket)
    {
        EndPoint any = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        for (var left = MostAtOnce; left > 0 && _sockets.TryGetValue(socket, out var mine) && socket.Poll(0, SelectMode.SelectRead); left--)
        {
            try
            {
                // One octet more than is taken in shows what is longer, where the system cuts it off without a word.
                var length = socket.ReceiveFrom(_buffer.AsSpan(0, DatagramRoom.Longest + 1), ref any);
                Counters.Received++;
                if (length > DatagramRoom.Longest)
                {
                    Counters.Oversized++;
                }
                else if (length > 0)
                {
                    Deliver(mine.Handler, mine, PeerAddress.FromEndPoint((IPEndPoint)any), _buffer, length);
                }
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.MessageSize)
            {
                Counters.Oversized++;
            }
            catch (SocketException)
            {
                // An ICMP error for something sent earlier: who is not there is found out by silence.
            }
        }
    }
}

/// <summary>A socket of a <see cref="PortableLoop"/>.</summary>
internal sealed class PortableSocket(PortableLoop loop, Socket inner, PeerAddress local, IDatagramHandler handler) : IMediaSocket
{
    private bool _closed;

    public PeerAddress Local => local;

    public Socket Inner => inner;

    public IDatagramHandler Handler => handler;

    public void Send(ReadOnlySpan<byte> datagram, in PeerAddress to)
    {
        loop.VerifyThread();
        if (!_closed)
        {
            loop.Send(inner, datagram, to);
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
}
