using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Gateway.Sip.Msrp.Connections;
using Gateway.Sip.Msrp.Relays;
using Gateway.Sip.Msrp.Sessions;
using Gateway.Sip.Msrp.Sockets;
using Microsoft.Extensions.Logging;

namespace Gateway.Sip.Msrp;

/// <summary>
/// An MSRP endpoint on sockets: RFC 4975 over TCP and TLS, RFC 6135, RFC 6714, and RFC 4976 as the client of a relay.
/// </summary>
public sealed class MsrpEndpoint : IMsrpEndpoint, IMsrpHome, IMsrpDialer, IAsyncDisposable
{
    private const int Backlog = 512;

    private static readonly TimeSpan MalformedPause = TimeSpan.FromSeconds(10);

    private readonly MsrpOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly MsrpMetrics _metrics = new();
    private readonly MsrpHub _hub;
    private readonly MsrpLoop _loop;
    private readonly MsrpTls _tls;
    private readonly MsrpDialer _dialer;
    private readonly MsrpRelayClient? _relay;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<(Socket Socket, MsrpListenAddress Address)> _listeners = [];
    private readonly HashSet<Task> _connections = [];
    private readonly List<Task> _accepting = [];
    private Task _running = Task.CompletedTask;
    private ITimer? _ticks;
    private long _lastMalformed;
    private long _unsaid;

    /// <summary>Reads the certificate; opens nothing yet.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A PEM file cannot be read.</exception>
    public MsrpEndpoint(MsrpOptions options, TimeProvider time, ILogger<MsrpEndpoint> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _time = time;
        _logger = logger;
        _tls = new MsrpTls(options);
        _dialer = new MsrpDialer(options.Limits, _tls, time, logger);
        _hub = new MsrpHub(options, time, this, _metrics) { OnMalformed = Malformed };
        _loop = new MsrpLoop(_hub.Flush, _metrics, logger);
        if (options.Relay is { } relay)
        {
            _relay = new MsrpRelayClient(_hub, relay) { OnChanged = RelayChanged };
            _hub.Relay = _relay.Target;
        }
    }

    /// <summary>Where it listens, with the ports that the system chose.</summary>
    public ImmutableArray<MsrpListenAddress> Listening { get; private set; } = [];

    /// <summary>Sessions at present.</summary>
    public long SessionCount => _metrics.Sessions;

    /// <summary>Connections at present.</summary>
    public long ConnectionCount => _metrics.Connections;

    /// <summary>Faults of the endpoint itself, contained so far; tests expect none.</summary>
    internal long Faults => _metrics.Faults;

    MsrpHub IMsrpHome.Hub => _hub;

    MsrpFingerprint? IMsrpHome.Fingerprint => _tls.Fingerprint;

    MsrpRelayClient? IMsrpHome.Relay => _relay;

    /// <summary>Listens.</summary>
    /// <exception cref="IOException">An address cannot be listened on; the message names it.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var address in _options.Listen)
        {
            var socket = Listen(address.EndPoint);
            var bound = address with { EndPoint = (IPEndPoint)socket.LocalEndPoint! };
            _listeners.Add((socket, bound));
            MsrpLog.Listening(_logger, bound);
        }

        Listening = [.. _listeners.Select(l => l.Address)];
        _running = _loop.RunAsync();
        _ticks = _time.CreateTimer(
            static self => ((MsrpEndpoint)self!)._loop.Post(((MsrpEndpoint)self)._hub.Tick), this, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        _accepting.AddRange(_listeners.Select(l => AcceptAsync(l.Socket, l.Address.IsSecure)));
        return Task.CompletedTask;
    }

    /// <summary>Closes every connection and stops.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        if (_ticks is not null)
        {
            await _ticks.DisposeAsync().ConfigureAwait(false);
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (var (socket, _) in _listeners)
        {
            socket.Dispose();
        }

        await Task.WhenAll(_accepting).ConfigureAwait(false);
        var open = new TaskCompletionSource<Task[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        _loop.Post(() => open.SetResult([.. _connections]));
        if (!_running.IsCompleted)
        {
            await Task.WhenAll(await open.Task.ConfigureAwait(false)).ConfigureAwait(false);
        }

        _loop.Complete();
        await _running.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public IMsrpSession Create(MsrpTerms terms, IMsrpSink sink)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(sink);
        return new MsrpSession(this, terms, sink);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        _tls.Dispose();
        _metrics.Dispose();
        _stopping.Dispose();
    }

    void IMsrpHome.Post(Action work) => _loop.Post(work);

    bool IMsrpHome.CanListen(bool isSecure) => Listening.Any(l => l.IsSecure == isSecure);

    /// <summary>
    /// Behind a NAT nobody connects to us: port 9 then (RFC 6135 section 4.2.2, MAPPING C-20), in m= and path alike so that they agree.
    /// </summary>
    MsrpUri IMsrpHome.NewUri(bool isSecure)
    {
        var listening = Listening.FirstOrDefault(l => l.IsSecure == isSecure) ?? Listening.FirstOrDefault()
            ?? throw new InvalidOperationException("The endpoint is not started.");
        var host = _options.AdvertisedHost ?? listening.EndPoint.Address.ToString();
        var port = _options.IsBehindNat && _relay is null ? 9 : _options.AdvertisedPort ?? listening.EndPoint.Port;
        return MsrpUri.Create(isSecure, host, port, MsrpIdentifiers.Session());
    }

    void IMsrpDialer.Dial(MsrpConnection connection) => Keep(DialAsync(connection));

    private static Socket Listen(IPEndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = false;
            }

            socket.Bind(address); // without ReuseAddress, by which .NET means SO_REUSEPORT: another process would share the port
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException($"MSRP cannot listen on port {address.Port} of {address.Address}: {e.Message}", e);
        }
    }

    private async Task DialAsync(MsrpConnection connection)
    {
        await Task.Yield(); // the loop goes on
        var dialled = await _dialer.DialAsync(connection.Target!, _stopping.Token).ConfigureAwait(false);
        if (dialled.Stream is null)
        {
            _loop.Post(() => _hub.Closed(connection, dialled.IsUntrusted));
            return;
        }

        await RunAsync(connection, dialled.Socket!, dialled.Stream, dialled.Peer, () => _hub.Opened(connection)).ConfigureAwait(false);
    }

    private async Task AcceptAsync(Socket listener, bool isSecure)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                _loop.Post(() => Take(socket, isSecure));
            }
            catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                await Task.Yield(); // the peer gave up before it was accepted, or descriptors ran out
            }
        }
    }

    private void Take(Socket socket, bool isSecure)
    {
        if (_stopping.IsCancellationRequested || socket.RemoteEndPoint is not IPEndPoint remote
            || _hub.Accept(remote.Address) is not { } connection)
        {
            socket.Dispose();
            return;
        }

        Keep(ServeAsync(connection, socket, isSecure));
    }

    private async Task ServeAsync(MsrpConnection connection, Socket socket, bool isSecure)
    {
        await Task.Yield();
        MsrpDialer.Prepare(socket);
        Stream stream = new NetworkStream(socket, ownsSocket: false);
        var peer = MsrpPeer.Plain;
        if (isSecure)
        {
            var secure = new SslStream(stream);
            if (!await TrySecureAsync(secure).ConfigureAwait(false))
            {
                await secure.DisposeAsync().ConfigureAwait(false);
                socket.Dispose();
                _loop.Post(() => _hub.Closed(connection));
                return;
            }

            stream = secure;
            peer = new MsrpPeer(true, secure.RemoteCertificate?.GetRawCertData() ?? []);
        }

        await RunAsync(connection, socket, stream, peer, opened: null).ConfigureAwait(false);
    }

    private async Task<bool> TrySecureAsync(SslStream stream)
    {
        using var patience = new CancellationTokenSource(_options.Limits.Connect, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _stopping.Token);
        try
        {
            await stream.AuthenticateAsServerAsync(_tls.Server(), either.Token).ConfigureAwait(false);
            return true;
        }
#pragma warning disable CA1031 // what a stranger's handshake makes of the system's TLS is not for us to list; the hub has to hear of it
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    private async Task RunAsync(MsrpConnection connection, Socket socket, Stream stream, MsrpPeer peer, Action? opened)
    {
        using var link = new SocketLink(_hub, _loop, connection, socket, stream);
        await using var stopped = _stopping.Token.Register(link.Abort).ConfigureAwait(false);
        _loop.Post(() =>
        {
            connection.Peer = peer;
            connection.Link = link;
            opened?.Invoke();
        });
        try
        {
            await link.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            // The link is let go before it is disposed of: nothing on the loop writes to it any more.
            var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _loop.Post(() =>
            {
                connection.Link = null;
                try
                {
                    _hub.Closed(connection);
                }
                finally
                {
                    gone.SetResult();
                }
            });
            await gone.Task.ConfigureAwait(false);
        }
    }

    /// <summary>On the loop: the task is awaited when the endpoint stops.</summary>
    private void Keep(Task connection)
    {
        _connections.Add(connection);
        _ = connection.ContinueWith(
            done => _loop.Post(() => _connections.Remove(done)),
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Once for each change, however many sessions notice.</summary>
    private void RelayChanged(MsrpPreparation state, int status)
    {
        var relay = _options.Relay!;
        switch (state)
        {
            case MsrpPreparation.Ready:
                MsrpLog.RelayAgrees(_logger, relay.Uri);
                break;
            case MsrpPreparation.RelayRefused:
                MsrpLog.RelayRefuses(_logger, relay.Uri, relay.Username, status);
                break;
            default:
                MsrpLog.RelayAway(_logger, relay.Uri, state == MsrpPreparation.RelayUntrusted ? "its certificate is not trusted" : "no answer");
                break;
        }
    }

    /// <summary>At most one line in ten seconds, with the number of those left out: anybody can send noise.</summary>
    private void Malformed(IPAddress? remote, string fault)
    {
        if (_lastMalformed != 0 && _time.GetElapsedTime(_lastMalformed) < MalformedPause)
        {
            _unsaid++;
            return;
        }

        MsrpLog.Malformed(_logger, remote, fault, _unsaid);
        _lastMalformed = _time.GetTimestamp();
        _unsaid = 0;
    }
}
