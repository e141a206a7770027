using System.Text.Json.Nodes;
using Gateway.Media.Ice;

namespace Gateway.Media.Tests.Ice;

/// <summary>With an agent of another make, over real sockets of the loopback interface.</summary>
public sealed class AioiceInteropTests
{
    [Theory]
    [InlineData(IceRole.Controlling, "127.0.0.1")]
    [InlineData(IceRole.Controlled, "127.0.0.1")]
    [InlineData(IceRole.Controlling, "::1")]
    [InlineData(IceRole.Controlled, "::1")]
    public async Task Checks_complete_and_data_flows_both_ways(IceRole role, string host)
    {
        await using var peer = await AioiceEnd.StartAsync();
        await using var agent = new LoopAgent();
        await agent.OpenAsync(host, new IceAgentOptions { Role = role });
        var address = await MakeAsync(agent, peer, role == IceRole.Controlled, host);

        await ConnectAsync(agent, peer);

        await agent.Events.WaitAsync(e => e == $"selected {address}");
        await AssertEchoAsync(agent, peer, "one");
    }

    [Theory] // RFC 8445 section 7.3.1.1, with the other agent's view of it
    [InlineData(IceRole.Controlling)]
    [InlineData(IceRole.Controlled)]
    public async Task Same_role_on_both_sides_is_settled(IceRole role)
    {
        await using var peer = await AioiceEnd.StartAsync();
        await using var agent = new LoopAgent();
        await agent.OpenAsync("127.0.0.1", new IceAgentOptions { Role = role });
        await MakeAsync(agent, peer, role == IceRole.Controlling, "127.0.0.1");

        await ConnectAsync(agent, peer);

        await agent.Events.WaitAsync(e => e.StartsWith("selected", StringComparison.Ordinal));
        var connected = await peer.WhenAsync("connected");
        Assert.Equal((bool)connected["controlling"]!, await agent.DoAsync((ice, _) => ice.Role == IceRole.Controlled));
        await AssertEchoAsync(agent, peer, "settled");
    }

    [Fact] // aioice checks before we know who it is; its candidate never comes at all
    public async Task Peer_that_is_described_late_and_trickles_nothing_is_found_by_its_checks()
    {
        await using var peer = await AioiceEnd.StartAsync();
        await using var agent = new LoopAgent();
        await agent.OpenAsync("127.0.0.1", new IceAgentOptions());
        await peer.SendAsync(new JsonObject { ["do"] = "new", ["controlling"] = true });
        var made = await peer.WhenAsync("made");
        await DescribeAsync(agent, peer);
        await agent.DoAsync((ice, now) => Start(ice, now));
        await peer.SendAsync(new JsonObject { ["do"] = "connect" });

        await peer.WhenAsync("connected"); // all it asked was answered
        Assert.DoesNotContain(agent.Events.All, e => e.StartsWith("selected", StringComparison.Ordinal));
        await agent.DoAsync((ice, now) => ice.SetRemote((string)made["ufrag"]!, (string)made["pwd"]!, now));

        await agent.Events.WaitAsync(e => e.StartsWith("selected", StringComparison.Ordinal));
        await AssertEchoAsync(agent, peer, "late");
    }

    [Fact]
    public async Task Restart_by_the_peer_moves_to_its_new_socket()
    {
        await using var peer = await AioiceEnd.StartAsync();
        await using var agent = new LoopAgent();
        await agent.OpenAsync("127.0.0.1", new IceAgentOptions());
        var first = await MakeAsync(agent, peer, true, "127.0.0.1");
        await ConnectAsync(agent, peer);
        await agent.Events.WaitAsync(e => e == $"selected {first}");

        var seen = peer.Events.Count;
        await peer.SendAsync(new JsonObject { ["do"] = "new", ["controlling"] = true });
        var made = await peer.WhenAsync("made", seen);
        var began = await agent.DoAsync((ice, now) => ice.SetRemote((string)made["ufrag"]!, (string)made["pwd"]!, now));
        await DescribeAsync(agent, peer);
        await peer.SendAsync(new JsonObject { ["do"] = "connect" });

        Assert.True(began);
        Assert.True(IceCandidate.TryParse((string)made["candidates"]![0]!, out var candidate));
        await agent.Events.WaitAsync(e => e == $"selected 127.0.0.1:{candidate.Port}");
        await AssertEchoAsync(agent, peer, "restarted");
    }

    [Fact] // RFC 7675, with times that a test can wait for
    public async Task Peer_that_is_gone_loses_consent()
    {
        await using var peer = await AioiceEnd.StartAsync();
        await using var agent = new LoopAgent();
        await agent.OpenAsync("127.0.0.1", new IceAgentOptions { ConsentInterval = 100, ConsentLifetime = 800 });
        await MakeAsync(agent, peer, true, "127.0.0.1");
        await ConnectAsync(agent, peer);
        await AssertEchoAsync(agent, peer, "there");

        await peer.SendAsync(new JsonObject { ["do"] = "lose" });

        await agent.Events.WaitAsync(e => e == "consent lost");
    }

    private static bool Start(IceAgent ice, long now)
    {
        ice.Start(now);
        return true;
    }

    /// <summary>Makes the peer's connection, tells the agent, and gives the peer's address.</summary>
    private static async Task<string> MakeAsync(LoopAgent agent, AioiceEnd peer, bool controlling, string host)
    {
        await peer.SendAsync(new JsonObject { ["do"] = "new", ["controlling"] = controlling, ["address"] = host });
        var made = await peer.WhenAsync("made");
        Assert.True(IceCandidate.TryParse((string)made["candidates"]![0]!, out var candidate));
        await agent.DoAsync((ice, now) =>
        {
            ice.SetRemote((string)made["ufrag"]!, (string)made["pwd"]!, now);
            ice.AddRemoteCandidate(candidate);
            return true;
        });
        Assert.True(candidate.TryGetAddress(out var address));
        return address.ToString();
    }

    private static async Task DescribeAsync(LoopAgent agent, AioiceEnd peer)
    {
        var (ufrag, pwd, candidates) = await agent.DoAsync((ice, _) => (ice.LocalUfrag, ice.LocalPwd, ice.LocalCandidates));
        await peer.SendAsync(new JsonObject
        {
            ["do"] = "remote", ["ufrag"] = ufrag, ["pwd"] = pwd,
            ["candidates"] = new JsonArray([.. candidates.Select(candidate => (JsonNode)candidate.ToString())]),
        });
        await peer.SendAsync(new JsonObject { ["do"] = "candidate", ["candidate"] = null });
    }

    private static async Task ConnectAsync(LoopAgent agent, AioiceEnd peer)
    {
        await DescribeAsync(agent, peer);
        await peer.SendAsync(new JsonObject { ["do"] = "connect" });
        await agent.DoAsync((ice, now) => Start(ice, now));
        await peer.WhenAsync("connected");
    }

    private static async Task AssertEchoAsync(LoopAgent agent, AioiceEnd peer, string text)
    {
        await agent.Events.WaitAsync(e => e.StartsWith("selected", StringComparison.Ordinal));
        await peer.SendAsync(new JsonObject { ["do"] = "send", ["text"] = text });
        await agent.Events.WaitAsync(e => e == $"received {text}");
        await peer.Events.WaitAsync(e => (string?)e["event"] == "received" && (string?)e["text"] == text);
    }
}
