using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Load.Msrp;

/// <summary>
/// SIP users who open chat sessions at the gateway: one UDP socket, INVITE and ACK, nothing more. It shares no code with the gateway
/// that it measures.
/// </summary>
internal sealed class SipChats : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _open = new();
    private readonly IPEndPoint _gateway;
    private readonly Thread _reading;

    public SipChats(int port, int gateway)
    {
        _gateway = new IPEndPoint(IPAddress.Loopback, gateway);
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        Port = port;
        _reading = new Thread(Read) { IsBackground = true, Name = "sip chats" };
        _reading.Start();
    }

    public int Port { get; }

    /// <summary>Opens a session: the description in the 200.</summary>
    /// <param name="from">User part of the caller.</param>
    /// <param name="to">Address of the XMPP user.</param>
    /// <param name="callId">Also the thread of the chat.</param>
    /// <param name="offer">Our description.</param>
    public async Task<string> OpenAsync(string from, string to, string callId, string offer)
    {
        var answered = _open.GetOrAdd(callId, new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
        var invite = Encoding.ASCII.GetBytes(
            Head("INVITE", from, to, callId, to, "") + $"Content-Type: application/sdp\r\nContent-Length: {offer.Length}\r\n\r\n{offer}");
        for (var attempt = 0; attempt < 20 && !answered.Task.IsCompleted; attempt++)
        {
            _socket.SendTo(invite, _gateway); // Timer A, without its patience
            await Task.WhenAny(answered.Task, Task.Delay(1_000));
        }

        var response = await answered.Task.WaitAsync(TimeSpan.Zero);
        if (!response.StartsWith("SIP/2.0 200", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"The gateway refused a session: {response.Split('\r')[0]}");
        }

        return response[(response.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
    }

    public void Dispose()
    {
        _socket.Dispose();
        _reading.Join();
    }

    private string Head(string method, string from, string to, string callId, string target, string toTag) =>
        $"{method} sip:{target} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{Port};branch=z9hG4bK{method}{callId};rport\r\nMax-Forwards: 70\r\n"
        + $"From: <sip:{from}@phone.test>;tag={callId}\r\nTo: <sip:{to}>{toTag}\r\nCall-ID: {callId}\r\nCSeq: 1 {method}\r\n"
        + $"Contact: <sip:{from}@127.0.0.1:{Port}>\r\n";

    private void Read()
    {
        var buffer = new byte[65_536];
        EndPoint from = new IPEndPoint(IPAddress.Loopback, 0);
        try
        {
            while (true)
            {
                var length = _socket.ReceiveFrom(buffer, ref from);
                Take(Encoding.UTF8.GetString(buffer, 0, length));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // over
        }
    }

    private void Take(string message)
    {
        if (!message.StartsWith("SIP/2.0 ", StringComparison.Ordinal) || message.StartsWith("SIP/2.0 1", StringComparison.Ordinal))
        {
            return;
        }

        var callId = Header(message, "Call-ID");
        var to = Header(message, "To");
        var target = Header(message, "Contact") is { Length: > 0 } contact ? contact.Split('<')[1].Split('>')[0][4..] : null;
        if (target is not null && message.Contains("INVITE", StringComparison.Ordinal))
        {
            var address = to.Split("sip:")[1].Split('>')[0];
            var user = Header(message, "From").Split("sip:")[1].Split('@')[0];
            _socket.SendTo(
                Encoding.ASCII.GetBytes(Head("ACK", user, address, callId, target, to[(to.IndexOf('>', StringComparison.Ordinal) + 1)..]) + "Content-Length: 0\r\n\r\n"),
                _gateway);
        }

        if (_open.TryGetValue(callId, out var open))
        {
            open.TrySetResult(message);
        }
    }

    private static string Header(string message, string name)
    {
        var at = message.IndexOf($"\r\n{name}:", StringComparison.OrdinalIgnoreCase);
        return at < 0 ? "" : message[(at + name.Length + 3)..message.IndexOf("\r\n", at + 2, StringComparison.Ordinal)].Trim();
    }
}
