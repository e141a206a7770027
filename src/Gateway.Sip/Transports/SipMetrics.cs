using System.Diagnostics.Metrics;

namespace Gateway.Sip.Transports;

/// <summary>What the stack holds and has done; gauges return to zero when calls are over.</summary>
internal sealed class SipMetrics : IDisposable
{
    private readonly Meter _meter = new("Gateway.Sip");
    private readonly Counter<long> _received;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _malformed;
    private readonly Counter<long> _retransmitted;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _stray;
    private readonly Counter<long> _unreachable;
    private readonly Counter<long> _faults;
    private long _timers;
    private long _transactions;
    private long _calls;
    private long _dialogs;
    private readonly Counter<long> _registrationFailures;
    private long _subscriptions;
    private long _registrations;
    private long _connections;
    private long _sockets;

    public SipMetrics()
    {
        _received = _meter.CreateCounter<long>("gateway.sip.messages.received", "{message}", "Messages read from sockets");
        _sent = _meter.CreateCounter<long>("gateway.sip.messages.sent", "{message}", "Messages given to sockets");
        _malformed = _meter.CreateCounter<long>("gateway.sip.messages.malformed", "{message}", "Messages that could not be read");
        _retransmitted = _meter.CreateCounter<long>(
            "gateway.sip.messages.retransmitted", "{message}", "Messages sent again by a timer or for a repeated request");
        _dropped = _meter.CreateCounter<long>("gateway.sip.messages.dropped", "{message}", "Datagrams dropped: the queue was full");
        _stray = _meter.CreateCounter<long>("gateway.sip.messages.stray", "{message}", "Messages that belong to nothing known");
        _unreachable = _meter.CreateCounter<long>("gateway.sip.unreachable", "{error}", "ICMP errors about datagrams that were sent");
        _faults = _meter.CreateCounter<long>("gateway.sip.faults", "{fault}", "Faults of the stack itself, contained");
        _registrationFailures = _meter.CreateCounter<long>(
            "gateway.sip.registrations.failed", "{failure}", "Registrations that were refused or not answered, and bindings that ended");
        Gauge("gateway.sip.registrations", "Accounts that are registered now", () => Volatile.Read(ref _registrations));
        Gauge("gateway.sip.timers", "Timers running", () => Volatile.Read(ref _timers));
        Gauge("gateway.sip.transactions", "Transactions in memory", () => Volatile.Read(ref _transactions));
        Gauge("gateway.sip.calls", "Calls: attempts and dialogs", () => Volatile.Read(ref _calls));
        Gauge("gateway.sip.dialogs", "Dialogs, early ones included", () => Volatile.Read(ref _dialogs));
        Gauge("gateway.sip.subscriptions", "Subscriptions (RFC 6665), ours and the peers'", () => Volatile.Read(ref _subscriptions));
        Gauge("gateway.sip.connections", "TCP connections", () => Volatile.Read(ref _connections));
        Gauge("gateway.sip.sockets", "Listening sockets", () => Volatile.Read(ref _sockets));
    }

    public long Timers => Volatile.Read(ref _timers);

    public long Transactions => Volatile.Read(ref _transactions);

    public long Calls => Volatile.Read(ref _calls);

    public long Dialogs => Volatile.Read(ref _dialogs);

    public long Subscriptions => Volatile.Read(ref _subscriptions);

    public long Connections => Volatile.Read(ref _connections);

    /// <summary>Faults contained so far; tests expect none.</summary>
    public long Faults { get; private set; }

    public void Received() => _received.Add(1);

    public void Sent() => _sent.Add(1);

    public void Malformed() => _malformed.Add(1);

    public void Retransmitted() => _retransmitted.Add(1);

    public void Dropped() => _dropped.Add(1);

    public void Stray() => _stray.Add(1);

    public void Unreachable() => _unreachable.Add(1);

    public void LoopFault()
    {
        Faults++;
        _faults.Add(1);
    }

    public void TimerArmed() => Interlocked.Increment(ref _timers);

    public void TimerOver() => Interlocked.Decrement(ref _timers);

    public void TransactionsChanged(int by) => Interlocked.Add(ref _transactions, by);

    public void CallsChanged(int by) => Interlocked.Add(ref _calls, by);

    public void DialogsChanged(int by) => Interlocked.Add(ref _dialogs, by);

    public void RegistrationsChanged(int by) => Interlocked.Add(ref _registrations, by);

    public void RegistrationFailed() => _registrationFailures.Add(1);

    public void SubscriptionsChanged(int by) => Interlocked.Add(ref _subscriptions, by);

    public void ConnectionsChanged(int by) => Interlocked.Add(ref _connections, by);

    public void SocketsChanged(int by) => Interlocked.Add(ref _sockets, by);

    public void Dispose() => _meter.Dispose();

    private void Gauge(string name, string description, Func<long> read) =>
        _meter.CreateObservableUpDownCounter(name, read, null, description);
}
