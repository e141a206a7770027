using System.Net;
using System.Net.Sockets;
using Gateway.Host.Tests.Configuration;

namespace Gateway.Host.Tests.Cli;

/// <summary><c>gateway check</c>: what it tries, what it says of each, and what the start tells of the same.</summary>
public sealed class CheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _config;

    public CheckTests() => _config = UnreachablePeers.Write(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Check_of_unreachable_peers_ends_with_1_and_a_remedy_for_each()
    {
        var (code, output, _) = await GatewayProcess.RunAsync(["check", "--config", _config]);

        Assert.Equal(1, code);
        Assert.Contains("ok      configuration\n", output, StringComparison.Ordinal);
        Assert.Contains("failed  xmpp component sip.example.org at 127.0.0.1:9: ", output, StringComparison.Ordinal);
        Assert.Contains("failed  trunk pbx, OPTIONS to sip:127.0.0.1:9;transport=tcp: ", output, StringComparison.Ordinal);
        Assert.Contains("failed  rtpengine udp:127.0.0.1:9: ", output, StringComparison.Ordinal);
        Assert.Contains("ok      store", output, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "state"))); // it would belong to whoever checked
    }

    [Fact]
    public async Task Check_names_what_the_embedded_relay_needs()
    {
        var (_, output, _) = await GatewayProcess.RunAsync(
            ["check", "--config", _config], ("GATEWAY_Media__Engine", "embedded"), ("GATEWAY_Media__Address", "127.0.0.1"));

        Assert.Matches(@"ok      library libssl\.so\.3 3\.\d.*, DTLS-SRTP", output);
        Assert.Matches(@"ok      library libsrtp2\.so\.1 2\.\d.*, SRTP", output);
        Assert.Contains("ok      media at 127.0.0.1, ports 30000-34999\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain("rtpengine", output, StringComparison.Ordinal);
    }

    [Fact] // an address that this machine does not have is a router's
    public async Task Check_says_how_the_embedded_relay_is_known_outside()
    {
        var (_, output, _) = await GatewayProcess.RunAsync(
            ["check", "--config", _config], ("GATEWAY_Media__Engine", "embedded"), ("GATEWAY_Media__Address", "198.51.100.7"));

        Assert.Matches(@"ok      media at .*, known as 198\.51\.100\.7\n", output);
    }

    [Fact]
    public async Task Check_of_a_store_that_cannot_be_written_says_so()
    {
        var (code, output, _) = await GatewayProcess.RunAsync(
            ["check", "--config", _config], ("GATEWAY_State__Path", "/proc/gateway/state"));

        Assert.Equal(1, code);
        Assert.Matches("failed  store /proc/gateway/state: .*correct State.Path", output);
    }

    [Fact]
    public async Task Check_of_a_store_whose_folder_is_a_file_says_so()
    {
        var (code, output, _) = await GatewayProcess.RunAsync(["check", "--config", _config], ("GATEWAY_State__Path", _config));

        Assert.Equal(1, code);
        Assert.Contains($"failed  store {_config}: that is a file. Name a folder in State.Path.\n", output, StringComparison.Ordinal);
    }

    [Fact] // beside a PBX on the same machine, when nothing is said of media: calls would be silent
    public async Task Media_that_only_this_machine_reaches_is_told_by_check_and_run()
    {
        (string, string)[] embedded = [("GATEWAY_Media__Engine", "embedded")];

        var (_, output, _) = await GatewayProcess.RunAsync(["check", "--config", _config], embedded);
        using var gateway = GatewayProcess.Start(["run", "--config", _config], embedded);

        Assert.Matches("ok      media at 127.0.0.1, .*; only this machine reaches it: name an address in Media.Address", output);
        await gateway.LineAsync("Media is taken at 127.0.0.1; only this machine reaches it");
        await gateway.LineAsync("Started: component");
        await gateway.SignalAsync("TERM");
        Assert.Equal(0, (await gateway.EndAsync()).Code);
    }

    [Theory] // no request would ever leave
    [InlineData("udp:127.0.0.1:0", "sip:127.0.0.1:9;transport=tcp", "nothing in Sip.Listen sends tcp to it: add \"tcp:0.0.0.0:5060\"")]
    [InlineData("udp:127.0.0.1:0,tcp:127.0.0.1:0", "sip:[::1]:9", "nothing in Sip.Listen sends udp to it: add \"udp:[::]:5060\"")]
    public async Task Trunk_that_no_listener_can_send_to_is_told_by_check_and_run(string listen, string uri, string told)
    {
        (string, string)[] variables = [("GATEWAY_Sip__Listen", listen), ("GATEWAY_Sip__Trunks__pbx__Uri", uri)];

        var (code, output, _) = await GatewayProcess.RunAsync(["check", "--config", _config], variables);
        using var gateway = GatewayProcess.Start(["run", "--config", _config], variables);

        Assert.Equal(1, code);
        Assert.Contains($"failed  trunk pbx, OPTIONS to {uri}: {told}. Or correct the trunk's Uri.\n", output, StringComparison.Ordinal);
        await gateway.LineAsync($"Trunk pbx, {uri}, cannot be reached: {told}");
        await gateway.LineAsync("Started: component");
        await gateway.SignalAsync("TERM");
        Assert.Equal(0, (await gateway.EndAsync()).Code);
    }

    [Fact] // as at a boot before the network's names can be asked
    public async Task Trunk_whose_name_is_not_found_yet_does_not_make_the_gateway_known_as_loopback()
    {
        (string, string)[] unknown =
        [
            ("GATEWAY_Media__Engine", "embedded"), ("GATEWAY_Sip__Listen", "udp:0.0.0.0:0"), ("GATEWAY_Sip__Trunks__pbx__Uri", "sip:pbx.invalid"),
        ];
        using var somewhere = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var expected = IPAddress.Loopback; // a machine without a route
        try
        {
            somewhere.Connect("192.0.2.1", 5060);
            expected = ((IPEndPoint)somewhere.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
        }

        var (_, output, _) = await GatewayProcess.RunAsync(["check", "--config", _config], unknown);

        Assert.Contains($"ok      media at {expected}, ", output, StringComparison.Ordinal);
        Assert.Contains("failed  trunk pbx, OPTIONS to sip:pbx.invalid: no address of pbx.invalid is found", output, StringComparison.Ordinal);
    }
}
