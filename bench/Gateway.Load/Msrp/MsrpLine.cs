using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Load.Msrp;

/// <summary>One session of the driver's, with a connection of its own; it shares no code with the endpoint that it measures.</summary>
internal sealed class MsrpLine : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Action<int, long> _onEcho;
    private readonly StringBuilder _unread = new();
    private readonly Lock _writing = new();
    private string _to = "";
    private int _acknowledged;

    public MsrpLine(int number, Action<int, long> onEcho)
    {
        _onEcho = onEcho;
        Uri = string.Create(CultureInfo.InvariantCulture, $"msrp://127.0.0.1:9/driver{number}-{Guid.NewGuid():N};tcp");
    }

    public string Uri { get; }

    /// <summary>Requests answered 200.</summary>
    public int Acknowledged => _acknowledged;

    public string Offer =>
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=message 9 TCP/MSRP *\r\na=accept-types:text/plain\r\n"
        + $"a=path:{Uri}\r\na=setup:active\r\n";

    public async Task ConnectAsync(string answer)
    {
        _to = answer.Split("a=path:")[1].Split('\r')[0];
        await _socket.ConnectAsync(IPAddress.Loopback, new System.Uri(_to.Replace("msrp:", "tcp:", StringComparison.Ordinal)).Port);
        Write($"MSRP first{Guid.NewGuid():N}"[..20], "SEND", "Message-ID: first0000\r\nByte-Range: 1-0/0\r\n", null);
        _ = Task.Run(ReadAsync);
    }

    public void Send(int number)
    {
        var body = number.ToString(CultureInfo.InvariantCulture);
        Write(
            $"MSRP t{number:00000000}x{Random.Shared.Next(1_000_000, 9_999_999)}", "SEND",
            $"Message-ID: m{number:00000000}\r\nByte-Range: 1-{body.Length}/{body.Length}\r\nContent-Type: text/plain\r\n", body);
    }

    public void Dispose() => _socket.Dispose();

    private void Write(string start, string method, string headers, string? body)
    {
        var text = $"{start} {method}\r\nTo-Path: {_to}\r\nFrom-Path: {Uri}\r\n{headers}{(body is null ? "" : $"\r\n{body}\r\n")}-------{start[5..]}$\r\n";
        lock (_writing)
        {
            _socket.Send(Encoding.ASCII.GetBytes(text));
        }
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            for (int length; (length = await _socket.ReceiveAsync(buffer)) > 0;)
            {
                var at = DateTime.UtcNow.Ticks;
                _unread.Append(Encoding.ASCII.GetString(buffer, 0, length));
                Take(at);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // over
        }
    }

    private void Take(long at)
    {
        var text = _unread.ToString();
        var from = 0;
        for (int end; (end = text.IndexOf("$\r\n", from, StringComparison.Ordinal)) >= 0; from = end + 3)
        {
            var frame = text[from..end];
            var id = frame[5..frame.IndexOf(' ', 5)];
            if (frame.AsSpan(5 + id.Length).StartsWith(" 200"))
            {
                _acknowledged++;
                continue;
            }

            lock (_writing)
            {
                _socket.Send(Encoding.ASCII.GetBytes($"MSRP {id} 200 OK\r\nTo-Path: {_to}\r\nFrom-Path: {Uri}\r\n-------{id}$\r\n"));
            }

            var body = frame[(frame.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..frame.LastIndexOf("\r\n", StringComparison.Ordinal)];
            _onEcho(int.Parse(body, CultureInfo.InvariantCulture), at);
        }

        _unread.Remove(0, from);
    }
}
