using System.Text.Json;

namespace Gateway.Testing.Servers;

/// <summary>
/// A private ejabberd (Debian package ejabberd) on loopback. Erlang is started without distribution, so neither epmd nor a
/// cookie is touched, and as the user that runs the tests.
/// </summary>
public sealed class EjabberdServer : IXmppServer
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _apiPort = FreePorts.One();
    private readonly HttpClient _http = new();
    private OwnedProcess? _process;

    private readonly IReadOnlyList<(string Domain, string Secret)> _components;
    private readonly string? _snippet;

    private EjabberdServer(string domain, IReadOnlyList<(string Domain, string Secret)> components, string? snippet)
    {
        Domain = domain;
        _components = components;
        _snippet = snippet;
    }

    public string Domain { get; }

    public int ClientPort { get; } = FreePorts.One();

    public int ComponentPort { get; } = FreePorts.One();

    public string Output => _process?.Output ?? "";

    /// <summary>Starts one and waits until it listens.</summary>
    /// <param name="domain">Of its users.</param>
    /// <param name="components">Served by a listener of the usual form.</param>
    /// <param name="snippet">Text with a list <c>listen:</c> of one item, for port 5347, to be used in the place of that listener.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<EjabberdServer> StartAsync(
        string domain, IReadOnlyList<(string Domain, string Secret)> components, string? snippet = null,
        CancellationToken cancellationToken = default)
    {
        var server = new EjabberdServer(domain, components, snippet);
        await server.RunAsync(cancellationToken);
        return server;
    }

    /// <summary>By the HTTP API: ejabberdctl takes a second for each.</summary>
    public async Task AddAccountAsync(string user, string password, CancellationToken cancellationToken = default)
    {
        // A body of known length: ejabberd does not read chunks.
        using var body = new StringContent(JsonSerializer.Serialize(new { user, host = Domain, password }));
        using var answer = await _http.PostAsync(
            new Uri($"http://127.0.0.1:{_apiPort}/api/register"), body, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_process is { } running)
        {
            await running.DisposeAsync();
        }

        _folder.Dispose();
    }

    /// <summary>Without global_routes: false every component is sent the stanzas of all of them in turn.</summary>
    private string Configuration() =>
        $$"""
        hosts: [ {{Domain}} ]
        loglevel: warning
        log_rotate_count: 0
        auth_method: internal
        auth_password_format: plain
        listen:
          - { port: {{ClientPort}}, ip: "127.0.0.1", module: ejabberd_c2s, max_stanza_size: 4194304 }
        {{ComponentListener()}}
          - port: {{_apiPort}}
            ip: "127.0.0.1"
            module: ejabberd_http
            request_handlers: { /api: mod_http_api }
        api_permissions:
          "tests": { who: { ip: 127.0.0.1/8 }, what: [ register ] }
        modules:
          mod_caps: {}
          mod_carboncopy: {}
          mod_disco: {}
          mod_http_api: {}
          mod_offline: {}
          mod_ping: {}
          mod_roster: {}
        """;

    private string ComponentListener() => _snippet is not null
        ? _snippet[(_snippet.IndexOf("listen:\n", StringComparison.Ordinal) + "listen:\n".Length)..]
            .Replace("port: 5347", $"port: {ComponentPort}", StringComparison.Ordinal)
        : $$"""
          - port: {{ComponentPort}}
            ip: "127.0.0.1"
            module: ejabberd_service
            global_routes: false # otherwise each component is given the stanzas of all hosts below
            hosts:
        {{string.Join('\n', _components.Select(one => $"      \"{one.Domain}\": {{ password: \"{one.Secret}\" }}"))}}
        """;

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var configuration = _folder.Write("ejabberd.yml", Configuration());
        var libraries = Directory.GetDirectories("/usr/lib", "*-linux-gnu")
            .First(folder => Directory.GetDirectories(folder, "ejabberd-*").Length > 0);
        var environment = new Dictionary<string, string>
        {
            ["HOME"] = _folder.Path,
            ["ERL_LIBS"] = libraries,
            ["ERL_CRASH_DUMP"] = _folder.At("crash.dump"),
            ["EJABBERD_CONFIG_PATH"] = configuration,
            ["EJABBERD_LOG_PATH"] = _folder.At("ejabberd.log"),
        };
        // The busy waits of Erlang's schedulers would take the processor from the calls under test.
        _process = await OwnedProcess.StartAsync(
            "erl",
            ["-noinput", "+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none",
             "-mnesia", "dir", $"\"{_folder.At("spool")}\"", "-s", "ejabberd"],
            _folder.Path,
            environment);
        await Listening.WaitAsync(_apiPort, _process, cancellationToken);
        await Listening.WaitAsync(ComponentPort, _process, cancellationToken);
        await Listening.WaitAsync(ClientPort, _process, cancellationToken);
    }
}
