using System.Globalization;

namespace Gateway.Testing.Servers;

/// <summary>A private Kamailio on loopback, UDP, with the routing that a test gives it.</summary>
public sealed class KamailioServer : IAsyncDisposable
{
    private const string Started = "kamailio is up";

    private readonly TemporaryFolder _folder = new();
    private readonly string _configuration;
    private OwnedProcess? _process;

    private KamailioServer(int port, string configuration)
    {
        Port = port;
        _configuration = configuration;
    }

    /// <summary>Its UDP port.</summary>
    public int Port { get; }

    /// <summary>What it logged, for failure messages.</summary>
    public string Output => _process?.Output ?? "";

    /// <summary>Starts one; <paramref name="modules"/> are loaded before <paramref name="configuration"/>, which holds parameters and routes.</summary>
    public static async Task<KamailioServer> StartAsync(int port, IEnumerable<string> modules, string configuration)
    {
        var folder = Directory.GetDirectories("/usr/lib", "kamailio", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
            .Select(found => Path.Combine(found, "modules")).First(Directory.Exists);
        var text = string.Create(CultureInfo.InvariantCulture, $$"""
            #!KAMAILIO
            debug=2
            log_stderror=yes
            children=2
            auto_aliases=no
            disable_tcp=yes
            listen=udp:127.0.0.1:{{port}}
            mpath="{{folder}}/"
            {{string.Join('\n', modules.Select(module => $"loadmodule \"{module}.so\""))}}
            {{configuration}}
            event_route[core:worker-one-init] { xlog("L_NOTICE", "{{Started}}\n"); }
            """);
        var server = new KamailioServer(port, text);
        await server.RunAsync();
        return server;
    }

    /// <summary>Kills it and starts it again: what it knew is gone.</summary>
    public async Task RestartAsync()
    {
        await _process!.DisposeAsync();
        await RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } running)
        {
            await running.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task RunAsync()
    {
        await File.WriteAllTextAsync(_folder.At("kamailio.cfg"), _configuration);
        var isUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = await OwnedProcess.StartAsync(
            "kamailio",
            ["-f", _folder.At("kamailio.cfg"), "-DD", "-E", "-m", "64", "-M", "4", "-P", _folder.At("pid"), "-Y", _folder.Path],
            onLine: line =>
            {
                if (line.Contains(Started, StringComparison.Ordinal))
                {
                    isUp.TrySetResult();
                }
            });
        if (await Task.WhenAny(isUp.Task.WaitAsync(Eventually.Patience), _process.Ended) == _process.Ended || !isUp.Task.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException($"Kamailio did not start:\n{_process.Output}");
        }
    }
}
