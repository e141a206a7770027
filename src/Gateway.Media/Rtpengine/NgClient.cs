using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Gateway.Media.Rtpengine;

/// <summary>
/// Requests to one engine. UDP loses datagrams, so an unanswered request is sent again with the same cookie: the engine
/// keeps its replies by cookie and carries nothing out twice.
/// </summary>
internal sealed class NgClient(
    EngineAddress address, RtpengineOptions options, TimeProvider time, MediaMetrics metrics, ILogger logger) : IAsyncDisposable
{
    /// <summary>Below the largest UDP payload, with room for the cookie.</summary>
    internal const int LargestRequest = 60_000;

    /// <summary>What all cookies begin with: whoever forges a reply has to guess it, as well as the socket's port.</summary>
    private readonly string _cookies = RandomNumberGenerator.GetHexString(24, lowercase: true);

    private readonly SemaphoreSlim _connecting = new(1, 1);
    private long _count;
    private volatile NgConnection? _connection;
    private volatile bool _resolveAgain;

    public string Name { get; } = address.ToString();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<NgReply> RequestAsync(BencodeValue.Dictionary body, CancellationToken cancellationToken)
    {
        var cookie = NewCookie();
        using var datagram = new NgDatagram(cookie, body);
        if (datagram.Octets.Length > LargestRequest)
        {
            return new NgReply.Failed(Relay.MediaFault.Refused, $"request over {LargestRequest} octets");
        }

        var started = time.GetTimestamp();
        NgConnection connection;
        try
        {
            connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or TimeoutException)
        {
            return new NgReply.Silent($"{Name}: {e.Message}");
        }

        try
        {
            return await ExchangeAsync(connection, cookie, datagram.Octets, started, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            connection.Forget(cookie);
        }
    }

    /// <summary>Sends a request once, whose reply nobody waits for; not at all while there is no socket to the engine.</summary>
    public async ValueTask TellAsync(BencodeValue.Dictionary body)
    {
        if (_connection is { } connection)
        {
            using var datagram = new NgDatagram(NewCookie(), body);
            await connection.SendAsync(datagram.Octets, CancellationToken.None).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }

        _connecting.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<NgReply> ExchangeAsync(
        NgConnection connection, string cookie, ReadOnlyMemory<byte> datagram, long started, CancellationToken cancellationToken)
    {
        var reply = connection.Expect(cookie);
        for (var wait = options.FirstRetryAfter; ; wait *= 2)
        {
            await connection.SendAsync(datagram, cancellationToken).ConfigureAwait(false);
            var left = options.RequestTimeout - time.GetElapsedTime(started);
            var answered = reply.WaitAsync(Positive(Min(wait, left)), time, cancellationToken);

            // Not thrown: an engine that has much to do is late for many requests, and must not cost us the more for it.
            await ((Task)answered).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (answered.Exception is not { InnerException: TimeoutException })
            {
                return NgReply.Of(await answered.ConfigureAwait(false));
            }

            if (wait >= left)
            {
                _resolveAgain = true; // a name may lead to another address by now
                return new NgReply.Silent($"{Name} silent for {options.RequestTimeout.TotalMilliseconds:0} ms");
            }

            metrics.Retried(Name);
        }
    }

    private async ValueTask<NgConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_connection is { } open && !_resolveAgain)
        {
            return open;
        }

        await _connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_connection is { } current && !_resolveAgain)
            {
                return current;
            }

            var remote = await ResolveAsync(cancellationToken).ConfigureAwait(false);
            if (_connection is { } old && !old.Remote.Equals(remote))
            {
                _connection = null;
                await old.DisposeAsync().ConfigureAwait(false);
            }

            _resolveAgain = false;
            return _connection ??= new NgConnection(remote, Name, metrics, logger);
        }
        finally
        {
            _connecting.Release();
        }
    }

    private async ValueTask<IPEndPoint> ResolveAsync(CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(address.Host, out var literal))
        {
            return new IPEndPoint(literal, address.Port);
        }

        var found = await Dns.GetHostAddressesAsync(address.Host, cancellationToken)
            .WaitAsync(options.RequestTimeout, time, cancellationToken).ConfigureAwait(false);
        return found is [var first, ..]
            ? new IPEndPoint(first, address.Port)
            : throw new SocketException((int)SocketError.HostNotFound);
    }

    private string NewCookie() => string.Create(CultureInfo.InvariantCulture, $"{_cookies}{Interlocked.Increment(ref _count):x}");

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Positive(TimeSpan span) => span < TimeSpan.Zero ? TimeSpan.Zero : span;
}
