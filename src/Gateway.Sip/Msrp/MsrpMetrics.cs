using System.Diagnostics.Metrics;

namespace Gateway.Sip.Msrp;

/// <summary>What an endpoint holds and has done; gauges return to zero when sessions are over.</summary>
internal sealed class MsrpMetrics : IDisposable
{
    private readonly Meter _meter = new("Gateway.Sip");
    private readonly Counter<long> _received;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _repeated;
    private readonly Counter<long> _malformed;
    private readonly Counter<long> _stray;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _faults;
    private readonly Counter<long> _relayFailed;
    private long _sessions;
    private long _connections;

    public MsrpMetrics()
    {
        _received = Counter("gateway.sip.msrp.messages.received", "{message}", "Whole messages given to their sessions");
        _sent = Counter("gateway.sip.msrp.messages.sent", "{message}", "Messages the next hop has taken");
        _failed = Counter("gateway.sip.msrp.messages.failed", "{message}", "Messages that were refused, not answered, or left when a session ended");
        _refused = Counter("gateway.sip.msrp.requests.refused", "{request}", "Requests answered with a status other than 200");
        _repeated = Counter("gateway.sip.msrp.messages.repeated", "{message}", "Messages received a second time and not given on");
        _malformed = Counter("gateway.sip.msrp.malformed", "{stream}", "Connections closed for what came on them");
        _stray = Counter("gateway.sip.msrp.stray", "{request}", "Reports and responses that belong to nothing known");
        _lost = Counter("gateway.sip.msrp.connections.lost", "{session}", "Sessions that lost their connection or got none");
        _faults = Counter("gateway.sip.msrp.faults", "{fault}", "Faults of the endpoint itself, contained");
        _relayFailed = Counter("gateway.sip.msrp.relay.failures", "{request}", "Requests for a path that the relay refused or did not answer");
        _meter.CreateObservableUpDownCounter("gateway.sip.msrp.sessions", () => Volatile.Read(ref _sessions), null, "Sessions");
        _meter.CreateObservableUpDownCounter("gateway.sip.msrp.connections", () => Volatile.Read(ref _connections), null, "Connections");
    }

    public long Sessions => Volatile.Read(ref _sessions);

    public long Connections => Volatile.Read(ref _connections);

    /// <summary>Faults contained so far; tests expect none.</summary>
    public long Faults { get; private set; }

    public void Received() => _received.Add(1);

    public void Sent() => _sent.Add(1);

    public void Failed() => _failed.Add(1);

    public void Refused() => _refused.Add(1);

    public void Repeated() => _repeated.Add(1);

    public void Malformed() => _malformed.Add(1);

    public void Stray() => _stray.Add(1);

    public void Lost() => _lost.Add(1);

    public void RelayFailed() => _relayFailed.Add(1);

    public void Fault()
    {
        Faults++;
        _faults.Add(1);
    }

    public void SessionsChanged(int by) => Interlocked.Add(ref _sessions, by);

    public void ConnectionsChanged(int by) => Interlocked.Add(ref _connections, by);

    public void Dispose() => _meter.Dispose();

    private Counter<long> Counter(string name, string unit, string description) => _meter.CreateCounter<long>(name, unit, description);
}
