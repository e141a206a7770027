using System.Net;
using Gateway.Media.Ice;
using Gateway.Media.Io;

namespace Gateway.Media.Tests.Ice;

/// <summary>Carries datagrams between agents in virtual time. Delay, loss and NATs are the test's.</summary>
internal sealed class SimulatedNetwork(int seed = 1)
{
    private readonly PriorityQueue<Action, (long, long)> _events = new();
    private readonly Dictionary<PeerAddress, Action<PeerAddress, byte[]>> _hosts = [];
    private readonly List<SimulatedAgent> _agents = [];
    private long _order;

    public long Now { get; private set; } = 1_000;

    public System.Random Random { get; } = new(seed);

    /// <summary>Milliseconds from one host to another.</summary>
    public Func<long> Delay { get; set; } = static () => 20;

    /// <summary>Whether a datagram is lost on its way.</summary>
    public Func<PeerAddress, PeerAddress, byte[], bool> IsLost { get; set; } = static (_, _, _) => false;

    public List<(PeerAddress From, PeerAddress To, byte[] Datagram)> Sent { get; } = [];

    public static PeerAddress Address(string text) => PeerAddress.FromEndPoint(IPEndPoint.Parse(text));

    public void Attach(SimulatedAgent agent) => _agents.Add(agent);

    public void Listen(PeerAddress address, Action<PeerAddress, byte[]> receive) => _hosts[address] = receive;

    public void Send(PeerAddress from, PeerAddress to, byte[] datagram)
    {
        Sent.Add((from, to, datagram));
        if (!IsLost(from, to, datagram))
        {
            At(Now + Delay(), () => _hosts.GetValueOrDefault(to)?.Invoke(from, datagram));
        }
    }

    public void At(long time, Action what) => _events.Enqueue(what, (time, _order++));

    /// <summary>Runs until nothing of the next <paramref name="milliseconds"/> is left to do.</summary>
    public void Run(long milliseconds) => RunUntil(static () => false, milliseconds);

    public bool RunUntil(Func<bool> reached, long atMost)
    {
        var end = Now + atMost;
        while (!reached())
        {
            var due = _agents.Min(agent => agent.Agent.NextDue);
            var next = _events.TryPeek(out _, out var key) ? Math.Min(key.Item1, due) : due;
            if (next > end)
            {
                Now = end;
                return reached();
            }

            Now = Math.Max(Now, next);
            if (_events.TryPeek(out _, out key) && key.Item1 <= Now)
            {
                _events.Dequeue()();
                continue;
            }

            foreach (var agent in _agents)
            {
                agent.Agent.OnTimer(Now);
            }
        }

        return true;
    }
}

/// <summary>A NAT with one outer address: maps each inner one to a port, and lets in only who was sent to.</summary>
internal sealed class SimulatedNat(SimulatedNetwork network, IPAddress outer, bool isSymmetric)
{
    private readonly Dictionary<(PeerAddress Inner, PeerAddress? Towards), PeerAddress> _mappings = [];
    private readonly HashSet<(PeerAddress Outer, PeerAddress Remote)> _open = [];

    public void Send(PeerAddress inner, PeerAddress to, byte[] datagram, Action<PeerAddress, byte[]> receive)
    {
        var key = (inner, isSymmetric ? to : (PeerAddress?)null);
        if (!_mappings.TryGetValue(key, out var mapped))
        {
            mapped = PeerAddress.FromAddress(outer, 40_000 + _mappings.Count);
            _mappings[key] = mapped;
            network.Listen(mapped, (from, received) =>
            {
                if (_open.Contains((mapped, from)))
                {
                    receive(from, received);
                }
            });
        }

        _open.Add((mapped, to));
        network.Send(mapped, to, datagram);
    }
}
