using System.Net;
using System.Net.Sockets;
using System.Text;
using Gateway.Sip.Msrp;
using Gateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Sip.Tests.Msrp;

/// <summary>What goes wrong in one session of an endpoint on real sockets is neither the others' business nor for ever.</summary>
public sealed class MsrpEndpointFaultTests : IAsyncLifetime
{
    private static readonly MsrpTerms Terms = new() { AcceptTypes = ["text/plain"], MaxSize = 1_000 };

    private MsrpEndpoint _endpoint = null!;

    public async Task InitializeAsync() => _endpoint = await StartAsync();

    public async Task DisposeAsync() => await _endpoint.DisposeAsync();

    [Fact] // as long as a name can be (RFC 1035 section 2.3.4), and longer than .NET asks for
    public async Task A_host_that_cannot_be_asked_for_is_not_reached_and_not_kept()
    {
        var lost = new Sink();
        var session = _endpoint.Create(Terms, lost);
        session.Offer();
        Assert.True(session.TryAcceptAnswer(Description(new string('a', 255), "carol", "passive"), out var fault), fault);

        Assert.Equal("Unreachable", await lost.Lost.Task.WaitAsync(Eventually.Patience));
        await Eventually.HoldsAsync(() => _endpoint.ConnectionCount == 0);
        Assert.Equal(0, _endpoint.Faults);
    }

    [Fact]
    public async Task A_fault_in_one_session_closes_its_connection_and_no_other()
    {
        var (broken, sound) = (new Sink { Mistake = new InvalidOperationException("ours") }, new Sink());
        var (one, two) = (Answered(broken, "carol"), Answered(sound, "dave"));
        using var carol = await ConnectedAsync();
        using var dave = await ConnectedAsync();
        await SayAsync(carol, one, "carol", "");
        Assert.Contains(" 200 ", await HearAsync(carol), StringComparison.Ordinal);
        await SayAsync(carol, one, "carol", "wrong");

        Assert.Equal("", await HearAsync(carol));
        await SayAsync(dave, two, "dave", "sound");
        Assert.Contains(" 200 ", await HearAsync(dave), StringComparison.Ordinal);
        Assert.Equal(["sound"], sound.Texts);
    }

    [Fact]
    public void A_connection_that_cannot_be_flushed_keeps_no_other_from_it()
    {
        var world = new MsrpWorld();
        var home = world.AddHome("a");
        var (broken, sound) = (home.Hub.Accept(IPAddress.Loopback)!, home.Hub.Accept(IPAddress.Loopback)!);
        var (never, woken) = (new Link(() => throw new InvalidOperationException("ours")), new Link(() => { }));
        (broken.Link, sound.Link) = (never, woken);
        home.Hub.Wake(broken);
        home.Hub.Wake(sound);

        Assert.Throws<InvalidOperationException>(home.Hub.Flush);
        home.Hub.Flush(); // the loop's next round

        Assert.Equal((1, 1), (never.Count, woken.Count));
    }

    private static async Task<MsrpEndpoint> StartAsync()
    {
        Assert.True(MsrpListenAddress.TryParse("tcp:127.0.0.1:0", out var address));
        var endpoint = new MsrpEndpoint(
            new MsrpOptions { Listen = [address!], Limits = new MsrpLimits { ConnectAttempts = 1 } },
            new VirtualTime(), NullLogger<MsrpEndpoint>.Instance);
        await endpoint.StartAsync(CancellationToken.None);
        return endpoint;
    }

    private static string Description(string host, string path, string setup) => $"""
        v=0
        o=- 1 1 IN IP4 127.0.0.1
        s=-
        c=IN IP4 127.0.0.1
        t=0 0
        m=message 9 TCP/MSRP *
        a=accept-types:text/plain
        a=path:msrp://{host}:9/{path};tcp
        a=setup:{setup}

        """.ReplaceLineEndings("\r\n");

    private IMsrpSession Answered(Sink sink, string path)
    {
        var session = _endpoint.Create(Terms, sink);
        session.Offer();
        Assert.True(session.TryAcceptAnswer(Description("127.0.0.1", path, "active"), out var fault), fault);
        return session;
    }

    private async Task<Socket> ConnectedAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_endpoint.Listening[0].EndPoint);
        return socket;
    }

    private static async Task SayAsync(Socket socket, IMsrpSession to, string path, string text)
    {
        var body = text.Length == 0 ? "" : $"Byte-Range: 1-{text.Length}/{text.Length}\r\nContent-Type: text/plain\r\n\r\n{text}\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"MSRP {path}1 SEND\r\nTo-Path: {to.LocalPath}\r\nFrom-Path: msrp://127.0.0.1:9/{path};tcp\r\nMessage-ID: {path}\r\n{body}-------{path}1$\r\n"));
    }

    /// <summary>What comes next; nothing when the connection has ended.</summary>
    private static async Task<string> HearAsync(Socket socket)
    {
        var octets = new byte[4_096];
        try
        {
            var length = await socket.ReceiveAsync(octets).WaitAsync(Eventually.Patience);
            return Encoding.ASCII.GetString(octets, 0, length);
        }
        catch (SocketException)
        {
            return "";
        }
    }

    private sealed class Link(Action woken) : Gateway.Sip.Msrp.Connections.IMsrpLink
    {
        public int Count { get; private set; }

        public void Wake()
        {
            Count++;
            woken();
        }

        public void Close()
        {
        }

        public void Tick(long now)
        {
        }
    }

    private sealed class Sink : IMsrpSink
    {
        public TaskCompletionSource<string> Lost { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<string> Texts { get; } = [];

        public Exception? Mistake { get; init; }

        public void OnConnected()
        {
        }

        public void OnMessage(MsrpIncomingMessage message)
        {
            if (Mistake is { } mistake)
            {
                throw mistake;
            }

            Texts.Add(Encoding.UTF8.GetString(message.Body.Span));
        }

        public void OnSent(string messageId)
        {
        }

        public void OnReport(MsrpReport report)
        {
        }

        public void OnSendFailed(string messageId, int status)
        {
        }

        public void OnConnectionLost(MsrpLoss why) => Lost.TrySetResult(why.ToString());

        public void OnReofferNeeded()
        {
        }
    }
}
