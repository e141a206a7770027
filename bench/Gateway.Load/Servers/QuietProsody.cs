using System.Globalization;
using Gateway.Testing.Servers;

namespace Gateway.Load.Servers;

/// <summary>
/// A private Prosody that does nothing but route between components. It logs warnings only: the tests' own one logs
/// everything, which would make the gateway look cheap beside it.
/// </summary>
internal sealed class QuietProsody : IAsyncDisposable
{
    public const string Secret = "load";
    private readonly TemporaryFolder _folder = new();
    private OwnedProcess? _process;

    private QuietProsody()
    {
    }

    public int Port { get; } = FreePorts.One();

    public int Id => _process!.Id;

    public static async Task<QuietProsody> StartAsync(string domain, string[] components, bool nagle)
    {
        var prosody = new QuietProsody();
        var configuration = string.Create(CultureInfo.InvariantCulture, $$"""
            run_as_root = true
            daemonize = false
            pidfile = "{{prosody._folder.At("prosody.pid")}}"
            data_path = "{{prosody._folder.At("data")}}"
            log = { { levels = { min = "warn" }, to = "file", filename = "{{prosody._folder.At("prosody.log")}}" } }
            interfaces = { "127.0.0.1" }
            c2s_ports = { }
            c2s_direct_tls_ports = { }
            s2s_ports = { }
            s2s_direct_tls_ports = { }
            http_ports = { }
            https_ports = { }
            component_ports = { {{prosody.Port}} }
            component_interfaces = { "127.0.0.1" }
            network_settings = { nagle = {{(nagle ? "true" : "false")}} }
            modules_enabled = { "disco"; "ping" }
            modules_disabled = { "s2s"; "tls"; "posix"; "offline" }
            VirtualHost "{{domain}}"

            """) + string.Concat(components.Select(name => $"Component \"{name}\"\n    component_secret = \"{Secret}\"\n"));
        Directory.CreateDirectory(prosody._folder.At("data"));
        var file = prosody._folder.Write("prosody.cfg.lua", configuration);
        prosody._process = await OwnedProcess.StartAsync(ProsodyServer.Program, ["-F", "--config", file], prosody._folder.Path);
        await Listening.WaitAsync(prosody.Port, prosody._process);
        return prosody;
    }

    public async ValueTask DisposeAsync()
    {
        await _process!.DisposeAsync();
        _folder.Dispose();
    }
}
