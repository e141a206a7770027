using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Gateway.Testing.Servers;

/// <summary>A private rtpengine (Debian package rtpengine-daemon) on loopback, in user space, with ports of its own.</summary>
public sealed partial class RtpengineServer : IAsyncDisposable
{
    /// <summary>Where the daemon's package puts it.</summary>
    public const string Program = "/usr/bin/rtpengine";

    private const int Sigcont = 18, Sigstop = 19;

    private readonly int _firstPort;
    private readonly int _ports;
    private OwnedProcess? _process;
    private int _requests; // it repeats the reply to a cookie that it knows

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

    /// <summary>Starts one for a handful of calls, of which a site can have several besides its own.</summary>
    public static Task<RtpengineServer> StartSmallAsync() => StartAsync(ports: 60);

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

    /// <summary>Stops it in its tracks: it answers nothing, and forgets nothing.</summary>
    public void Freeze() => Signal(Sigstop);

    /// <summary>Lets it go on, with what came meanwhile.</summary>
    public void Thaw() => Signal(Sigcont);

    /// <summary>The sessions that it holds, as it says itself: those whose names are a gateway's.</summary>
    public async Task<IReadOnlyList<string>> SessionsAsync()
    {
        string? reply = null;
        await Eventually.HoldsAsync(async () => (reply = await AskAsync("d7:command4:list5:limiti9999ee", default)) is not null, () => Output);
        return [.. SessionName().Matches(reply!).Select(name => name.Value)];
    }

    /// <summary>Waits until it holds so many sessions.</summary>
    public async Task HoldsSessionsAsync(int count)
    {
        IReadOnlyList<string> held = [];
        await Eventually.HoldsAsync(
            async () => (held = await SessionsAsync()).Count == count, () => $"{string.Join('\n', held)}\n{Output}", TimeSpan.FromSeconds(60));
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
    private async Task<bool> AnswersPingAsync(CancellationToken cancellationToken) =>
        await AskAsync("d7:command4:pinge", cancellationToken) is { } reply && reply.Contains("4:pong", StringComparison.Ordinal);

    /// <summary>The reply to one request; null when refused, or silent for a moment.</summary>
    private async Task<string?> AskAsync(string request, CancellationToken cancellationToken)
    {
        using var socket = new UdpClient(AddressFamily.InterNetwork);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(1));
        try
        {
            socket.Connect(IPAddress.Loopback, NgPort);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"test{Interlocked.Increment(ref _requests)} {request}"), patience.Token);
            var reply = await socket.ReceiveAsync(patience.Token);
            return Encoding.ASCII.GetString(reply.Buffer);
        }
        catch (SocketException)
        {
            return null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    [GeneratedRegex("c-[0-9a-f]{12}")]
    private static partial Regex SessionName();

    private void Signal(int signal)
    {
        if (Kill(Id, signal) != 0)
        {
            throw new InvalidOperationException("rtpengine is not there to be told.");
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
