using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Sip.Tests.Transports;

/// <summary>A TCP peer that writes and reads bytes as told.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private readonly TcpClient _client;
    private readonly StringBuilder _heard = new();

    public RawPeer(TcpClient client) => _client = client;

    public static async Task<RawPeer> Connect(IPEndPoint to)
    {
        var client = new TcpClient();
        await client.ConnectAsync(to);
        return new RawPeer(client);
    }

    public IPEndPoint Address => (IPEndPoint)_client.Client.LocalEndPoint!;

    public async Task Write(string text) =>
        await _client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n")));

    /// <summary>Reads until the text has come; returns what was heard up to its end, and forgets that.</summary>
    public async Task<string> Hear(string text)
    {
        var buffer = new byte[4096];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!_heard.ToString().Contains(text, StringComparison.Ordinal))
        {
            var length = await _client.GetStream().ReadAsync(buffer, patience.Token);
            Assert.True(length > 0, $"closed before \"{text}\", after: {_heard}");
            _heard.Append(Encoding.UTF8.GetString(buffer, 0, length));
        }

        var all = _heard.ToString();
        var end = all.IndexOf(text, StringComparison.Ordinal) + text.Length;
        _heard.Remove(0, end);
        return all[..end];
    }

    /// <summary>Reads until the other end closes.</summary>
    public async Task<string> HearTheEnd()
    {
        var buffer = new byte[4096];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            for (int length; (length = await _client.GetStream().ReadAsync(buffer, patience.Token)) > 0;)
            {
                _heard.Append(Encoding.UTF8.GetString(buffer, 0, length));
            }
        }
        catch (IOException)
        {
            // reset: as good an end
        }

        return _heard.ToString();
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
