using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;
using Gateway.Testing;
using Gateway.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Host.Tests.Cli;

/// <summary>The program beside the daemons that operators have: Prosody on its own snippet, rtpengine, a SIP peer.</summary>
public sealed class RealServersTests : IDisposable
{
    private const string Secret = """a "quoted" \ secret""";
    private readonly Configuration.TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Snippet_for_prosody_and_check_agree_and_the_running_gateway_gets_ready()
    {
        var bare = Write("127.0.0.1:5347", "sip:127.0.0.1:9;transport=tcp", "127.0.0.1:9");
        var snippet = await GatewayProcess.RunAsync(["snippet", "prosody", "--config", bare]);
        await using var prosody = await ProsodyServer.StartAsync(new ProsodyOptions { GlobalLines = snippet.Output });
        await using var rtpengine = await RtpengineServer.StartAsync();
        await using var peer = await APeerAsync();
        var config = Write($"127.0.0.1:{prosody.ComponentPort}", $"sip:{peer.BoundEndpoints[0].EndPoint}", $"127.0.0.1:{rtpengine.NgPort}");

        var (code, output, error) = await GatewayProcess.RunAsync(["check", "--config", config]);

        Assert.Equal("", error);
        Assert.DoesNotContain("failed", output, StringComparison.Ordinal);
        Assert.Equal(5, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
        Assert.Equal(0, code);

        await GetsReadyAsync(config);
    }

    [Fact]
    public async Task Snippet_for_ejabberd_and_the_file_to_copy_are_items_that_it_takes()
    {
        var bare = Write("127.0.0.1:5347", "sip:127.0.0.1:9;transport=tcp", "127.0.0.1:9");
        var snippet = await GatewayProcess.RunAsync(["snippet", "ejabberd", "--config", bare]);
        var copied = await File.ReadAllTextAsync(Path.Combine(Tree.ArrowsTests.Root(), "deploy", "ejabberd", "gateway.yml"));
        foreach (var (text, secret) in new[] { (snippet.Output, Secret), (copied, "change-me") })
        {
            await using var ejabberd = await EjabberdServer.StartAsync("example.org", [], text);
            var config = Write($"127.0.0.1:{ejabberd.ComponentPort}", "sip:127.0.0.1:9;transport=tcp", "127.0.0.1:9");

            var (_, output, _) = await GatewayProcess.RunAsync(["check", "--config", config], ("GATEWAY_Xmpp__Secret", secret));

            Assert.Contains("ok      xmpp component", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task File_to_copy_for_prosody_is_a_component_that_it_takes()
    {
        var copied = await File.ReadAllTextAsync(Path.Combine(Tree.ArrowsTests.Root(), "deploy", "prosody", "gateway.cfg.lua"));
        await using var prosody = await ProsodyServer.StartAsync(new ProsodyOptions { GlobalLines = copied });

        var (_, output, _) = await GatewayProcess.RunAsync(
            ["check", "--config", Write($"127.0.0.1:{prosody.ComponentPort}", "sip:127.0.0.1:9;transport=tcp", "127.0.0.1:9")],
            ("GATEWAY_Xmpp__Secret", "change-me"));

        Assert.Contains("ok      xmpp component", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Snippet_for_kamailio_and_the_file_to_copy_lead_to_the_gateway_and_let_it_in()
    {
        var (port, edge) = (FreePorts.One(), FreePorts.One());
        var config = _folder.Write("kamailio.json", $$"""
            {
              "Xmpp": { "Domain": "sip.example.org", "Server": "127.0.0.1:9", "Secret": "x" },
              "Sip": { "Listen": [ "udp:127.0.0.2:{{port}}" ], "Trunks": { "edge": { "Uri": "sip:127.0.0.1:{{edge}}", "Domain": "phones.example.org" } } },
              "Mapping": { "LocalDomains": [ "example.org" ] },
              "Media": { "Address": "127.0.0.1" },
              "State": { "Path": "{{_folder.Path}}/state" },
              "Http": { "Listen": "127.0.0.1:0" }
            }
            """);
        var snippet = await GatewayProcess.RunAsync(["snippet", "kamailio", "--config", config]);
        var copied = await File.ReadAllTextAsync(Path.Combine(Tree.ArrowsTests.Root(), "deploy", "kamailio", "gateway.cfg"));
        using var gateway = GatewayProcess.Start(["run", "--config", config]);
        await gateway.LineAsync("Started: component");
        await using var phone = await APeerAsync();
        foreach (var text in new[]
        {
            snippet.Output,
            copied.Replace("sip:198.51.100.7", $"sip:127.0.0.2:{port}", StringComparison.Ordinal).Replace("198.51.100.7", "127.0.0.2", StringComparison.Ordinal),
        })
        {
            await using var kamailio = await KamailioServer.StartAsync(edge, ["tm", "sl", "rr", "pv", "siputils", "textops", "xlog"], text + """

                request_route {
                    route(FROM_XMPP_GATEWAY);
                    route(TO_XMPP_GATEWAY);
                    sl_send_reply("403", "For nobody");
                }
                route[RELAY] {
                    if (src_ip == 127.0.0.2) { sl_send_reply("200", "The gateway is let in"); exit; }
                    t_relay();
                }
                """);

            var (_, output, _) = await GatewayProcess.RunAsync(["check", "--config", config]);
            var forXmpp = await OptionsAsync(phone, "sip:juliet@example.org", edge);
            var forNobody = await OptionsAsync(phone, "sip:juliet@example.net", edge);

            Assert.Contains($"ok      trunk edge, OPTIONS to sip:127.0.0.1:{edge}: 200 The gateway is let in", output, StringComparison.Ordinal);
            Assert.Equal((200, 403), (forXmpp, forNobody));
        }

        await gateway.SignalAsync("TERM");
        Assert.Equal(0, (await gateway.EndAsync()).Code);
    }

    [Fact]
    public async Task Check_with_another_secret_says_where_both_are_written()
    {
        await using var prosody = await ProsodyServer.StartAsync(new ProsodyOptions { Component = ("sip.example.org", "other") });

        var (code, output, _) = await GatewayProcess.RunAsync(
            ["check", "--config", Write($"127.0.0.1:{prosody.ComponentPort}", "sip:127.0.0.1:9;transport=tcp", "127.0.0.1:9")]);

        Assert.Equal(1, code);
        Assert.Matches("failed  xmpp component .*not-authorized.*Xmpp.Secret.*component_secret", output);
        Assert.DoesNotContain("quoted", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Running_gateway_with_another_secret_says_in_readyz_that_it_was_refused()
    {
        await using var prosody = await ProsodyServer.StartAsync(new ProsodyOptions { Component = ("sip.example.org", "other") });
        var config = Write($"127.0.0.1:{prosody.ComponentPort}", "sip:127.0.0.1:9;transport=tcp", "127.0.0.1:9");
        using var gateway = GatewayProcess.Start(["run", "--config", config], ("GATEWAY_Log__Format", "json"));
        var line = System.Text.Json.JsonDocument.Parse(await gateway.LineAsync("Started: component")).RootElement;
        using var client = new HttpClient { BaseAddress = new Uri(line.GetProperty("Http").GetString()!) };

        await Eventually.HoldsAsync(
            async () => (await (await client.GetAsync("/readyz")).Content.ReadAsStringAsync())
                .Contains($"127.0.0.1:{prosody.ComponentPort} is not up yet: refused with not-authorized", StringComparison.Ordinal),
            () => "not told");
        await gateway.SignalAsync("TERM");
        Assert.Equal(0, (await gateway.EndAsync()).Code);
    }

    private static async Task GetsReadyAsync(string config)
    {
        using var gateway = GatewayProcess.Start(["run", "--config", config], ("GATEWAY_Log__Format", "json"));
        var line = System.Text.Json.JsonDocument.Parse(await gateway.LineAsync("Started: component")).RootElement;
        using var client = new HttpClient { BaseAddress = new Uri(line.GetProperty("Http").GetString()!) };
        await gateway.LineAsync("is connected to");
        Assert.Equal("""{"ready":true,"reasons":[]}""", await client.GetStringAsync("/readyz"));

        await gateway.SignalAsync("TERM");
        Assert.Equal(0, (await gateway.EndAsync()).Code);
    }

    private static async Task<int> OptionsAsync(SipEndpoint phone, string target, int proxy)
    {
        var to = NameAddrOf(target);
        var result = await phone.SendAsync(
            new OutgoingRequest(SipMethod.Options, to.Uri, NameAddrOf("sip:1002@phones.example.org"), to) { NextHop = NameAddrOf($"sip:127.0.0.1:{proxy}").Uri },
            CancellationToken.None);
        return result.Status;
    }

    private static NameAddr NameAddrOf(string uri) =>
        SipUri.TryParse(uri, out var parsed) ? new NameAddr(null, parsed) : throw new ArgumentException("not a SIP URI", nameof(uri));

    private static async Task<SipEndpoint> APeerAsync()
    {
        var peer = new SipEndpoint(
            new SipEndpointOptions { Listen = ["udp:127.0.0.1:0"] }, TimeProvider.System, NullLogger<SipEndpoint>.Instance);
        await peer.StartAsync(CancellationToken.None);
        return peer;
    }

    private string Write(string server, string trunk, string rtpengine) => _folder.Write("gateway.json", $$"""
        {
          "Xmpp": { "Domain": "sip.example.org", "Server": "{{server}}", "Secret": {{System.Text.Json.JsonSerializer.Serialize(Secret)}} },
          "Sip": { "Listen": [ "udp:127.0.0.1:0", "tcp:127.0.0.1:0" ], "Trunks": { "pbx": { "Uri": "{{trunk}}" } } },
          "State": { "Path": "{{_folder.Path}}/state" },
          "Media": { "Engine": "rtpengine", "Rtpengine": [ "udp:{{rtpengine}}" ] },
          "Http": { "Listen": "127.0.0.1:0" }
        }
        """);
}
