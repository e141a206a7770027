using System.Diagnostics.Metrics;
using Gateway.Media.Ice;
using Gateway.Media.Io;
using Gateway.Media.Stun;

namespace Gateway.Media.Tests.Ice;

/// <summary>Anybody can reach the port: what is refused is counted, and changes nothing.</summary>
public sealed class IceHostilityTests : IDisposable
{
    private const string Stranger = "198.51.100.66:666";

    private readonly SimulatedNetwork _network = new();
    private readonly Meter _meter = new("Gateway.Media");
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _counts = [];
    private readonly SimulatedAgent _agent;
    private readonly ScriptedPeer _peer;
    private readonly IceAgent _counted;

    public IceHostilityTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == _meter)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var name = tags.Length > 0 ? $"{instrument.Name}:{tags[0].Value}" : instrument.Name;
            _counts[name] = _counts.GetValueOrDefault(name) + value;
        });
        _listener.Start();

        _agent = new SimulatedAgent(_network, IceRole.Controlled, ["192.0.2.1:5000"]);
        _peer = new ScriptedPeer(_network, _agent, Stranger);
        _peer.Describe();
        _agent.Start();

        _counted = new IceAgent(new IceAgentOptions { Metrics = new IceMetrics(_meter) }, _agent);
        _counted.AddBase(0, SimulatedNetwork.Address("192.0.2.1:5000"), SimulatedNetwork.Address("192.0.2.1:5000"));
    }

    [Fact] // RFC 8489 section 9.1.3
    public void Request_without_integrity_is_a_bad_request()
    {
        _peer.Request(Stranger, $"{_agent.Agent.LocalUfrag}:x", pwd: null);
        _network.Run(1_000);

        Assert.Equal((StunClass.Error, 400), _peer.LastResponse);
        AssertNothingFollows();
    }

    [Theory] // RFC 8489 section 9.1.3
    [InlineData("nobody:x")]
    [InlineData("nobody")]
    [InlineData("")]
    [InlineData(":")]
    public void Request_for_another_user_is_unauthenticated(string username)
    {
        _peer.Request(Stranger, username, _agent.Agent.LocalPwd);
        _network.Run(1_000);

        Assert.Equal((StunClass.Error, 401), _peer.LastResponse);
        AssertNothingFollows();
    }

    [Fact]
    public void Request_with_the_wrong_password_is_unauthenticated()
    {
        _peer.Request(Stranger, $"{_agent.Agent.LocalUfrag}:{_peer.Ufrag}", "guessed");
        _network.Run(1_000);

        Assert.Equal((StunClass.Error, 401), _peer.LastResponse);
        AssertNothingFollows();
    }

    [Fact] // RFC 8489 section 6.3.1
    public void Attribute_that_must_be_understood_is_named_in_a_signed_420()
    {
        _peer.Request(Stranger, $"{_agent.Agent.LocalUfrag}:{_peer.Ufrag}", _agent.Agent.LocalPwd, (ref StunWriter writer) =>
            writer.Number((StunAttribute)0x7777, 1u));
        _network.Run(1_000);

        Assert.Equal((StunClass.Error, 420), _peer.LastResponse);
        Assert.True(StunMessage.TryRead(_peer.Responses[^1].Datagram, out var message));
        Assert.True(message.IsSignedWith(System.Text.Encoding.UTF8.GetBytes(_agent.Agent.LocalPwd)));
        AssertNothingFollows();
    }

    [Fact] // the error is no larger than the request, and there are not many: we are nobody's amplifier
    public void Flood_of_wrong_requests_gets_few_answers()
    {
        for (var i = 0; i < 5_000; i++)
        {
            _peer.Request(Stranger, "nobody:x", "x");
        }

        _network.Run(900);
        Assert.Equal(50, _peer.Responses.Count);
        AssertNothingFollows();
    }

    [Fact]
    public void Everything_refused_is_counted_with_its_reason()
    {
        var from = SimulatedNetwork.Address(Stranger);
        Assert.False(_counted.OnStun(0, from, [0, 1, 2, 3], 1));
        Assert.False(_counted.OnStun(0, from, new byte[2_000], 1));
        Assert.False(_counted.OnStun(7, from, Message(StunClass.Request, 1), 1));
        Assert.False(_counted.OnStun(0, from, Message(StunClass.Request, 1), 1));
        Assert.False(_counted.OnStun(0, from, Message(StunClass.Request, 3), 1));
        Assert.False(_counted.OnStun(0, from, Message(StunClass.Success, 1), 1));
        Assert.False(_counted.OnStun(0, from, Message(StunClass.Error, 1), 1));
        Assert.True(_counted.OnStun(0, from, Message(StunClass.Indication, 1), 1));
        for (var i = 0; i < 60; i++)
        {
            _counted.OnStun(0, from, Message(StunClass.Request, 1), 1);
        }

        Assert.Equal(3, _counts["gateway.media.stun.refused:malformed"]);
        Assert.Equal(1, _counts["gateway.media.stun.refused:unknown"]);
        Assert.Equal(2, _counts["gateway.media.stun.refused:stray"]);
        Assert.Equal(61, _counts["gateway.media.stun.refused:user"]);
        Assert.Equal(11, _counts["gateway.media.stun.muted"]);
    }

    [Fact] // RFC 8489 section 9.1.4
    public void Forged_answer_to_a_check_is_taken_for_lost()
    {
        _peer.Signal(Stranger, 1_000_000);
        _peer.Pwd = "not the peer's password";
        _network.Run(3_000);
        _peer.Check(Stranger, nominates: true);
        _network.Run(3_000);

        Assert.NotEmpty(_peer.Requests);
        Assert.False(_agent.IsConnected);
        Assert.False(_agent.Agent.IsValidated(SimulatedNetwork.Address(Stranger)));
    }

    [Fact]
    public void Random_octets_from_anywhere_change_nothing()
    {
        var random = new System.Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var octets = new byte[random.Next(1, 150)];
            random.NextBytes(octets);
            if (octets.Length >= 20 && i % 2 == 0)
            {
                byte[] head = [(byte)(octets[0] & 1), (byte)(octets[1] & 0x11), 0, (byte)((octets.Length - 20) & ~3), 0x21, 0x12, 0xA4, 0x42];
                head.CopyTo(octets, 0);
                octets = octets[..(20 + octets[3])];
            }

            _agent.Agent.OnStun(0, PeerAddress.FromBytes([198, 51, 100, (byte)i], 1 + (i % 60_000)), octets, _network.Now);
        }

        AssertNothingFollows();
    }

    [Fact] // a peer with credentials may still lie about where it is
    public void Authenticated_checks_from_everywhere_meet_the_limits()
    {
        for (var i = 0; i < 2_000; i++)
        {
            _peer.Check($"198.51.{100 + (i / 250)}.{(i % 250) + 1}:7000");
        }

        _network.Run(60_000);
        var asked = _network.Sent.Where(sent => sent.From == _agent.BaseAddress() && sent.Datagram[1] == 1 && sent.Datagram[0] == 0)
            .Select(sent => sent.To).Distinct().Count();
        Assert.InRange(asked, 1, 64);
    }

    [Fact] // RFC 8445 section 7.2.5.1: roles change with every answer, and no faster than checks are paced
    public void Peer_that_finds_a_conflict_in_every_role_is_asked_no_faster_for_it()
    {
        _peer.AnswersWith = 487;
        _peer.Signal(Stranger, 1_000);

        _network.Run(10_000);
        Assert.InRange(_peer.Requests.Count, 10, 500);

        _network.Run(60_000);
        Assert.Equal((1, long.MaxValue), (_agent.Failures, _agent.Agent.NextDue));
    }

    [Fact] // who has heard one check can say it again from anywhere
    public void Peer_that_moves_is_followed_although_others_have_repeated_its_checks()
    {
        const string moved = "203.0.113.5:7000";
        _peer.Check(Stranger, nominates: true);
        _network.Run(1_000);
        for (var i = 0; i < 200; i++)
        {
            _peer.Check($"198.51.100.{i + 1}:7000");
        }

        _network.Run(10_000);
        var there = new ScriptedPeer(_network, _agent, moved);
        for (var i = 0; i < 3; i++)
        {
            there.Check(moved, nominates: true);
            _network.Run(2_000);
        }

        Assert.Equal(SimulatedNetwork.Address(moved), _agent.Pair.Remote);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meter.Dispose();
    }

    private static byte[] Message(StunClass @class, int method)
    {
        var writer = new StunWriter(new byte[StunFormat.MaxLength], @class, method, "transaction!"u8);
        writer.Username("nobody"u8, "x"u8);
        return writer.Signed("x"u8).ToArray();
    }

    private void AssertNothingFollows()
    {
        _peer.Requests.Clear();
        _network.Run(1_000);
        Assert.Empty(_peer.Requests);
        Assert.False(_agent.IsConnected);
        Assert.Equal(0, _agent.Failures);
    }
}
