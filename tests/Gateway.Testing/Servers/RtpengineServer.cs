using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Testing.Servers;

/// <summary>A private rtpengine (Debian package rtpengine-daemon) on loopback, in user space, with ports of its own.</summary>
public sealed class RtpengineServer : IAsyncDisposable
{
    /// <summary>Where the daemon's package puts it.</summary>
    public const string Program = "/usr/bin/rtpengine";

    private readonly int _firstPort;
    private readonly int _ports;
    private OwnedProcess? _process;

    private RtpengineServer(int ngPort, int firstPort, int ports)
    {
        NgPort = ngPort;
        _firstPort = firstPort;
        _ports = ports;
    }

    /// <summary>Whether the daemon is there to be started.</summary>
    public static bool IsInstalled => File.Exists(Program);

    /// <summary>Its control port, as a gateway's configuration names it: <c>udp:127.0.0.1:port</c>.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"udp:127.0.0.1:{NgPort}");

    /// <summary>The UDP port of the ng protocol.</summary>
    public int NgPort { get; }

    /// <summary>The ports it gives to media, both ends included.</summary>
    public (int First, int Last) MediaPorts => (_firstPort, _firstPort + _ports - 1);

    /// <summary>What it logged, for failure messages.</summary>
    public string Output => _process?.Output ?? "";

    /// <summary>Its process id.</summary>
    public int Id => _process?.Id ?? throw new InvalidOperationException("not started");

    /// <summary>Starts one with so many ports, four for a call, and waits until it answers a ping.</summary>
    public static async Task<RtpengineServer> StartAsync(int ports = 400, CancellationToken cancellationToken = default)
    {
        var server = new RtpengineServer(FreePorts.One(), FreePorts.BlockForMedia(ports), ports);
        await server.RunAsync(cancellationToken);
        return server;
    }

    /// <summary>Kills it: its sessions are gone, its port falls silent.</summary>
    public async Task StopAsync()
    {
        if (_process is { } running)
        {
            _process = null;
            await running.DisposeAsync();
        }
    }

    /// <summary>Starts it again on the same control port, knowing nothing of earlier sessions.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await StopAsync();
        await RunAsync(cancellationToken);
    }

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        FreePorts.GiveBack(NgPort, 1);
        FreePorts.GiveBack(_firstPort, _ports);
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var (first, last) = MediaPorts;
        _process = await OwnedProcess.StartAsync(Program, [
            "--foreground", "--log-stderr", "--log-level=6", "--config-file=none", "--table=-1", "--num-threads=2",
            "--interface=127.0.0.1", "--interface=::1",
            string.Create(CultureInfo.InvariantCulture, $"--listen-ng=127.0.0.1:{NgPort}"),
            string.Create(CultureInfo.InvariantCulture, $"--port-min={first}"),
            string.Create(CultureInfo.InvariantCulture, $"--port-max={last}"),
        ]);

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Eventually.Patience);
        while (!await AnswersPingAsync(limit.Token))
        {
            if (limit.IsCancellationRequested || _process.Ended.IsCompleted)
            {
                var output = _process.Output;
                await StopAsync();
                throw new InvalidOperationException($"rtpengine did not start:\n{output}");
            }
        }
    }

    /// <summary>One ping; false when refused (nothing listens yet) or silent for a moment.</summary>
    private async Task<bool> AnswersPingAsync(CancellationToken cancellationToken)
    {
        using var socket = new UdpClient(AddressFamily.InterNetwork);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(1));
        try
        {
            socket.Connect(IPAddress.Loopback, NgPort);
            await socket.SendAsync(Encoding.ASCII.GetBytes("start d7:command4:pinge"), patience.Token);
            var reply = await socket.ReceiveAsync(patience.Token);
            return Encoding.ASCII.GetString(reply.Buffer).Contains("4:pong", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
