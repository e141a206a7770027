using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Load.Messages;

/// <summary>
/// The SIP users: one UDP socket with a thread of its own that answers each MESSAGE 200 the moment it comes, and sends its own. It
/// shares no code with the gateway that it measures.
/// </summary>
internal sealed class SipTexts : IDisposable
{
    private const int SocketBuffer = 16 * 1024 * 1024;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
    {
        ReceiveBufferSize = SocketBuffer, SendBufferSize = SocketBuffer,
    };

    private readonly ConcurrentDictionary<int, byte[]> _unanswered = new();
    private readonly HashSet<string> _seen = [];
    private readonly IPEndPoint _gateway;
    private readonly Action<int, long> _onText;
    private readonly Thread _reading;
    private string _run = Guid.NewGuid().ToString("N");
    private int _refused;

    public SipTexts(int port, int gateway, Action<int, long> onText)
    {
        _onText = onText;
        _gateway = new IPEndPoint(IPAddress.Loopback, gateway);
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        Port = port;
        _reading = new Thread(Read) { IsBackground = true, Name = "sip texts" };
        _reading.Start();
    }

    public int Port { get; }

    /// <summary>Own messages without a final response.</summary>
    public int Unanswered => _unanswered.Count;

    /// <summary>Own messages that were refused.</summary>
    public int Refused => _refused;

    /// <summary>Forgets what was sent so far: the numbers that follow are other messages.</summary>
    public void BeginAnew()
    {
        _run = Guid.NewGuid().ToString("N");
        _unanswered.Clear();
    }

    /// <summary>Sends one to a user of the domain.</summary>
    public void Send(int number, string user)
    {
        var text = $"{number}";
        var octets = Encoding.ASCII.GetBytes(
            $"MESSAGE sip:{user} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{Port};branch=z9hG4bK{_run}{number};rport\r\nMax-Forwards: 70\r\n"
            + $"From: <sip:p{number % 100}@phone.test>;tag=t{number}\r\nTo: <sip:{user}>\r\nCall-ID: {_run}-{number}\r\nCSeq: 1 MESSAGE\r\n"
            + $"Content-Type: text/plain\r\nContent-Length: {text.Length}\r\n\r\n{text}");
        _unanswered[number] = octets;
        _socket.SendTo(octets, _gateway);
    }

    /// <summary>Timer E, for all at once: to be called every 500 ms.</summary>
    public void SendUnansweredAgain()
    {
        foreach (var octets in _unanswered.Values)
        {
            _socket.SendTo(octets, _gateway);
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _reading.Join();
    }

    private void Read()
    {
        var buffer = new byte[65_536];
        EndPoint from = new IPEndPoint(IPAddress.Loopback, 0);
        try
        {
            while (true)
            {
                var length = _socket.ReceiveFrom(buffer, ref from);
                Take(Encoding.UTF8.GetString(buffer, 0, length), DateTime.UtcNow.Ticks, from);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // over
        }
    }

    private void Take(string message, long at, EndPoint from)
    {
        if (message.StartsWith("SIP/2.0 ", StringComparison.Ordinal))
        {
            var status = int.Parse(message.AsSpan(8, 3), System.Globalization.CultureInfo.InvariantCulture);
            if (status >= 200 && Header(message, "Call-ID") is { } callId && callId.StartsWith(_run, StringComparison.Ordinal)
                && _unanswered.TryRemove(int.Parse(callId.AsSpan(_run.Length + 1), System.Globalization.CultureInfo.InvariantCulture), out _)
                && status >= 300)
            {
                Interlocked.Increment(ref _refused);
            }

            return;
        }

        var answer = new StringBuilder("SIP/2.0 200 OK\r\n");
        foreach (var line in message[..message.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Split("\r\n").Skip(1))
        {
            var name = line[..line.IndexOf(':', StringComparison.Ordinal)];
            if (name is "Via" or "From" or "Call-ID" or "CSeq" or "To")
            {
                answer.Append(line).Append(name == "To" ? ";tag=phone\r\n" : "\r\n");
            }
        }

        _socket.SendTo(Encoding.UTF8.GetBytes(answer.Append("Content-Length: 0\r\n\r\n").ToString()), from);
        if (_seen.Add($"{Header(message, "Call-ID")} {Header(message, "CSeq")}")) // a retransmission is answered, and counts once
        {
            var body = message[(message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
            _onText(int.Parse(body, System.Globalization.CultureInfo.InvariantCulture), at);
        }
    }

    private static string? Header(string message, string name)
    {
        var at = message.IndexOf($"\r\n{name}:", StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : message[(at + name.Length + 3)..message.IndexOf("\r\n", at + 2, StringComparison.Ordinal)].Trim();
    }
}
