using Gateway.Media.Ice;
using Gateway.Media.Stun;

namespace Gateway.Media.Tests.Ice;

/// <summary>Against a peer that does one thing at a time.</summary>
public sealed class IceNominationTests
{
    private const string Near = "198.51.100.1:6000";
    private const string Far = "198.51.100.2:6000";

    private readonly SimulatedNetwork _network = new();
    private readonly SimulatedAgent _agent;
    private readonly ScriptedPeer _peer;

    public IceNominationTests()
    {
        _agent = new SimulatedAgent(_network, IceRole.Controlled, ["192.0.2.1:5000"]);
        _peer = new ScriptedPeer(_network, _agent, Near, Far);
        _peer.Describe();
        _peer.Signal(Near, 2_000_000);
        _peer.Signal(Far, 1_000_000);
        _agent.Start();
    }

    [Fact] // RFC 8445 section 8.1.1: valid is not chosen
    public void Controlled_agent_waits_for_the_nomination()
    {
        _network.Run(3_000);
        Assert.False(_agent.IsConnected);

        _peer.Check(Far, nominates: true);
        _network.Run(100);

        AssertInUse(Far);
        Assert.Equal((StunClass.Success, 0), _peer.LastResponse);
    }

    [Fact] // RFC 8445 section 7.3.1.5: the nomination comes before the agent's own check is answered
    public void Nomination_of_a_pair_not_yet_checked_counts_once_it_works()
    {
        _peer.Answers = false;
        _peer.Check(Near, nominates: true);
        _network.Run(1_000);
        Assert.False(_agent.IsConnected);

        _peer.Answers = true;
        _network.Run(2_000);
        AssertInUse(Near);
    }

    [Fact] // RFC 5245 section 8.1.1.2: aggressive nomination, as libwebrtc's older peers do
    public void Of_several_nominated_pairs_the_best_one_is_used()
    {
        _peer.Check(Far, nominates: true);
        _network.Run(100);
        AssertInUse(Far);

        _peer.Check(Near, nominates: true);
        _network.Run(100);
        AssertInUse(Near);

        _peer.Check(Far, nominates: true);
        _network.Run(100);
        AssertInUse(Near);
    }

    [Fact] // libwebrtc: the pair that it nominates now is the one it uses now
    public void Nomination_of_a_lesser_pair_counts_when_the_better_one_is_not_nominated_any_more()
    {
        _peer.Check(Near, nominates: true);
        _network.Run(4_000);
        _peer.Check(Far, nominates: true);
        _network.Run(100);

        AssertInUse(Far);
    }

    [Fact] // draft-thatcher-ice-renomination-01: the highest number wins
    public void Renomination_moves_to_a_lesser_pair_at_once()
    {
        _peer.Check(Near, nominates: true, nomination: 1);
        _network.Run(100);
        _peer.Check(Far, nominates: true, nomination: 2);
        _network.Run(100);
        AssertInUse(Far);

        _peer.Check(Near, nominates: true, nomination: 1); // late
        _network.Run(100);
        AssertInUse(Far);
    }

    [Fact] // RFC 8445 section 7.3.1.1
    public void Controlled_peer_of_a_controlled_agent_is_refused_or_makes_it_controlling()
    {
        _peer.Check(Near, IceRole.Controlled, tieBreaker: ulong.MaxValue);
        _network.Run(100);
        Assert.Equal((StunClass.Error, 487), _peer.LastResponse);
        Assert.Equal(IceRole.Controlled, _agent.Agent.Role);

        _peer.Check(Near, IceRole.Controlled, tieBreaker: 0);
        _network.Run(500);
        Assert.Equal((StunClass.Success, 0), _peer.LastResponse);
        Assert.Equal(IceRole.Controlling, _agent.Agent.Role);
        AssertInUse(Near);
        Assert.Contains(_peer.Requests, request => Read(request.Datagram) is (true, _, true));
    }

    [Fact] // RFC 8445 section 7.3.1.1, the other way round
    public void Controlling_peer_of_a_controlling_agent_is_refused_or_makes_it_controlled()
    {
        _peer.Answers = false;
        _agent.Agent.SetRole(IceRole.Controlling);
        _peer.Check(Near, IceRole.Controlling, tieBreaker: 0);
        _network.Run(100);
        Assert.Equal((StunClass.Error, 487), _peer.LastResponse);
        Assert.Equal(IceRole.Controlling, _agent.Agent.Role);

        _peer.Check(Near, IceRole.Controlling, tieBreaker: ulong.MaxValue);
        _network.Run(100);
        Assert.Equal((StunClass.Success, 0), _peer.LastResponse);
        Assert.Equal(IceRole.Controlled, _agent.Agent.Role);
    }

    [Fact] // RFC 8445 section 7.2.5.1: the other role, another tie-breaker, and the same pair again
    public void Refused_check_is_made_again_in_the_other_role()
    {
        _peer.AnswersWith = 487;
        _network.RunUntil(() => _peer.Requests.Count > 0, 100);
        var first = Read(_peer.Requests[0].Datagram);
        _network.RunUntil(() => _agent.Agent.Role == IceRole.Controlling, 100);
        _peer.AnswersWith = 0;
        _network.Run(300);

        Assert.False(first.IsControlling);
        Assert.Contains(_peer.Requests, request => Read(request.Datagram) is (true, var other, _) && other != first.TieBreaker);
        Assert.True(_agent.IsConnected);
    }

    [Fact] // RFC 8445 section 8.1.1: one nomination, for the better pair, and no ordinary checks after it
    public void Controlling_agent_nominates_the_better_pair_and_stops_checking()
    {
        _agent.Agent.SetRole(IceRole.Controlling);
        _network.Run(1_000);

        AssertInUse(Near);
        Assert.Single(_peer.Requests, request => Read(request.Datagram).Nominates);
        _peer.Requests.Clear();
        _network.Run(3_000);
        Assert.Empty(_peer.Requests);
    }

    [Fact] // a phone's NAT forgot it in mid-call: its checks come from another port now, and nothing arrives at the old one
    public void Controlling_agent_follows_a_peer_whose_address_changed()
    {
        _agent.Agent.SetRole(IceRole.Controlling);
        _network.Run(1_000);
        AssertInUse(Near);

        _network.IsLost = (from, to, _) => from == SimulatedNetwork.Address(Near) || to == SimulatedNetwork.Address(Near);
        for (var i = 0; i < 10; i++)
        {
            _peer.Check(Far, IceRole.Controlled);
            _network.Run(2_500);
        }

        AssertInUse(Far);
        Assert.Contains(_peer.Requests, request => request.At == SimulatedNetwork.Address(Far) && Read(request.Datagram).Nominates);
        _network.Run(60_000);
        AssertInUse(Far);
    }

    [Fact] // Dino 0.4 gives every candidate the foundation 1
    public void Candidates_of_one_foundation_do_not_wait_for_one_another()
    {
        var peer = new ScriptedPeer(_network, _agent, "198.51.100.9:7000") { Ufrag = "dino" };
        _agent.Agent.SetRole(IceRole.Controlling);
        _agent.Agent.Restart(_network.Now);
        peer.Describe();
        foreach (var (address, priority) in (ReadOnlySpan<(string, uint)>)[("172.17.0.1", 900), ("172.18.0.1", 800), ("198.51.100.9", 700)])
        {
            _agent.Agent.AddRemoteCandidate(new IceCandidate("1", 1, "udp", priority, address, 7000, IceCandidateType.Host));
        }

        Assert.True(_network.RunUntil(() => _agent.IsConnected, 500));
        AssertInUse("198.51.100.9:7000");
    }

    [Fact] // RFC 8863 section 3: the peer may learn of us later than we of it, and behind its NAT nothing arrives before it sends
    public void Pair_that_does_not_answer_is_tried_again_as_long_as_patience_lasts()
    {
        _agent.Agent.SetRole(IceRole.Controlling);
        _peer.Answers = false;
        _network.Run(25_000);

        _peer.Answers = true;
        Assert.True(_network.RunUntil(() => _agent.IsConnected, 2_000));
    }

    [Fact] // RFC 8445 section 7.2.5.2.1
    public void Answer_from_another_address_than_was_asked_rules_the_pair_out()
    {
        _agent.Agent.SetRole(IceRole.Controlling);
        _peer.AnswersFrom = SimulatedNetwork.Address("198.51.100.3:6000");
        _network.Run(39_600);

        Assert.False(_agent.IsConnected);
        Assert.Equal(1, _agent.Failures);
        Assert.Equal(2, _peer.Requests.Count);
    }

    [Fact] // RFC 7675 section 5.2
    public void Revoked_consent_ends_at_once()
    {
        _peer.Check(Near, nominates: true);
        _network.Run(100);
        _peer.AnswersWith = 403;
        _network.Run(7_000);

        Assert.Equal(1, _agent.LostConsents);
    }

    [Fact] // RFC 7675 section 5.1, RFC 8445 section 7.3.1.4: the next question might come too late
    public void Peer_that_is_back_in_the_last_moment_is_asked_at_once()
    {
        _network.Run(1_000);
        _peer.Check(Near, nominates: true);
        _network.Run(100);
        _peer.Answers = false;
        _network.Run(29_500);
        _peer.Requests.Clear();

        _peer.Answers = true;
        _peer.Check(Near, nominates: true);
        _network.Run(200);

        Assert.Single(_peer.Requests);
        _network.Run(10_000);
        Assert.Equal(0, _agent.LostConsents);
        AssertInUse(Near);
    }

    [Fact] // RFC 7675 section 5.1: who agreed to receive there half a minute ago may have gone, and the nomination may be a replay
    public void Nomination_of_a_pair_that_worked_long_ago_counts_once_it_has_worked_again()
    {
        _network.Run(1_000);
        _peer.Check(Near, nominates: true);
        _network.Run(40_000);
        _network.IsLost = (from, _, datagram) => from == SimulatedNetwork.Address(Far) && datagram[0] == 1;

        _peer.Check(Far, nominates: true);
        _network.Run(5_000);
        AssertInUse(Near);

        _network.IsLost = static (_, _, _) => false;
        _peer.Check(Far, nominates: true);
        _network.Run(200);
        AssertInUse(Far);
    }

    private static (bool IsControlling, ulong TieBreaker, bool Nominates) Read(byte[] datagram)
    {
        Assert.True(StunMessage.TryRead(datagram, out var message));
        return (message.IsControlling, message.TieBreaker, message.UseCandidate);
    }

    private void AssertInUse(string remote)
    {
        Assert.True(_agent.Agent.TryGetSelected(out _, out var selected));
        Assert.Equal(SimulatedNetwork.Address(remote), selected);
    }
}
