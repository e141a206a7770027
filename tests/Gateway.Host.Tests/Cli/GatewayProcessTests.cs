using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Host.Tests.Configuration;

namespace Gateway.Host.Tests.Cli;

/// <summary>The contract with shells and supervisors: output, exit codes, signals.</summary>
public sealed partial class GatewayProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _config;

    public GatewayProcessTests() => _config = UnreachablePeers.Write(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Version_is_printed()
    {
        var (code, output, _) = await GatewayProcess.RunAsync(["--version"]);

        Assert.Equal(0, code);
        Assert.Matches(@"^\d+\.\d+\.\d+", output);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("check")]
    [InlineData("snippet", "prosody")]
    public async Task Faulty_configuration_ends_with_78_and_every_fault(params string[] command)
    {
        var file = _folder.Write("faulty.json", """{ "Xmpp": { "Domian": "sip.example.org" } }""");

        var (code, output, error) = await GatewayProcess.RunAsync([.. command, "--config", file]);

        Assert.Equal(78, code);
        Assert.Equal("", output);
        Assert.Contains("Did you mean Xmpp.Domain?", error, StringComparison.Ordinal);
        Assert.Contains("Xmpp.Secret: required", error, StringComparison.Ordinal);
        Assert.Contains("Sip.Trunks: no trunk", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_file_ends_with_78()
    {
        var (code, _, error) = await GatewayProcess.RunAsync(["run", "--config", Path.Combine(_folder.Path, "none.json")]);

        Assert.Equal(78, code);
        Assert.Contains("there is no such file", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("snippet", "word", "--config", "x")]
    [InlineData("walk")]
    [InlineData("run", "--config", "x", "--drain-timeout", "soon")]
    public async Task Wrong_command_line_ends_with_1(params string[] arguments)
    {
        var (code, _, error) = await GatewayProcess.RunAsync(arguments);

        Assert.Equal(1, code);
        Assert.NotEqual("", error);
    }

    [Fact]
    public async Task Environment_overrides_the_file()
    {
        var (code, output, _) = await GatewayProcess.RunAsync(
            ["snippet", "prosody", "--config", _config], ("GATEWAY_Xmpp__Secret", "from the environment"));

        Assert.Equal(0, code);
        Assert.Contains("component_secret = \"from the environment\"", output, StringComparison.Ordinal);
    }

    [Theory] // a call to the component's own domain is a loop: 482
    [InlineData("asterisk", "Dial(PJSIP/xmpp-gateway/sip:juliet@example.org,60)")]
    [InlineData("asterisk", "outbound_proxy=sip:127.0.0.1:0\\;lr")]
    [InlineData("asterisk", "; First write \"Mapping\": { \"LocalDomains\": [ \"example.org\" ] }")]
    [InlineData("kamailio", "$rd == \"example.org\"")]
    [InlineData("kamailio", "# First write \"Mapping\": { \"LocalDomains\": [ \"example.org\" ] }")]
    public async Task Snippet_without_local_domains_names_the_one_to_configure(string kind, string line)
    {
        var (code, output, _) = await GatewayProcess.RunAsync(["snippet", kind, "--config", _config]);

        Assert.Equal(0, code);
        Assert.Contains(line, output, StringComparison.Ordinal);
        Assert.DoesNotContain("juliet@sip.example.org", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Signal_without_sessions_ends_with_0(string signal)
    {
        using var gateway = GatewayProcess.Start(["run", "--config", _config]);
        await gateway.LineAsync("Started: component sip.example.org");

        await gateway.SignalAsync(signal);
        var (code, output, error) = await gateway.EndAsync();

        Assert.Equal(0, code);
        Assert.Contains("Drained", output, StringComparison.Ordinal);
        Assert.Equal("", error);
        Assert.DoesNotContain("hunter2", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Running_gateway_is_alive_but_not_ready_without_its_server()
    {
        using var gateway = GatewayProcess.Start(["run", "--config", _config], ("GATEWAY_Log__Format", "json"));
        var line = JsonDocument.Parse(await gateway.LineAsync("Started: component")).RootElement;
        using var client = new HttpClient { BaseAddress = new Uri(line.GetProperty("Http").GetString()!) };

        Assert.Equal("ok\n", await client.GetStringAsync("/healthz"));
        var ready = await client.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("xmpp: the component stream to 127.0.0.1:9 is not up yet", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("[]", await client.GetStringAsync("/api/sessions"));
        Assert.Matches(ResidentMemory(), await client.GetStringAsync("/metrics"));

        await gateway.SignalAsync("TERM");
        Assert.Equal(0, (await gateway.EndAsync()).Code);
    }

    [Fact]
    public async Task Dashboard_asks_for_metrics_that_there_are()
    {
        var dashboard = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Tree.ArrowsTests.Root(), "deploy", "grafana", "gateway.json"))).RootElement;
        using var gateway = GatewayProcess.Start(
            ["run", "--config", _config], ("GATEWAY_Media__Engine", "embedded"), ("GATEWAY_Media__Address", "127.0.0.1"), ("GATEWAY_Log__Format", "json"));
        var line = JsonDocument.Parse(await gateway.LineAsync("Started: component")).RootElement;
        using var client = new HttpClient { BaseAddress = new Uri(line.GetProperty("Http").GetString()!) };
        var types = MetricType().Matches(await client.GetStringAsync("/metrics")).ToDictionary(type => type.Groups[1].Value, type => type.Groups[2].Value);

        var asked = dashboard.GetProperty("panels").EnumerateArray()
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .SelectMany(target => MetricName().Matches(target.GetProperty("expr").GetString()!))
            .Select(name => name.Value).Distinct().ToList();

        Assert.True(asked.Count > 40);
        Assert.All(asked, name => Assert.True(
            types.ContainsKey(name) || (name.EndsWith("_bucket", StringComparison.Ordinal) && types.GetValueOrDefault(name[..^"_bucket".Length]) == "histogram"), name));
        await gateway.SignalAsync("TERM");
        Assert.Equal(0, (await gateway.EndAsync()).Code);
    }

    [Fact]
    public async Task Port_in_use_ends_with_1_and_says_so()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var (code, output, _) = await GatewayProcess.RunAsync(
            ["run", "--config", _config], ("GATEWAY_Http__Listen", taken.LocalEndpoint.ToString()!));

        Assert.Equal(1, code);
        Assert.Contains("Not started: ", output, StringComparison.Ordinal);
        Assert.Contains(taken.LocalEndpoint.ToString()!, output, StringComparison.Ordinal);
    }

    [Theory] // 192.0.2.1 is nobody's (RFC 5737); a stack trace helps no operator
    [InlineData("GATEWAY_Sip__Listen", "tcp:192.0.2.1:5060", "SIP cannot listen on tcp:192.0.2.1:5060")]
    [InlineData("GATEWAY_Sip__Msrp__Listen", "tcp:192.0.2.1:2855", "MSRP cannot listen on port 2855 of 192.0.2.1")]
    [InlineData("GATEWAY_State__Path", "/proc/gateway/state", "/proc/gateway/state (State.Path)")]
    public async Task What_cannot_be_opened_ends_with_1_and_one_line_that_names_it(string variable, string value, string named)
    {
        var (code, output, error) = await GatewayProcess.RunAsync(["run", "--config", _config], (variable, value));

        Assert.Equal(1, code);
        Assert.Contains("Not started: ", output + error, StringComparison.Ordinal);
        Assert.Contains(named, output + error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output + error, StringComparison.Ordinal);
    }

    [Theory] // two gateways at one port would each get a part of the calls
    [InlineData("GATEWAY_Sip__Listen", "tcp:")]
    [InlineData("GATEWAY_Sip__Msrp__Listen", "tcp:")]
    public async Task Port_of_another_gateway_is_taken(string variable, string transport)
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var address = transport + free.LocalEndpoint;
        free.Stop();
        using var first = GatewayProcess.Start(["run", "--config", _config], (variable, address));
        await first.LineAsync("Started: component");

        var (code, output, _) = await GatewayProcess.RunAsync(
            ["run", "--config", _config], (variable, address), ("GATEWAY_State__Path", Path.Combine(_folder.Path, "other")));

        Assert.Equal(1, code);
        Assert.Contains("Not started: ", output, StringComparison.Ordinal);
        await first.SignalAsync("TERM");
        Assert.Equal(0, (await first.EndAsync()).Code);
    }

    [Fact] // hostile input: the descriptors of the process are for calls
    public async Task More_http_connections_than_anybody_needs_are_closed()
    {
        using var gateway = GatewayProcess.Start(["run", "--config", _config], ("GATEWAY_Log__Format", "json"));
        var line = JsonDocument.Parse(await gateway.LineAsync("Started: component")).RootElement;
        var address = new Uri(line.GetProperty("Http").GetString()!);
        var clients = Enumerable.Range(0, 300).Select(_ => new TcpClient()).ToList();
        try
        {
            var ends = new List<Task>();
            foreach (var client in clients)
            {
                await client.ConnectAsync(address.Host, address.Port);
                ends.Add(EndOf(client));
            }

            for (var ended = 0; ended < clients.Count - 256; ended++)
            {
                ends.Remove(await Task.WhenAny(ends).WaitAsync(TimeSpan.FromSeconds(60)));
            }
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }

        await gateway.SignalAsync("TERM");
        Assert.Equal(0, (await gateway.EndAsync()).Code);
    }

    private static async Task EndOf(TcpClient client)
    {
        try
        {
            _ = await client.GetStream().ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The connection was reset, or the test is over.
        }
    }

    [Fact] // dependencies: JIDs would be compared wrongly, and nothing would say so
    public async Task Without_normalization_nothing_starts()
    {
        var (code, _, error) = await GatewayProcess.RunAsync(
            ["run", "--config", _config], ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1"));

        Assert.Equal(1, code);
        Assert.Contains("libicu", error, StringComparison.Ordinal);
    }

    [GeneratedRegex("^# TYPE (\\S+) (\\S+)$", RegexOptions.Multiline)]
    private static partial Regex MetricType();

    [GeneratedRegex("\\b(gateway|process|dotnet)_[a-z_]+")]
    private static partial Regex MetricName();

    [GeneratedRegex("process_resident_memory_bytes [1-9]")]
    private static partial Regex ResidentMemory();
}
