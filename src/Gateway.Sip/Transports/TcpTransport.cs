using System.Net;
using System.Net.Sockets;

namespace Gateway.Sip.Transports;

/// <summary>One listening TCP socket.</summary>
internal sealed class TcpTransport : IAsyncDisposable
{
    private const int Backlog = 512;

    private readonly Socket _socket;
    private readonly ISipLoop _loop;
    private readonly TcpConnections _connections;
    private readonly CancellationTokenSource _stopping = new();
    private Task _accepting = Task.CompletedTask;

    public TcpTransport(IPEndPoint listen, ISipLoop loop, TcpConnections connections)
    {
        _loop = loop;
        _connections = connections;
        _socket = new Socket(listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (listen.AddressFamily == AddressFamily.InterNetworkV6)
            {
                _socket.DualMode = false;
            }

            _socket.Bind(listen); // without ReuseAddress, by which .NET means SO_REUSEPORT: another process would share the port
            _socket.Listen(Backlog);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        Bound = (IPEndPoint)_socket.LocalEndPoint!;
        loop.Metrics.SocketsChanged(1);
    }

    public IPEndPoint Bound { get; }

    public void Start() => _accepting = AcceptAsync(_stopping.Token);

    public SipFlow FlowTo(IPEndPoint remote) => _connections.To(remote, Bound);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        _socket.Dispose();
        _stopping.Dispose();
        _loop.Metrics.SocketsChanged(-1);
    }

    private async Task AcceptAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await _socket.AcceptAsync(stopping).ConfigureAwait(false);
                _loop.Post(() => _connections.Accept(socket, Bound));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // The peer gave up before it was accepted, or descriptors ran out: the next may be luckier.
                await Task.Yield();
            }
        }
    }
}
