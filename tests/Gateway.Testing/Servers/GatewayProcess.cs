using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Gateway.Testing.Servers;

/// <summary>The gateway as an operator runs it: <c>dotnet gateway.dll run --config FILE</c>, a process of its own.</summary>
public sealed class GatewayProcess : IAsyncDisposable
{
    private const int Sigterm = 15;

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http;
    private readonly string _assembly;
    private OwnedProcess? _process;

    private GatewayProcess(string assembly, int httpPort)
    {
        _assembly = assembly;
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{httpPort}/"), Timeout = Eventually.Patience };
    }

    /// <summary>Its configuration file.</summary>
    public string ConfigurationFile => _folder.At("gateway.json");

    /// <summary>Where it keeps its state.</summary>
    public string StateFolder => _folder.At("state");

    /// <summary>What it logged.</summary>
    public string Output => _process?.Output ?? "";

    /// <summary>Completed when it has ended.</summary>
    public Task Ended => _process?.Ended ?? Task.CompletedTask;

    /// <summary>Its exit code, once <see cref="Ended"/>.</summary>
    public int ExitCode => _process?.ExitCode ?? throw new InvalidOperationException("not started");

    /// <summary>Its process id.</summary>
    public int Id => _process?.Id ?? throw new InvalidOperationException("not started");

    /// <summary>Starts one and waits until it is ready. <paramref name="assembly"/> is the path of gateway.dll; the
    /// configuration is completed with a free HTTP port and a folder for state.</summary>
    public static async Task<GatewayProcess> StartAsync(string assembly, JsonObject configuration)
    {
        var http = FreePorts.One();
        var gateway = new GatewayProcess(assembly, http);
        configuration["Http"] = new JsonObject { ["Listen"] = $"127.0.0.1:{http}" };
        configuration["State"] = new JsonObject { ["Path"] = gateway.StateFolder };
        gateway._folder.Write("gateway.json", configuration.ToJsonString());
        await gateway.RestartAsync();
        return gateway;
    }

    /// <summary>Starts it (again) with the same configuration and waits until it is ready.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        _process = await OwnedProcess.StartAsync("dotnet", [_assembly, "run", "--config", ConfigurationFile], _folder.Path);
        await Eventually.HoldsAsync(
            async () => _process.Ended.IsCompleted
                ? throw new InvalidOperationException($"The gateway ended:\n{Output}")
                : await IsReadyAsync(),
            () => Output);
    }

    /// <summary>Runs another of its commands with the same configuration: its exit code and what it wrote.</summary>
    public async Task<(int ExitCode, string Output)> CommandAsync(params string[] arguments)
    {
        await using var process = await OwnedProcess.StartAsync(
            "dotnet", [_assembly, .. arguments, "--config", ConfigurationFile], _folder.Path);
        await process.Ended.WaitAsync(Eventually.Patience);
        return (process.ExitCode, process.Output);
    }

    /// <summary>Whether /readyz says so.</summary>
    public async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri("readyz", UriKind.Relative));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException)
        {
            return false; // no answer in time
        }
    }

    /// <summary>The running sessions, as /api/sessions shows them.</summary>
    public async Task<IReadOnlyList<JsonObject>> SessionsAsync() =>
        [.. JsonNode.Parse(await GetAsync("api/sessions"))!.AsArray().Select(one => one!.AsObject())];

    /// <summary>Waits until a message with the line has come from the SIP side of the session whose XMPP thread is
    /// <paramref name="thread"/>: from then on the gateway repeats nothing that the message answers.</summary>
    public Task HasReceivedAsync(string thread, string line) => Eventually.HoldsAsync(
        async () =>
        {
            var id = (string)(await SessionsAsync()).Single(one => (string?)one["thread"] == thread)["id"]!;
            return JsonNode.Parse(await GetAsync($"api/sessions/{Uri.EscapeDataString(id)}/trace"))!.AsArray()
                .Any(message => ((string?)message!["protocol"], (string?)message["direction"]) == ("sip", "received")
                    && ((string)message["text"]!).Split('\n').Any(one => one.TrimEnd() == line));
        },
        () => Output);

    /// <summary>Waits until no session is left.</summary>
    public Task HasNoSessionAsync() =>
        Eventually.HoldsAsync(async () => (await SessionsAsync()).Count == 0, () => Output, TimeSpan.FromSeconds(60));

    /// <summary>Waits until everything that has changed is in the store, where a crash finds it.</summary>
    public Task HasStoredAllAsync() =>
        Eventually.HoldsAsync(async () => await MetricAsync("gateway_mapping_state_waiting") == 0, () => Output);

    /// <summary>Hangs a session up, unless it has ended.</summary>
    public async Task HangUpAsync(string id)
    {
        using var answer = await _http.DeleteAsync(new Uri($"api/sessions/{Uri.EscapeDataString(id)}", UriKind.Relative));
        if (answer.StatusCode != HttpStatusCode.NotFound)
        {
            answer.EnsureSuccessStatusCode();
        }
    }

    /// <summary>The sum of a metric over its labels; 0 when it was never counted. Names as /metrics writes them.</summary>
    public async Task<double> MetricAsync(string name) =>
        (await GetAsync("metrics")).Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] is ' ' or '{')
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    /// <summary>The text of a resource.</summary>
    public Task<string> GetAsync(string path) => _http.GetStringAsync(new Uri(path, UriKind.Relative));

    /// <summary>SIGTERM: drain and end.</summary>
    public void Terminate()
    {
        if (Kill(Id, Sigterm) != 0)
        {
            throw new InvalidOperationException("The gateway is not there to be told.");
        }
    }

    /// <summary>SIGKILL, as a crash would.</summary>
    public async Task KillAsync()
    {
        if (_process is { } running)
        {
            _process = null;
            await running.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
