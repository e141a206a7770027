using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Testing.Servers;

/// <summary>
/// A private Prosody (Debian package prosody) on loopback: own folder, own ports, no TLS, no other servers. Nagle's algorithm is
/// left as Prosody's default leaves it.
/// </summary>
public sealed class ProsodyServer : IXmppServer
{
    /// <summary>Where the package puts it.</summary>
    public const string Program = "/usr/bin/prosody";

    private readonly ProsodyOptions _options;
    private readonly string _folder;
    private OwnedProcess? _process;

    private ProsodyServer(ProsodyOptions options, string folder)
    {
        _options = options;
        _folder = folder;
        (C2sPort, ComponentPort, HttpPort) = (FreePorts.One(), FreePorts.One(), FreePorts.One());
    }

    /// <summary>Where clients connect.</summary>
    public int C2sPort { get; }

    /// <summary>Where components connect.</summary>
    public int ComponentPort { get; }

    /// <summary>BOSH and WebSocket, when their modules are asked for.</summary>
    public int HttpPort { get; }

    /// <summary>Where clients connect.</summary>
    public int ClientPort => C2sPort;

    /// <summary>The domain of its users.</summary>
    public string Domain => _options.Domain;

    /// <summary>What it printed and logged.</summary>
    public string Output => _process?.Output + Log;

    /// <summary>Its log.</summary>
    public string LogFile => Path.Combine(_folder, "prosody.log");

    /// <summary>Its log's text so far, for failure messages.</summary>
    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    /// <summary>Starts one and waits until it accepts components and clients.</summary>
    public static async Task<ProsodyServer> StartAsync(ProsodyOptions options, CancellationToken cancellationToken = default)
    {
        var server = new ProsodyServer(options, Directory.CreateTempSubdirectory("prosody-").FullName);
        server.WriteFiles();
        await server.StartAsync(cancellationToken);
        return server;
    }

    /// <summary>Makes an account: Prosody reads its file at the first login.</summary>
    public Task AddAccountAsync(string user, string password, CancellationToken cancellationToken = default)
    {
        WriteAccount(user, password);
        return Task.CompletedTask;
    }

    /// <summary>Kills it: connections break, accounts stay.</summary>
    public async Task StopAsync()
    {
        if (_process is { } running)
        {
            _process = null;
            await running.DisposeAsync();
        }
    }

    /// <summary>Starts it again on the same ports with the same accounts.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        _process = await OwnedProcess.StartAsync(
            Program, ["-F", "--config", Path.Combine(_folder, "prosody.cfg.lua")], _folder);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Eventually.Patience);
        foreach (var port in (int[])[ComponentPort, C2sPort])
        {
            await UntilListeningAsync(port, limit.Token);
        }
    }

    /// <summary>Ends it and removes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private void WriteFiles()
    {
        foreach (var (name, password) in _options.Users)
        {
            WriteAccount(name, password);
        }

        File.WriteAllText(Path.Combine(_folder, "prosody.cfg.lua"), Configuration());
    }

    private void WriteAccount(string name, string password)
    {
        var accounts = Path.Combine(_folder, "data", DataName(_options.Domain), "accounts");
        Directory.CreateDirectory(accounts);
        File.WriteAllText(Path.Combine(accounts, $"{DataName(name)}.dat"), $"return {{ [\"password\"] = {Quoted(password)} }};\n");
    }

    private string Configuration()
    {
        var modules = string.Join(
            "; ", ((string[])["roster", "saslauth", "disco", "ping", "carbons", "mam", .. _options.Modules]).Select(Quoted));
        var text = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $$"""
            run_as_root = true
            daemonize = false
            pidfile = {{Quoted(Path.Combine(_folder, "prosody.pid"))}}
            data_path = {{Quoted(Path.Combine(_folder, "data"))}}
            log = { { levels = { min = "debug" }, to = "file", filename = {{Quoted(LogFile)}} } }
            interfaces = { "127.0.0.1" }
            c2s_ports = { {{C2sPort}} }
            c2s_direct_tls_ports = { }
            component_ports = { {{ComponentPort}} }
            component_interfaces = { "127.0.0.1" }
            http_ports = { {{HttpPort}} }
            http_interfaces = { "127.0.0.1" }
            https_ports = { }
            s2s_ports = { }
            s2s_direct_tls_ports = { }
            modules_enabled = { {{modules}} }
            modules_disabled = { "s2s"; "tls"; "posix" }
            allow_unencrypted_plain_auth = true
            c2s_require_encryption = false
            consider_websocket_secure = true
            consider_bosh_secure = true
            cross_domain_websocket = true
            authentication = "internal_plain"
            storage = "internal"
            """).AppendLine(_options.GlobalLines)
            .AppendLine(CultureInfo.InvariantCulture, $"VirtualHost {Quoted(_options.Domain)}");
        foreach (var (domain, secret) in _options.Components)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"Component {Quoted(domain)}\n    component_secret = {Quoted(secret)}");
        }

        return text.ToString();
    }

    private async Task UntilListeningAsync(int port, CancellationToken limit)
    {
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, limit);
                return;
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                if (limit.IsCancellationRequested || _process is not { Ended.IsCompleted: false })
                {
                    throw new InvalidOperationException($"Prosody did not start:\n{_process?.Output}\n{Log}");
                }

                await Task.WhenAny(_process.Ended, Task.Delay(20, CancellationToken.None));
            }
        }
    }

    /// <summary>Prosody's names for files: everything but letters and digits as %hex.</summary>
    private static string DataName(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c.ToString() : $"%{(int)c:x2}"));

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
