using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Gateway.Sip.Transports;

/// <summary>The sockets of one endpoint.</summary>
internal sealed class SipNetwork(ISipLoop loop, ISipReceiver receiver, SipEndpointLimits limits) : ISipNetwork, IAsyncDisposable
{
    private readonly TcpConnections _connections = new(loop, receiver, limits);
    private readonly List<UdpTransport> _udp = [];
    private readonly List<TcpTransport> _tcp = [];

    public ImmutableArray<SipListenAddress> Bound { get; private set; } = [];

    /// <summary>Opens every socket, in the order given.</summary>
    /// <exception cref="IOException">An address is in use or not ours, and named; sockets opened before are closed by disposal.</exception>
    public void Bind(IEnumerable<SipListenAddress> addresses)
    {
        foreach (var address in addresses)
        {
            try
            {
                Bound = Bound.Add(Bind(address));
            }
            catch (SocketException e)
            {
                throw new IOException($"SIP cannot listen on {address}: {e.Message}", e);
            }
        }
    }

    public void Start()
    {
        _udp.ForEach(udp => udp.Start());
        _tcp.ForEach(tcp => tcp.Start());
    }

    public SipFlow? Open(SipTransportKind transport, IPEndPoint remote)
    {
        try
        {
            return transport == SipTransportKind.Tcp
                ? Nearest(_tcp, static tcp => tcp.Bound, remote)?.FlowTo(remote)
                : Nearest(_udp, static udp => udp.Bound, remote)?.FlowTo(remote);
        }
        catch (SocketException)
        {
            return null; // descriptors ran out: there is no way now, and whoever asks has to hear of it
        }
    }

    /// <summary>Closes the listening sockets, then the connections. The loop must still run.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var tcp in _tcp)
        {
            await tcp.DisposeAsync().ConfigureAwait(false);
        }

        foreach (var udp in _udp)
        {
            await udp.DisposeAsync().ConfigureAwait(false);
        }

        var closed = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() => closed.SetResult(_connections.StopAsync()));
        await (await closed.Task.ConfigureAwait(false)).ConfigureAwait(false);
        _tcp.Clear();
        _udp.Clear();
    }

    private SipListenAddress Bind(SipListenAddress address)
    {
        if (address.Transport == SipTransportKind.Tcp)
        {
            var tcp = new TcpTransport(address.EndPoint, loop, _connections);
            _tcp.Add(tcp);
            return address with { EndPoint = tcp.Bound };
        }

        var udp = new UdpTransport(address.EndPoint, loop, receiver, limits);
        _udp.Add(udp);
        return address with { EndPoint = udp.Bound };
    }

    /// <summary>The socket to send from: of the same family, and not a loopback socket for a peer beyond it.</summary>
    private static T? Nearest<T>(List<T> sockets, Func<T, IPEndPoint> bound, IPEndPoint remote)
        where T : class
    {
        T? fallback = null;
        foreach (var socket in sockets)
        {
            if (bound(socket).AddressFamily != remote.AddressFamily)
            {
                continue;
            }

            if (IPAddress.IsLoopback(bound(socket).Address) == IPAddress.IsLoopback(remote.Address))
            {
                return socket;
            }

            fallback ??= socket;
        }

        return fallback;
    }
}
