using System.Collections.Immutable;
using Gateway.Media.Ice;
using Gateway.Media.Io;

namespace Gateway.Media.Tests.Ice;

/// <summary>An agent on a simulated network, and what it asked of its owner.</summary>
internal sealed class SimulatedAgent : IIceOutput
{
    private readonly SimulatedNetwork _network;
    private readonly ImmutableArray<PeerAddress> _bases;

    public SimulatedAgent(
        SimulatedNetwork network, IceRole role, ImmutableArray<string> addresses, Func<IceAgentOptions, IceAgentOptions>? with = null)
    {
        _network = network;
        _bases = [.. addresses.Select(SimulatedNetwork.Address)];
        var options = new IceAgentOptions { Role = role, Random = network.Random.NextBytes };
        Agent = new IceAgent(with?.Invoke(options) ?? options, this);
        for (var i = 0; i < _bases.Length; i++)
        {
            var index = i;
            Agent.AddBase(i, _bases[i], _bases[i]);
            network.Listen(_bases[i], (from, datagram) => Receive(index, from, datagram));
        }

        network.Attach(this);
    }

    public IceAgent Agent { get; }

    /// <summary>Between the agent and the network, for all its bases.</summary>
    public SimulatedNat? Nat { get; set; }

    public List<(int Base, PeerAddress Remote)> Selections { get; } = [];

    public List<IceCandidate> Found { get; } = [];

    public int Failures { get; private set; }

    public int Deselections { get; private set; }

    public int LostConsents { get; private set; }

    public bool IsConnected => Selections.Count > 0;

    /// <summary>The base and remote address of the pair in use.</summary>
    public (PeerAddress Local, PeerAddress Remote) Pair => Agent.TryGetSelected(out var index, out var remote)
        ? (_bases[index], remote) : throw new InvalidOperationException("No pair is in use.");

    public PeerAddress BaseAddress(int index = 0) => _bases[index];

    /// <summary>Tells the peer everything at once, as session-initiate or -accept does.</summary>
    public void Describe(SimulatedAgent to)
    {
        to.Agent.SetRemote(Agent.LocalUfrag, Agent.LocalPwd, _network.Now);
        foreach (var candidate in Agent.LocalCandidates)
        {
            to.Agent.AddRemoteCandidate(candidate);
        }
    }

    public void Start() => Agent.Start(_network.Now);

    public void Receive(int index, PeerAddress from, byte[] datagram) => Agent.OnStun(index, from, datagram, _network.Now);

    public void SendStun(int baseIndex, ReadOnlySpan<byte> datagram, in PeerAddress to)
    {
        if (Nat is null)
        {
            _network.Send(_bases[baseIndex], to, datagram.ToArray());
        }
        else
        {
            Nat.Send(_bases[baseIndex], to, datagram.ToArray(), (from, received) => Receive(baseIndex, from, received));
        }
    }

    public void OnSelected(int baseIndex, in PeerAddress remote) => Selections.Add((baseIndex, remote));

    public void OnLocalCandidate(IceCandidate candidate) => Found.Add(candidate);

    public void OnFailed() => Failures++;

    public void OnDeselected() => Deselections++;

    public void OnConsentLost() => LostConsents++;
}
