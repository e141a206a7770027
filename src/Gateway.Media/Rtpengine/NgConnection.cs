using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Gateway.Media.Rtpengine;

/// <summary>A UDP socket to one engine: matches replies to requests by their cookie (ng protocol, "Cookie SP body").</summary>
internal sealed class NgConnection : IAsyncDisposable
{
    private const int LargestDatagram = 64 * 1024;
    private const int LongestCookie = 64;

    private readonly Socket _socket;
    private readonly string _engine;
    private readonly MediaMetrics _metrics;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<BencodeValue.Dictionary>> _awaited = new();
    private readonly Task _receiving;

    public NgConnection(IPEndPoint remote, string engine, MediaMetrics metrics, ILogger logger)
    {
        Remote = remote;
        _engine = engine;
        _metrics = metrics;
        _logger = logger;
        _socket = new Socket(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            // Connected, so that the kernel drops what others send here.
            _socket.Connect(remote);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        _receiving = ReceiveAsync();
    }

    public IPEndPoint Remote { get; }

    /// <summary>
    /// The task ends with the first readable reply that bears <paramref name="cookie"/>. What waits for it goes on within the
    /// receiving loop, which nothing here keeps for longer than a message takes: the caller of a call waits for it too.
    /// </summary>
    public Task<BencodeValue.Dictionary> Expect(string cookie)
    {
        var reply = new TaskCompletionSource<BencodeValue.Dictionary>();
        _awaited[cookie] = reply; // a number of its own: nobody else waits for it
        return reply.Task;
    }

    public void Forget(string cookie) => _awaited.TryRemove(cookie, out _);

    /// <summary>Sends once; a datagram that the network refuses is a lost one, which the caller's repetition makes good.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> datagram, CancellationToken cancellationToken)
    {
        try
        {
            await _socket.SendAsync(datagram, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Log.NotSent(_logger, _engine, e.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _receiving.ConfigureAwait(false);
        _socket.Dispose();
        _closing.Dispose();
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[LargestDatagram];
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var length = await _socket.ReceiveAsync(buffer, _closing.Token).ConfigureAwait(false);
                Take(buffer.AsSpan(0, length));
            }
            catch (SocketException e)
            {
                // ICMP said that nobody listens there (just now): the request's own timer decides.
                Log.NotReceived(_logger, _engine, e.SocketErrorCode);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception mistake)
            {
                // Who reads nothing any more has lost the engine for all calls.
                _metrics.Ignored(_engine);
                Log.ReadingFailed(_logger, _engine, mistake);
            }
        }
    }

    private void Take(ReadOnlySpan<byte> datagram)
    {
        if (!TrySplit(datagram, out var cookie, out var body) || !_awaited.TryGetValue(cookie, out var awaited))
        {
            _metrics.Ignored(_engine); // a repeated reply to a repeated request, as a rule
            return;
        }

        if (!BencodeReader.TryParse(body, out var value, out var fault) || value is not BencodeValue.Dictionary reply)
        {
            _metrics.Ignored(_engine);
            Log.UnreadableReply(_logger, _engine, datagram.Length, fault ?? "not a dictionary");
            return;
        }

        awaited.TrySetResult(reply);
    }

    private static bool TrySplit(ReadOnlySpan<byte> datagram, out string cookie, out ReadOnlySpan<byte> body)
    {
        var space = datagram[..Math.Min(datagram.Length, LongestCookie)].IndexOf((byte)' ');
        cookie = space > 0 ? Encoding.ASCII.GetString(datagram[..space]) : "";
        body = space > 0 ? datagram[(space + 1)..] : default;
        return space > 0;
    }
}
