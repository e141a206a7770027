using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Gateway.Host.Tests.Configuration;

namespace Gateway.Host.Tests.Cli;

/// <summary>One thread waits for all sockets: who sends faster than he is served must not keep it for himself.</summary>
public sealed class FloodTests : IDisposable
{
    private const int Flooded = 10_000;

    private static readonly byte[] Request = Encoding.ASCII.GetBytes(
        "OPTIONS sip:nobody@example.org SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKflood\r\nMax-Forwards: 70\r\n"
        + "From: <sip:a@example.org>;tag=1\r\nTo: <sip:nobody@example.org>\r\nCall-ID: flood\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n");

    private static readonly byte[] Stanzas = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(
        "<iq type='result' id='nobody-asked' from='example.org' to='sip.example.org'/>", 100)));

    private readonly TemporaryFolder _folder = new();
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);

    public FloodTests() => _server.Start();

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    [Fact] // RFC 3261 section 26.1.5
    public async Task Requests_without_end_keep_nobody_else_from_being_served()
    {
        using var free = Datagrams();
        free.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var address = free.LocalEndPoint!;
        free.Close();
        using var gateway = Start(("GATEWAY_Sip__Listen", $"udp:{address}"));
        using var client = await StartedAsync(gateway);
        using var socket = Datagrams();
        socket.Connect(address);

        await ServesAsync(client, socket, Request);

        await EndAsync(gateway);
    }

    [Fact]
    public async Task Stanzas_without_end_keep_nobody_else_from_being_served()
    {
        using var gateway = Start(("GATEWAY_Sip__Listen", "udp:127.0.0.1:0"));
        using var client = await StartedAsync(gateway);
        using var socket = await _server.AcceptSocketAsync();
        socket.Send("<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' id='1'><handshake/>"u8);

        await ServesAsync(client, socket, Stanzas);

        await EndAsync(gateway);
    }

    /// <summary>While the same is said again and again, others are answered.</summary>
    private static async Task ServesAsync(HttpClient client, Socket socket, byte[] said)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var flooding = Task.Factory.StartNew(() => Flood(socket, said, begun), TaskCreationOptions.LongRunning);
        await begun.Task;
        for (var asked = 0; asked < 20; asked++)
        {
            Assert.Equal("ok\n", await client.GetStringAsync("/healthz"));
        }

        Assert.False(flooding.IsCompleted);
        socket.Close();
        await flooding;
    }

    private static void Flood(Socket socket, byte[] said, TaskCompletionSource begun)
    {
        var answers = new byte[65_536];
        for (var i = 0; ; i++)
        {
            try
            {
                socket.Send(said);
                while (socket.Available > 0)
                {
                    socket.Receive(answers);
                }
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
            {
                return;
            }

            if (i * said.Length >= Flooded * Request.Length)
            {
                begun.TrySetResult();
            }
        }
    }

    private static Socket Datagrams() => new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    private static async Task<HttpClient> StartedAsync(GatewayProcess gateway)
    {
        var line = JsonDocument.Parse(await gateway.LineAsync("Started: component")).RootElement;
        return new HttpClient { BaseAddress = new Uri(line.GetProperty("Http").GetString()!), Timeout = TimeSpan.FromSeconds(30) };
    }

    private static async Task EndAsync(GatewayProcess gateway)
    {
        await gateway.SignalAsync("TERM");
        Assert.Equal(0, (await gateway.EndAsync()).Code);
    }

    private GatewayProcess Start((string Name, string Value) listen)
    {
        var configuration = _folder.Write("gateway.json", $$"""
            {
              "State": { "Path": "{{_folder.Path}}/state" },
              "Xmpp": { "Domain": "sip.example.org", "Server": "{{_server.LocalEndpoint}}", "Secret": "hunter2" },
              "Sip": { "Msrp": { "Listen": [ "tcp:127.0.0.1:0" ] }, "Trunks": { "pbx": { "Uri": "sip:127.0.0.1:9;transport=tcp" } } },
              "Media": { "Engine": "rtpengine", "Rtpengine": [ "udp:127.0.0.1:9" ] },
              "Http": { "Listen": "127.0.0.1:0" },
            }
            """);
        return GatewayProcess.Start(["run", "--config", configuration], ("GATEWAY_Log__Format", "json"), listen);
    }
}
