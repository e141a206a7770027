using System.Net;
using Gateway.Media.Ice;
using Gateway.Media.Io;

namespace Gateway.Media.Tests.Ice;

public sealed class IceAgentTests
{
    private readonly SimulatedNetwork _network = new();

    [Fact] // RFC 8445 section 8.1.1: the controlling agent nominates, both use that pair
    public void Two_agents_agree_on_a_pair_within_a_few_round_trips()
    {
        var (a, b) = TwoAgents();
        Meet(a, b);

        Assert.True(_network.RunUntil(() => a.IsConnected && b.IsConnected, 300));
        AssertSamePair(a, b);
        Assert.True(a.Agent.IsValidated(b.BaseAddress()));
        Assert.True(b.Agent.IsValidated(a.BaseAddress()));
        Assert.False(a.Agent.IsValidated(SimulatedNetwork.Address("192.0.2.99:1")));
    }

    [Fact] // RFC 8445 section 5.1.2
    public void Host_candidates_are_prioritized_by_the_order_of_their_bases()
    {
        var (a, _) = TwoAgents();

        Assert.Equal(
            ["1 1 udp 2130706431 192.0.2.1 5000 typ host", "2 1 udp 2130706175 2001:db8::1 5000 typ host"],
            a.Agent.LocalCandidates.Select(candidate => candidate.ToString()));
    }

    [Theory] // RFC 8445 section 6.1.2.2: families do not mix
    [InlineData("192.0.2.1:5000")]
    [InlineData("[2001:db8::1]:5000")]
    public void The_family_that_both_have_is_used(string only)
    {
        var a = new SimulatedAgent(_network, IceRole.Controlling, [only]);
        var b = new SimulatedAgent(_network, IceRole.Controlled, ["198.51.100.1:6000", "[2001:db8:2::1]:6000"]);
        Meet(a, b);

        Assert.True(_network.RunUntil(() => a.IsConnected && b.IsConnected, 2_000));
        AssertSamePair(a, b);
    }

    [Fact] // RFC 8445 section 6.1.1 has roles given; section 7.3.1.1 settles those given wrongly
    public void Both_controlling_end_with_one_of_each_role()
    {
        foreach (var role in new[] { IceRole.Controlling, IceRole.Controlled })
        {
            for (var seed = 0; seed < 20; seed++)
            {
                var network = new SimulatedNetwork(seed);
                var a = new SimulatedAgent(network, role, ["192.0.2.1:5000"]);
                var b = new SimulatedAgent(network, role, ["198.51.100.1:6000"]);
                Meet(a, b);

                Assert.True(network.RunUntil(() => a.IsConnected && b.IsConnected, 3_000), $"{role}, seed {seed}");
                network.Run(1_000);
                Assert.NotEqual(a.Agent.Role, b.Agent.Role);
                AssertSamePair(a, b);
            }
        }
    }

    [Fact] // RFC 8838 section 5: candidates after the answer
    public void Candidates_that_trickle_after_the_credentials_are_checked()
    {
        var (a, b) = TwoAgents();
        a.Agent.SetRemote(b.Agent.LocalUfrag, b.Agent.LocalPwd, _network.Now);
        b.Agent.SetRemote(a.Agent.LocalUfrag, a.Agent.LocalPwd, _network.Now);
        a.Start();
        b.Start();
        _network.Run(5_000);
        Assert.Empty(_network.Sent);

        a.Agent.AddRemoteCandidate(b.Agent.LocalCandidates[0]);

        Assert.True(_network.RunUntil(() => a.IsConnected && b.IsConnected, 1_000)); // b learns of a by its checks
        AssertSamePair(a, b);
    }

    [Fact] // candidates before the answer
    public void Candidates_that_trickle_before_the_credentials_wait_for_them()
    {
        var (a, b) = TwoAgents();
        a.Start();
        b.Start();
        a.Agent.AddRemoteCandidate(b.Agent.LocalCandidates[0]);
        _network.Run(1_000);
        Assert.Empty(_network.Sent);

        a.Agent.SetRemote(b.Agent.LocalUfrag, b.Agent.LocalPwd, _network.Now);
        b.Agent.SetRemote(a.Agent.LocalUfrag, a.Agent.LocalPwd, _network.Now);

        Assert.True(_network.RunUntil(() => a.IsConnected && b.IsConnected, 1_000));
        AssertSamePair(a, b);
    }

    [Fact] // RFC 8445 section 7.3: such a check is answered at once, and its own check follows when the credentials are known
    public void Checks_that_come_before_the_peers_credentials_are_answered_and_remembered()
    {
        var (a, b) = TwoAgents(IceRole.Controlled, IceRole.Controlling);
        a.Start();
        a.Describe(to: b);
        b.Start();
        Assert.True(_network.RunUntil(() => b.IsConnected, 1_000)); // the nomination was answered as well
        Assert.False(a.IsConnected);

        a.Agent.SetRemote(b.Agent.LocalUfrag, b.Agent.LocalPwd, _network.Now);

        Assert.True(_network.RunUntil(() => a.IsConnected, 1_000));
        AssertSamePair(a, b);
    }

    [Theory] // RFC 8445 section 7.3.1.3
    [InlineData(false)]
    [InlineData(true)]
    public void Peer_behind_a_NAT_is_reached_by_what_its_checks_reveal(bool isSymmetric)
    {
        var a = new SimulatedAgent(_network, IceRole.Controlled, ["192.0.2.1:5000"]);
        var b = new SimulatedAgent(_network, IceRole.Controlling, ["10.0.0.2:6000"])
        {
            Nat = new SimulatedNat(_network, IPAddress.Parse("198.51.100.7"), isSymmetric),
        };
        Meet(a, b);

        Assert.True(_network.RunUntil(() => a.IsConnected && b.IsConnected, 1_000));
        Assert.Equal("198.51.100.7:40000", a.Pair.Remote.ToString());
        Assert.Equal("192.0.2.1:5000", b.Pair.Remote.ToString());
    }

    [Fact] // RFC 8445 section 5.1.1.2
    public void STUN_server_reveals_a_candidate_by_which_a_peer_behind_another_NAT_is_met()
    {
        var server = SimulatedNetwork.Address("203.0.113.3:3478");
        _network.Listen(server, (from, request) => _network.Send(server, from, StunServer.Answer(request, from)));
        var a = ABehindNat(IceRole.Controlling, "198.51.100.7", server);
        var b = ABehindNat(IceRole.Controlled, "198.51.100.8", server);
        a.Agent.Gather(_network.Now);
        b.Agent.Gather(_network.Now);
        Assert.True(a.Agent.IsGathering);
        _network.Run(100);

        Assert.False(a.Agent.IsGathering);
        Assert.Equal("101 1 udp 1694498815 198.51.100.7 40000 typ srflx raddr 10.0.0.2 rport 6000", Assert.Single(a.Found).ToString());
        Meet(a, b);
        Assert.True(_network.RunUntil(() => a.IsConnected && b.IsConnected, 3_000));
        Assert.Equal("198.51.100.8:40000", a.Pair.Remote.ToString());
        Assert.Equal("198.51.100.7:40000", b.Pair.Remote.ToString());
    }

    [Fact]
    public void Silent_STUN_server_is_given_up()
    {
        var a = ABehindNat(IceRole.Controlling, "198.51.100.7", SimulatedNetwork.Address("203.0.113.3:3478"));
        a.Agent.Gather(_network.Now);

        Assert.True(_network.RunUntil(() => !a.Agent.IsGathering, 4_000));
        Assert.Equal(3, _network.Sent.Count);
        Assert.Equal(long.MaxValue, a.Agent.NextDue);
    }

    [Fact]
    public void Advertised_address_stands_in_for_the_bound_one()
    {
        var agent = new IceAgent(new IceAgentOptions(), new SimulatedAgent(_network, IceRole.Controlled, []));
        agent.AddBase(0, SimulatedNetwork.Address("0.0.0.0:5000"), SimulatedNetwork.Address("198.51.100.7:5000"));

        Assert.Equal("1 1 udp 2130706431 198.51.100.7 5000 typ host", Assert.Single(agent.LocalCandidates).ToString());
    }

    [Fact] // RFC 8863 section 4
    public void No_way_to_the_peer_fails_once_patience_is_over()
    {
        _network.IsLost = (_, _, _) => true;
        var (a, b) = TwoAgents();
        Meet(a, b);

        _network.Run(39_000);
        Assert.Equal((0, 0), (a.Failures, b.Failures));
        _network.Run(1_000);
        Assert.Equal((1, 1), (a.Failures, b.Failures));
        Assert.Equal(long.MaxValue, a.Agent.NextDue);
        var sent = _network.Sent.Count;
        _network.Run(60_000);
        Assert.Equal(sent, _network.Sent.Count);
    }

    [Fact] // the peer takes long to answer the call: that is not the network's fault
    public void Patience_begins_with_the_peers_credentials()
    {
        var (a, b) = TwoAgents();
        a.Start();
        _network.Run(120_000);
        Assert.Equal(0, a.Failures);

        Meet(a, b);
        Assert.True(_network.RunUntil(() => a.IsConnected && b.IsConnected, 1_000));
    }

    [Theory] // RFC 7675 section 5.1
    [InlineData(true)]
    [InlineData(false)]
    public void Consent_is_asked_for_every_4_to_6_seconds_and_lasts_30(bool ofControlling)
    {
        var (a, b) = TwoAgents();
        Meet(a, b);
        _network.RunUntil(() => a.IsConnected && b.IsConnected, 1_000);
        _network.Run(1_000);
        var (kept, left) = ofControlling ? (a, b) : (b, a);
        _network.Sent.Clear();
        _network.Run(100_000);
        var asked = _network.Sent.Count(sent => sent.From == kept.BaseAddress() && sent.Datagram[0] == 0);
        Assert.InRange(asked, 16, 25);
        Assert.Equal(0, kept.LostConsents);

        _network.IsLost = (from, _, _) => from == left.BaseAddress();
        _network.Run(23_000);
        Assert.Equal(0, kept.LostConsents);
        _network.Run(8_000);
        Assert.Equal((1, 1), (kept.Deselections, kept.LostConsents));
        Assert.False(kept.Agent.TryGetSelected(out _, out _));
        Assert.Equal(long.MaxValue, kept.Agent.NextDue);
    }

    [Fact] // RFC 8445 section 9, R-37; the Conversations shape: new credentials, no candidates
    public void Restart_by_the_peer_keeps_the_pair_until_a_new_one_works()
    {
        var (a, b) = TwoAgents();
        Meet(a, b);
        _network.RunUntil(() => a.IsConnected && b.IsConnected, 1_000);
        var (ufrag, pwd) = (a.Agent.LocalUfrag, a.Agent.LocalPwd);

        b.Agent.Restart(_network.Now);
        Assert.True(a.Agent.SetRemote(b.Agent.LocalUfrag, b.Agent.LocalPwd, _network.Now));
        Assert.NotEqual(ufrag, a.Agent.LocalUfrag);
        Assert.NotEqual(pwd, a.Agent.LocalPwd);
        _network.Run(40_000); // longer than consent: it is kept up on the old pair
        Assert.Equal((0, 0), (a.LostConsents, b.LostConsents));
        AssertSamePair(a, b);
        var before = (a.Selections.Count, b.Selections.Count);

        b.Agent.SetRemote(a.Agent.LocalUfrag, a.Agent.LocalPwd, _network.Now);
        b.Agent.AddRemoteCandidate(a.Agent.LocalCandidates[0]);
        b.Agent.Restart(_network.Now); // the first one has long failed
        a.Agent.SetRemote(b.Agent.LocalUfrag, b.Agent.LocalPwd, _network.Now);
        a.Describe(to: b);

        Assert.True(_network.RunUntil(() => a.Selections.Count > before.Item1 && b.Selections.Count > before.Item2, 2_000));
        Assert.False(a.Agent.IsRestarting);
        AssertSamePair(a, b);
    }

    [Fact] // RFC 7675 section 5.1: 30 s, less what may have passed since the last answer and until the next question
    public void Peer_that_is_away_for_17_seconds_again_and_again_loses_nothing()
    {
        var (a, b) = TwoAgents();
        Meet(a, b);
        _network.RunUntil(() => a.IsConnected && b.IsConnected, 1_000);
        _network.Run(1_000);

        for (var i = 0; i < 5; i++)
        {
            _network.IsLost = static (_, _, _) => true;
            _network.Run(17_000);
            _network.IsLost = static (_, _, _) => false;
            _network.Run(7_000);
        }

        Assert.Equal((0, 0), (a.LostConsents, b.LostConsents));
        AssertSamePair(a, b);
    }

    [Theory] // each takes the other's new credentials for the answer to its own, as they are
    [InlineData(true)]
    [InlineData(false)]
    public void Restarts_of_both_ends_at_once_are_one(bool candidatesFirst)
    {
        var (a, b) = TwoAgents();
        Meet(a, b);
        _network.RunUntil(() => a.IsConnected && b.IsConnected, 1_000);
        _network.Run(5_000);
        a.Agent.Restart(_network.Now);
        b.Agent.Restart(_network.Now);
        var (ofA, ofB) = (a.Agent.LocalUfrag, b.Agent.LocalUfrag);

        if (candidatesFirst)
        {
            a.Agent.AddRemoteCandidate(b.Agent.LocalCandidates[0]);
        }

        Assert.False(b.Agent.SetRemote(ofA, a.Agent.LocalPwd, _network.Now));
        _network.Run(300);
        Assert.False(a.Agent.SetRemote(ofB, b.Agent.LocalPwd, _network.Now));
        a.Describe(to: b);

        Assert.True(_network.RunUntil(() => a.Selections.Count == 2 && b.Selections.Count == 2, 2_000));
        Assert.Equal((ofA, ofB), (a.Agent.LocalUfrag, b.Agent.LocalUfrag));
        AssertSamePair(a, b);
        _network.Run(60_000);
        Assert.Equal((0, 0), (a.LostConsents, b.LostConsents));
    }

    [Fact] // RFC 7675 section 5.1: a restart under way is no leave to go on sending
    public void Pair_whose_consent_ends_during_a_restart_is_used_no_more_and_the_call_has_until_the_restart_ends()
    {
        var (a, b) = TwoAgents();
        Meet(a, b);
        _network.RunUntil(() => a.IsConnected && b.IsConnected, 1_000);
        _network.IsLost = (from, _, _) => from == b.BaseAddress(0) || from == b.BaseAddress(1);
        _network.Run(10_000);
        a.Agent.SetRemote("fresh", "a password of the peer's restart", _network.Now);

        _network.Run(22_000);
        Assert.Equal((1, 0), (a.Deselections, a.LostConsents));
        Assert.False(a.Agent.TryGetSelected(out _, out _));

        _network.Run(20_000);
        Assert.Equal((1, 1), (a.Deselections, a.LostConsents));
    }

    [Fact]
    public void Restart_moves_the_call_to_another_network()
    {
        var (a, b) = TwoAgents();
        Meet(a, b);
        _network.RunUntil(() => a.IsConnected && b.IsConnected, 1_000);
        _network.Run(5_000);

        // From now on b's first address is gone, as when a phone leaves the house.
        var old = a.Pair.Remote;
        _network.IsLost = (from, to, _) => from == old || to == old;
        b.Agent.Restart(_network.Now);
        Assert.True(a.Agent.SetRemote(b.Agent.LocalUfrag, b.Agent.LocalPwd, _network.Now));
        a.Describe(to: b);

        Assert.True(_network.RunUntil(() => a.Selections.Count == 2 && b.Selections.Count == 2, 3_000));
        Assert.NotEqual(old, a.Pair.Remote);
        AssertSamePair(a, b);
        _network.Run(60_000);
        Assert.Equal((0, 0), (a.LostConsents, b.LostConsents));
    }

    [Fact] // transport-info of before the restart may come after it
    public void Credentials_of_before_a_restart_are_passed_over()
    {
        var (a, b) = TwoAgents();
        Meet(a, b);
        _network.RunUntil(() => a.IsConnected && b.IsConnected, 1_000);
        var (ufrag, pwd) = (b.Agent.LocalUfrag, b.Agent.LocalPwd);
        b.Agent.Restart(_network.Now);
        a.Agent.SetRemote(b.Agent.LocalUfrag, b.Agent.LocalPwd, _network.Now);
        var mine = a.Agent.LocalUfrag;

        Assert.False(a.Agent.SetRemote(ufrag, pwd, _network.Now));
        Assert.False(a.Agent.SetRemote(b.Agent.LocalUfrag, b.Agent.LocalPwd, _network.Now));
        Assert.Equal(mine, a.Agent.LocalUfrag);
    }

    [Fact] // RFC 8445 section 6.1.2.5, and a limit of our own
    public void Thousands_of_candidates_make_no_more_than_the_allowed_checks()
    {
        var a = new SimulatedAgent(_network, IceRole.Controlling, ["192.0.2.1:5000", "192.0.2.2:5000"]);
        a.Agent.SetRemote("someone", "a password of 24 letters", _network.Now);
        for (var i = 0; i < 5_000; i++)
        {
            a.Agent.AddRemoteCandidate(ACandidate($"10.1.{i / 250}.{(i % 250) + 1}", 7_000, (uint)(1_000_000 + i)));
        }

        a.Start();
        _network.Run(60_000);

        Assert.Equal(1, a.Failures);
        Assert.InRange(_network.Sent.Select(sent => (sent.From, sent.To)).Distinct().Count(), 90, 100);
        Assert.InRange(_network.Sent.Count, 90, 100 * 40);
    }

    [Theory] // R-27; addresses that no check can go to
    [InlineData("1 1 udp 1 4f2d1bd6-09f1-4d28-b2c1-7f42c1b1e7d2.local 7000 typ host")]
    [InlineData("1 1 tcp 1 198.51.100.1 9 typ host tcptype active")]
    [InlineData("1 1 udp 1 fe80::1 7000 typ host")]
    [InlineData("1 2 udp 1 198.51.100.1 7001 typ host")]
    [InlineData("1 1 udp 1 0.0.0.0 7000 typ host")]
    [InlineData("1 1 udp 1 239.1.1.1 7000 typ host")]
    [InlineData("1 1 udp 1 127.0.0.1 7000 typ host")]
    [InlineData("1 1 udp 1 198.51.100.1 0 typ host")]
    public void Candidates_of_no_use_are_dropped(string candidate)
    {
        var a = new SimulatedAgent(_network, IceRole.Controlling, ["192.0.2.1:5000", "[2001:db8::1]:5000"]);
        a.Agent.SetRemote("someone", "a password of 24 letters", _network.Now);
        Assert.True(IceCandidate.TryParse(candidate, out var read));
        a.Agent.AddRemoteCandidate(read);
        a.Start();
        _network.Run(10_000);

        Assert.Empty(_network.Sent);
    }

    private static IceCandidate ACandidate(string host, int port, uint priority) =>
        new($"{priority}", 1, "udp", priority, host, port, IceCandidateType.Host);

    private static void AssertSamePair(SimulatedAgent a, SimulatedAgent b)
    {
        Assert.Equal(a.Pair.Local, b.Pair.Remote);
        Assert.Equal(b.Pair.Local, a.Pair.Remote);
    }

    private static void Meet(SimulatedAgent a, SimulatedAgent b)
    {
        a.Describe(to: b);
        b.Describe(to: a);
        a.Start();
        b.Start();
    }

    private SimulatedAgent ABehindNat(IceRole role, string outer, PeerAddress server) => new(
        _network, role, ["10.0.0.2:6000"], options => options with { StunServers = [server] })
    {
        Nat = new SimulatedNat(_network, IPAddress.Parse(outer), isSymmetric: false),
    };

    private (SimulatedAgent A, SimulatedAgent B) TwoAgents(
        IceRole first = IceRole.Controlling, IceRole second = IceRole.Controlled) => (
        new SimulatedAgent(_network, first, ["192.0.2.1:5000", "[2001:db8::1]:5000"]),
        new SimulatedAgent(_network, second, ["198.51.100.1:6000", "[2001:db8:2::1]:6000"]));
}
