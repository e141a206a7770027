using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Gateway.Testing.Servers;

/// <summary>
/// A line between a host and a UDP port, as <c>tc netem</c> would make it where the kernel has it: each datagram, either way,
/// is lost by chance or delayed by a time of its own, so that datagrams overtake each other. The host sees the line's
/// <see cref="Entry"/> instead of the port; the port sees another address than the host's, as behind a NAT.
/// </summary>
public sealed class BadLine : IDisposable
{
    private const int LongestDatagram = 2048;

    private readonly Socket _near = Open();
    private readonly Socket _far = Open();
    private readonly EndPoint _port;
    private readonly PriorityQueue<(byte[] Datagram, bool IsForPort), long> _onTheWay = new();
    private readonly Random _random;
    private readonly double _loss;
    private readonly int _delay;
    private readonly int _jitter;
    private readonly Thread _thread;
    private EndPoint? _host;
    private volatile bool _stopping;

    /// <summary>Starts one.</summary>
    /// <param name="port">Where it leads.</param>
    /// <param name="loss">The share of datagrams lost, 0 to 1, each way.</param>
    /// <param name="delay">The mean delay each way, in milliseconds.</param>
    /// <param name="jitter">By how many milliseconds it is more or less.</param>
    /// <param name="seed">Of what is lost and delayed.</param>
    public BadLine(IPEndPoint port, double loss, int delay, int jitter, int seed)
    {
        (_port, _loss, _delay, _jitter, _random) = (port, loss, delay, jitter, new Random(seed));
        Entry = (IPEndPoint)_near.LocalEndPoint!;
        _thread = new Thread(Run) { IsBackground = true, Name = "bad line" };
        _thread.Start();
    }

    /// <summary>Where the host sends to and hears from.</summary>
    public IPEndPoint Entry { get; }

    /// <summary>Datagrams lost so far.</summary>
    public int Lost { get; private set; }

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        _near.Dispose();
        _far.Dispose();
    }

    private static Socket Open()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private void Run()
    {
        var ready = new List<Socket>(2);
        while (!_stopping)
        {
            ready.Clear();
            ready.AddRange([_near, _far]);
            Socket.Select(ready, null, null, 1000 * Patience());
            foreach (var socket in ready)
            {
                Take(socket);
            }

            while (_onTheWay.TryPeek(out var next, out var due) && due <= Now)
            {
                _onTheWay.Dequeue();
                Send(next.Datagram, next.IsForPort);
            }
        }
    }

    private static long Now => Stopwatch.GetTimestamp() * 1000 / Stopwatch.Frequency;

    private int Patience() => _onTheWay.TryPeek(out _, out var due) ? (int)Math.Clamp(due - Now, 0, 20) : 20;

    private void Take(Socket socket)
    {
        var buffer = new byte[LongestDatagram];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        int length;
        try
        {
            length = socket.ReceiveFrom(buffer, ref from);
        }
        catch (SocketException)
        {
            return; // a port that is closed by now said so
        }

        _host = socket == _near ? from : _host;
        if (_random.NextDouble() < _loss)
        {
            Lost++;
        }
        else
        {
            _onTheWay.Enqueue((buffer[..length], socket == _near), Now + _delay + _random.Next(-_jitter, _jitter + 1));
        }
    }

    private void Send(byte[] datagram, bool isForPort)
    {
        try
        {
            _ = isForPort ? _far.SendTo(datagram, _port) : _host is null ? 0 : _near.SendTo(datagram, _host);
        }
        catch (SocketException)
        {
            // The line does not care who is still there.
        }
    }
}
