using System.Globalization;

namespace Gateway.Testing.Servers;

/// <summary>
/// A private relay of MSRP (RFC 4976): the msrp module of Kamailio (Debian package kamailio) on loopback, with one account, whose
/// realm is <c>relay</c>.
/// </summary>
public sealed class MsrpRelayServer : IAsyncDisposable
{
    /// <summary>Where its package puts it.</summary>
    public const string Program = "/usr/sbin/kamailio";

    private readonly TemporaryFolder _folder = new();
    private readonly string _password;
    private readonly (string Certificate, string Key)? _tls;
    private OwnedProcess? _process;

    private MsrpRelayServer(string password, (string Certificate, string Key)? tls) => (_password, _tls) = (password, tls);

    /// <summary>Its port.</summary>
    public int Port { get; } = FreePorts.One();

    /// <summary>Its URI, as a client is configured with it and as the paths that it gives begin.</summary>
    public string Uri => UriAt(Port);

    /// <summary>Its account's password; any user name goes with it.</summary>
    public string Password => _password;

    /// <summary>What it logged, for failure messages.</summary>
    public string Output => _process?.Output ?? "";

    /// <summary>Starts one and waits until it listens.</summary>
    /// <param name="password">Of its account.</param>
    /// <param name="tls">PEM files of certificate and key: it then listens for TLS only.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<MsrpRelayServer> StartAsync(
        string password, (string Certificate, string Key)? tls = null, CancellationToken cancellationToken = default)
    {
        var server = new MsrpRelayServer(password, tls);
        try
        {
            await server.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it (again), at the same port.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        var file = _folder.Write("kamailio.cfg", Configuration());
        _process = await OwnedProcess.StartAsync(Program, [
            "-DD", "-E", "-f", file, "-w", _folder.Path, "-Y", _folder.Path, "-P", _folder.At("kamailio.pid"), "-m", "64", "-M", "8",
        ]);
        await Listening.WaitAsync(Port, _process, cancellationToken);
    }

    /// <summary>Ends it: connections break, and it has forgotten every path.</summary>
    public async Task StopAsync()
    {
        if (_process is { } running)
        {
            _process = null;
            await running.DisposeAsync();
        }
    }

    /// <summary>Its URI where something else stands in front of it.</summary>
    public string UriAt(int port) => string.Create(CultureInfo.InvariantCulture, $"{(_tls is null ? "msrp" : "msrps")}://127.0.0.1:{port};tcp");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    /// <summary>That of deploy/kamailio, at this port, with or without TLS.</summary>
    private string Configuration()
    {
        (string From, string To)[] changes =
        [
            ("198.51.100.8:2855", $"127.0.0.1:{Port}"), ("relay.example.net:2855/", $"127.0.0.1:{Port}/"), ("CHANGE-ME", _password),
            ("log_stderror=no", "log_stderror=yes"),
            .. _tls is { } tls
                ? [("/etc/kamailio/relay.pem", tls.Certificate), ("/etc/kamailio/relay.key", tls.Key)]
                : ((string, string)[])
                [
                    ("enable_tls=yes", ""), ("listen=tls:", "listen=tcp:"), ("Use-Path: msrps:", "Use-Path: msrp:"), ("loadmodule \"tls.so\"", ""), ("modparam(\"tls\", \"tls_method\", \"TLSv1.2+\")", ""),
                    ("modparam(\"tls\", \"certificate\", \"/etc/kamailio/relay.pem\")", ""), ("modparam(\"tls\", \"private_key\", \"/etc/kamailio/relay.key\")", ""),
                ],
        ];
        return changes.Aggregate(File.ReadAllText(DeployedFile()), (text, change) => text.Contains(change.From, StringComparison.Ordinal)
            ? text.Replace(change.From, change.To, StringComparison.Ordinal)
            : throw new InvalidOperationException($"The file has no \"{change.From}\" any more."));
    }

    private static string DeployedFile()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Gateway.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("not in a checkout");
        }

        return Path.Combine(folder.FullName, "deploy", "kamailio", "msrp-relay.cfg");
    }
}
