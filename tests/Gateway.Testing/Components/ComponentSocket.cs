using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Gateway.Testing.Components;

/// <summary>
/// A component stream (XEP-0114) with a thread of its own that blocks on the socket: what arrives is timed the moment the
/// kernel hands it over.
/// </summary>
public sealed partial class ComponentSocket : IDisposable
{
    private const int TcpQuickAck = 12;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly TaskCompletionSource _isUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _writing = new();
    private readonly string _domain;
    private readonly string _secret;
    private readonly Action<string, long> _onStanza;
    private Thread? _reading;
    private long _readAt;

    private ComponentSocket(string domain, string secret, Action<string, long> onStanza) =>
        (_domain, _secret, _onStanza) = (domain, secret, onStanza);

    /// <summary>Connects; <paramref name="onStanza"/> gets each stanza's text and its time of arrival in ticks of UTC.</summary>
    public static async Task<ComponentSocket> ConnectAsync(string domain, string secret, int port, Action<string, long> onStanza)
    {
        var component = new ComponentSocket(domain, secret, onStanza);
        await component._socket.ConnectAsync(IPAddress.Loopback, port);
        component._reading = new Thread(component.Read) { IsBackground = true, Name = domain };
        component._reading.Start();
        component.Send($"<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' to='{domain}'>");
        await component._isUp.Task.WaitAsync(Eventually.Patience);
        return component;
    }

    /// <summary>Writes a stanza; returns when the kernel has it.</summary>
    public void Send(string stanza)
    {
        var octets = Encoding.UTF8.GetBytes(stanza);
        lock (_writing)
        {
            _socket.Send(octets);
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _reading?.Join();
    }

    private void Read()
    {
        var framer = new StanzaFramer(Greet, Take);
        var buffer = new byte[64 * 1024];
        var one = BitConverter.GetBytes(1);
        try
        {
            while (_socket.Receive(buffer) is > 0 and var count)
            {
                _readAt = DateTime.UtcNow.Ticks;
                framer.Take(buffer.AsSpan(0, count));
                _socket.SetRawSocketOption((int)ProtocolType.Tcp, TcpQuickAck, one); // it lapses after every read
            }

            _isUp.TrySetException(new InvalidOperationException($"The server ended the stream of {_domain}."));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            _isUp.TrySetException(e);
        }
    }

    private void Greet(string header)
    {
        var id = StreamId().Match(header).Groups["id"].Value;
#pragma warning disable CA5350 // XEP-0114 section 3 fixes SHA-1; the stream stays on loopback.
        var digest = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(id + _secret)));
#pragma warning restore CA5350
        Send($"<handshake>{digest}</handshake>");
    }

    private void Take(string stanza)
    {
        if (!_isUp.Task.IsCompleted)
        {
            if (stanza.StartsWith("<handshake", StringComparison.Ordinal))
            {
                _isUp.TrySetResult();
            }
            else
            {
                _isUp.TrySetException(new InvalidOperationException($"The server refuses {_domain}: {stanza}"));
            }
        }
        else
        {
            _onStanza(stanza, _readAt);
        }
    }

    [GeneratedRegex("""\sid=(?<q>['"])(?<id>[^'"]*)\k<q>""")]
    private static partial Regex StreamId();
}
