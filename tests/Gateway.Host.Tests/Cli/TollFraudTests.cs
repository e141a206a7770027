using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Gateway.Testing.Servers;

namespace Gateway.Host.Tests.Cli;

/// <summary>
/// Nobody relays through the gateway to the telephone network: whatever a stranger, or the trunk itself, asks of the running program,
/// the trunk never hears of it.
/// </summary>
public sealed partial class TollFraudTests : IDisposable
{
    private const string Number = "+15551234567";
    private const string Description = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60); // only for a failing test
    private readonly Configuration.TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task No_request_of_a_stranger_or_of_the_trunk_comes_back_to_the_trunk()
    {
        await using var prosody = await ProsodyServer.StartAsync(new ProsodyOptions { Component = ("sip.example.org", "s") });
        using var trunk = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var gatewayAt = new IPEndPoint(IPAddress.Loopback, FreePorts.One());
        var trunkAt = (IPEndPoint)trunk.Client.LocalEndPoint!;
        var config = Write(prosody.ComponentPort, gatewayAt, trunkAt);
        using var gateway = GatewayProcess.Start(["run", "--config", config]);
        await gateway.LineAsync("is connected to");

        foreach (var source in new[] { "127.0.0.1", "127.0.0.2" }) // a stranger; an address of the trunk's Sources
        {
            using var caller = new UdpClient(new IPEndPoint(IPAddress.Parse(source), 0));
            var us = (IPEndPoint)caller.Client.LocalEndPoint!;
            foreach (var (method, uri, more) in Attempts(gatewayAt, trunkAt))
            {
                var status = await AskAsync(caller, gatewayAt, Request(method, uri, more, us));

                Assert.True(status is >= 400 and < 500, $"{method} {uri} {more} from {source}: {status}");
            }
        }

        // What the trunk does hear, so that its silence before means something: the first datagram is the OPTIONS of gateway check.
        var check = GatewayProcess.RunAsync(["check", "--config", config]);
        using var patience = new CancellationTokenSource(Patience);
        var heard = await trunk.ReceiveAsync(patience.Token);
        var options = Encoding.UTF8.GetString(heard.Buffer);
        Assert.StartsWith("OPTIONS ", options, StringComparison.Ordinal);
        var headers = options.Split("\r\n")[1..^2].Where(line => !line.StartsWith("Content-Length", StringComparison.OrdinalIgnoreCase));
        await trunk.SendAsync(
            Encoding.UTF8.GetBytes($"SIP/2.0 200 OK\r\n{string.Join("\r\n", headers)}\r\nContent-Length: 0\r\n\r\n"), heard.RemoteEndPoint, patience.Token);
        Assert.Contains("ok      trunk pbx", (await check).Output, StringComparison.Ordinal);
        await gateway.SignalAsync("TERM");
        Assert.Equal(0, (await gateway.EndAsync()).Code);
    }

    private static IEnumerable<(string Method, string Uri, string Headers)> Attempts(IPEndPoint gateway, IPEndPoint trunk)
    {
        string[] numbers =
        [
            $"sip:{Number}@{gateway}", $"sip:{Number}@{gateway};user=phone", $"sip:{Number}@pbx.example", $"sip:{Number}@{trunk}", $"tel:{Number}",
            $"sip:{Number}%40pbx.example@{gateway}", $"sip:{Number}%25pbx.example@sip.example.org", $"sip:{Number}%40sip.example.org@{gateway}",
            $"sip:1001%25pbx.example%40sip.example.org@{gateway}", $"sip:{Number}@sip.example.org", $"sip:anyone%40elsewhere.example@{gateway}",
        ];
        foreach (var uri in numbers)
        {
            yield return ("INVITE", uri, "");
            yield return ("MESSAGE", uri, "");
        }

        yield return ("INVITE", numbers[0], $"Route: <sip:{trunk};lr>\r\n");
        yield return ("INVITE", numbers[2], $"Route: <sip:{gateway};lr>, <sip:{trunk};lr>\r\n");
        yield return ("INVITE", numbers[2], "P-Asserted-Identity: <sip:boss@pbx.example>\r\n");
        yield return ("INVITE", numbers[2], "Replaces: a84b4c76e66710;to-tag=1;from-tag=2\r\n");
        yield return ("REFER", numbers[2], $"Refer-To: <sip:{Number}@pbx.example>\r\n");
        yield return ("SUBSCRIBE", numbers[2], "Event: presence\r\nExpires: 600\r\n");
        yield return ("PUBLISH", numbers[2], "Event: presence\r\n");
        yield return ("REGISTER", "sip:pbx.example", "Expires: 600\r\n");
    }

    private static string Request(string method, string uri, string headers, IPEndPoint us)
    {
        var body = method switch { "INVITE" => Description, "MESSAGE" => "5551234", _ => "" };
        var type = method == "INVITE" ? "application/sdp" : "text/plain";
        return $"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {us};branch=z9hG4bK{Guid.NewGuid():N};rport\r\nMax-Forwards: 70\r\n"
            + $"From: <sip:boss@pbx.example>;tag={Guid.NewGuid():N}\r\nTo: <{uri}>\r\nCall-ID: {Guid.NewGuid():N}\r\nCSeq: 1 {method}\r\n"
            + $"Contact: <sip:boss@{us}>\r\n{headers}Content-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n{body}";
    }

    /// <summary>The final status of this very request; answers to earlier ones may be repeated in between.</summary>
    private static async Task<int> AskAsync(UdpClient caller, IPEndPoint gateway, string request)
    {
        using var patience = new CancellationTokenSource(Patience);
        var callId = CallId().Match(request).Value;
        await caller.SendAsync(Encoding.UTF8.GetBytes(request), gateway, patience.Token);
        while (true)
        {
            var answer = Encoding.UTF8.GetString((await caller.ReceiveAsync(patience.Token)).Buffer);
            var status = int.Parse(answer.AsSpan("SIP/2.0 ".Length, 3), System.Globalization.CultureInfo.InvariantCulture);
            if (status >= 200 && CallId().Match(answer).Value == callId)
            {
                return status;
            }
        }
    }

    private string Write(int component, IPEndPoint gateway, IPEndPoint trunk) => _folder.Write("gateway.json", $$"""
        {
          "Xmpp": { "Domain": "sip.example.org", "Server": "127.0.0.1:{{component}}", "Secret": "s" },
          "Sip": {
            "Listen": [ "udp:{{gateway}}" ],
            "Msrp": { "Listen": [ "tcp:127.0.0.1:0" ] },
            "Trunks": { "pbx": { "Uri": "sip:{{trunk}}", "Domain": "pbx.example", "Sources": [ "127.0.0.2" ], "Presence": "subscribe" } }
          },
          "Mapping": { "LocalDomains": [ "example.org" ] },
          "State": { "Path": "{{_folder.Path}}/state" },
          "Media": { "Address": "127.0.0.1" },
          "Http": { "Listen": "127.0.0.1:0" }
        }
        """);

    [GeneratedRegex(@"(?im)^Call-ID: ?(\S+)")]
    private static partial Regex CallId();
}
