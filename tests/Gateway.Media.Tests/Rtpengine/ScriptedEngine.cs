using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Gateway.Media.Rtpengine;

namespace Gateway.Media.Tests.Rtpengine;

/// <summary>Stands on an engine's port and answers as the test says, politely or not.</summary>
internal sealed class ScriptedEngine : IAsyncDisposable
{
    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly Channel<(string Cookie, BencodeValue.Dictionary Body)> _requests =
        Channel.CreateUnbounded<(string, BencodeValue.Dictionary)>();
    private readonly Func<string, BencodeValue.Dictionary, IEnumerable<byte[]>> _script;
    private readonly Task _running;

    /// <summary>The script gives the datagrams to send for a request, which it sees with its cookie.</summary>
    public ScriptedEngine(Func<string, BencodeValue.Dictionary, IEnumerable<byte[]>> script)
    {
        _script = script;
        _running = RunAsync();
    }

    public static ScriptedEngine Silent() => new((_, _) => []);

    public static ScriptedEngine Answering(params (string Key, string Value)[] entries) =>
        new((cookie, _) => [Reply(cookie, entries)]);

    public string Address =>
        string.Create(CultureInfo.InvariantCulture, $"udp:127.0.0.1:{((IPEndPoint)_socket.Client.LocalEndPoint!).Port}");

    /// <summary>What arrived so far and was not yet read.</summary>
    public ChannelReader<(string Cookie, BencodeValue.Dictionary Body)> Requests => _requests.Reader;

    public static byte[] Reply(string cookie, params (string Key, string Value)[] entries)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Encoding.ASCII.GetBytes(cookie + " ", buffer);
        BencodeWriter.Write(buffer, new BencodeValue.Dictionary(
            [.. entries.Select(e => KeyValuePair.Create(e.Key, (BencodeValue)new BencodeValue.Octets(e.Value)))]));
        return buffer.WrittenSpan.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _running;
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var datagram = await _socket.ReceiveAsync();
                var space = Array.IndexOf(datagram.Buffer, (byte)' ');
                var cookie = Encoding.ASCII.GetString(datagram.Buffer, 0, space);
                Assert.True(BencodeReader.TryParse(datagram.Buffer.AsSpan(space + 1), out var body, out var fault), fault);
                var request = (BencodeValue.Dictionary)body;
                var replies = _script(cookie, request).ToList();
                _requests.Writer.TryWrite((cookie, request)); // before the reply: who has that may look for this
                foreach (var reply in replies)
                {
                    await _socket.SendAsync(reply, datagram.RemoteEndPoint);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            _requests.Writer.TryComplete();
        }
    }
}
