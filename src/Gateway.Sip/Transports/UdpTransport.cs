using System.Net;
using System.Net.Sockets;

namespace Gateway.Sip.Transports;

/// <summary>One datagram socket: requests and responses go out of the socket that they are received on (RFC 3581 section 4).</summary>
internal sealed class UdpTransport : IAsyncDisposable
{
    private const int LargestDatagram = 65_535;

    private readonly Socket _socket;
    private readonly UdpErrorQueue _errors;
    private readonly ISipLoop _loop;
    private readonly ISipReceiver _receiver;
    private readonly SipEndpointLimits _limits;
    private readonly CancellationTokenSource _stopping = new();
    private Task _receiving = Task.CompletedTask;
    private int _queued;
    private Destination? _last;

    public UdpTransport(IPEndPoint listen, ISipLoop loop, ISipReceiver receiver, SipEndpointLimits limits)
    {
        _loop = loop;
        _receiver = receiver;
        _limits = limits;
        _socket = new Socket(listen.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (listen.AddressFamily == AddressFamily.InterNetworkV6)
            {
                _socket.DualMode = false; // an IPv4 peer would otherwise be seen as ::ffff:a.b.c.d
            }

            _errors = new UdpErrorQueue(_socket);
            _errors.Enable();
            _socket.ReceiveBufferSize = 4 << 20; // a burst of INVITEs outlives a garbage collection
            _socket.Blocking = false; // who sends never waits
            _socket.Bind(listen);
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

    public void Start() => _receiving = ReceiveAsync(_stopping.Token);

    public SipFlow FlowTo(IPEndPoint remote) => new UdpFlow(this, remote);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _receiving.ConfigureAwait(false);
        _socket.Dispose();
        _stopping.Dispose();
        _loop.Metrics.SocketsChanged(-1);
    }

    private async Task ReceiveAsync(CancellationToken stopping)
    {
        var buffer = GC.AllocateUninitializedArray<byte>(LargestDatagram, pinned: true);
        var from = new SocketAddress(_socket.AddressFamily);
        var any = (EndPoint)new IPEndPoint(
            _socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        var (last, sender) = (default(SocketAddress), default(UdpFlow)); // a proxy sends all that comes
        var turn = default(ReadingTurn);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var receiving = _socket.ReceiveFromAsync(buffer, SocketFlags.None, from, stopping);
                if (turn.IsOver(receiving.IsCompleted))
                {
                    await Task.Yield();
                }

                var length = await receiving.ConfigureAwait(false);
                if (sender is null || !from.Equals(last))
                {
                    sender = new UdpFlow(this, (IPEndPoint)any.Create(from));
                    last = sender.Remote.Serialize();
                }

                Take(buffer.AsSpan(0, length), sender);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                TellErrors();
            }
        }
    }

    /// <summary>The message is copied out because transactions keep what they parse; the buffer is used again at once.</summary>
    private void Take(ReadOnlySpan<byte> datagram, UdpFlow from)
    {
        if (datagram.Length > _limits.MessageBytes || Volatile.Read(ref _queued) >= _limits.QueuedDatagrams)
        {
            _loop.Metrics.Dropped();
            return;
        }

        Interlocked.Increment(ref _queued);
        var message = datagram.ToArray();
        _loop.Post(() =>
        {
            Interlocked.Decrement(ref _queued);
            _receiver.OnMessage(message, from);
        });
    }

    /// <summary>An ICMP error of an earlier datagram: says nothing about the next, which may go elsewhere.</summary>
    private void TellErrors()
    {
        foreach (var undelivered in _errors.Read())
        {
            _loop.Post(() => _receiver.OnUnreachable(undelivered));
        }
    }

    private void Send(ReadOnlyMemory<byte> message, IPEndPoint to, Action? failed)
    {
        try
        {
            _socket.SendTo(message.Span, SocketFlags.None, AddressOf(to));
        }
        catch (SocketException)
        {
            _ = SendAgainAsync(message, to, failed);
        }
        catch (ObjectDisposedException)
        {
            Report(failed);
        }
    }

    /// <summary>What goes to a proxy goes to the same address again and again.</summary>
    private SocketAddress AddressOf(IPEndPoint to)
    {
        var last = Volatile.Read(ref _last);
        if (last is null || !last.EndPoint.Equals(to))
        {
            last = new Destination(to, to.Serialize());
            Volatile.Write(ref _last, last);
        }

        return last.Address;
    }

    /// <summary>
    /// The error may be that of an earlier datagram to somebody else: with the queue read, a second try shows it. Or the socket takes no
    /// more for the moment: the second try waits.
    /// </summary>
    private async Task SendAgainAsync(ReadOnlyMemory<byte> message, IPEndPoint to, Action? failed)
    {
        try
        {
            TellErrors();
            await _socket.SendToAsync(message, SocketFlags.None, to, _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            Report(failed);
        }
    }

    private void Report(Action? failed)
    {
        if (failed is not null)
        {
            _loop.Post(failed);
        }
    }

    private sealed class UdpFlow(UdpTransport transport, IPEndPoint remote) : SipFlow(SipTransportKind.Udp, remote)
    {
        public override IPEndPoint Local => LocalAddresses.Towards(transport.Bound.Address, Remote.Address) is var address
            && address.Equals(transport.Bound.Address) ? transport.Bound : new(address, transport.Bound.Port);

        public override bool IsOpen => true;

        public override SipFlow Towards(IPEndPoint other) => other.Equals(Remote) ? this : new UdpFlow(transport, other);

        public override void Send(ReadOnlyMemory<byte> message, Action? failed) => transport.Send(message, Remote, failed);
    }

    private sealed record Destination(IPEndPoint EndPoint, SocketAddress Address);
}
