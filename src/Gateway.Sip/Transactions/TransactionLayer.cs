using System.Diagnostics.CodeAnalysis;
using Gateway.Sip.Messages;
using Gateway.Sip.Transports;

namespace Gateway.Sip.Transactions;

/// <summary>All transactions of an endpoint, and which of them a message belongs to (RFC 3261 sections 17.1.3, 17.2.3).</summary>
internal sealed class TransactionLayer
{
    private readonly ISipLoop _loop;
    private readonly ISipNetwork _network;
    private readonly SipTimers _timers;
    private readonly SipWire _wire;
    private readonly Action<ClientTransaction> _forgetClient;
    private readonly Action<ClientTransaction, TimeSpan> _lingerClient;
    private readonly Action<ServerTransaction> _forgetServer;
    private readonly Action<ServerTransaction, LastAnswer, TimeSpan> _lingerServer;
    private readonly Dictionary<(string Branch, SipMethod Method), ClientTransaction> _clients = [];
    private readonly Dictionary<TransactionKey, ServerTransaction> _servers = [];
    private readonly Lingering<(string Branch, SipMethod Method), ValueTuple> _answeredClients;
    private readonly Lingering<TransactionKey, LastAnswer> _answeredServers;

    /// <summary>The branch of the request that came first.</summary>
    private readonly Dictionary<MergeKey, string> _initial = [];

    public TransactionLayer(ISipLoop loop, ISipNetwork network, SipTimers timers, SipWire wire)
    {
        _loop = loop;
        _network = network;
        _timers = timers;
        _wire = wire;
        (_forgetClient, _lingerClient, _forgetServer, _lingerServer) = (Forget, Linger, Forget, Linger);
        _answeredClients = new(loop, (_, _) => loop.Metrics.TransactionsChanged(-1));
        _answeredServers = new(loop, (key, answer) => Forget(key, answer.MergeKey));
    }

    /// <summary>Transactions in memory.</summary>
    public int Count => _clients.Count + _servers.Count + _answeredClients.Count + _answeredServers.Count;

    /// <summary>Answers without a transaction, for when there must be no more of them.</summary>
    public void RespondStatelessly(SipRequest request, SipFlow flow, SipResponse response) =>
        _wire.Send(new ResponseRoute(flow, request.TopVia, _network).Now(), response.Raw, failed: null);

    /// <summary>Sends a request with a transaction; an ACK of a 2xx goes without, by <see cref="SipWire"/>.</summary>
    public ClientTransaction Send(SipRequest request, SipFlow flow, IClientTransactionUser user)
    {
        _loop.VerifyTurn();
        ClientTransaction transaction = request.Method == SipMethod.Invite
            ? new InviteClient(request, flow, _loop, _timers, _wire, user) { Over = _forgetClient, Lingers = _lingerClient }
            : new NonInviteClient(request, flow, _loop, _timers, _wire, user) { Over = _forgetClient, Lingers = _lingerClient };
        _clients.Add(transaction.Key, transaction);
        _loop.Metrics.TransactionsChanged(1);
        transaction.Start();
        return transaction;
    }

    /// <summary>Begins a server transaction for a request that belongs to none.</summary>
    public ServerTransaction Accept(SipRequest request, SipFlow flow)
    {
        _loop.VerifyTurn();
        var route = new ResponseRoute(flow, request.TopVia, _network);
        ServerTransaction transaction = request.Method == SipMethod.Invite
            ? new InviteServer(request, flow, route, _loop, _timers, _wire) { Over = _forgetServer, Lingers = _lingerServer }
            : new NonInviteServer(request, flow, route, _loop, _timers, _wire) { Over = _forgetServer, Lingers = _lingerServer };
        _servers.Add(transaction.Key, transaction);
        if (request.To.Tag is null)
        {
            _initial.TryAdd(transaction.MergeKey, transaction.Key.Branch);
        }

        _loop.Metrics.TransactionsChanged(1);
        return transaction;
    }

    /// <summary>False when no transaction waits for the response.</summary>
    public bool TryGive(SipResponse response)
    {
        if (response.TopVia.Branch is not { } branch)
        {
            return false;
        }

        if (!_clients.TryGetValue((branch, response.CSeq.Method), out var transaction))
        {
            return _answeredClients.Contains((branch, response.CSeq.Method));
        }

        transaction.On(new TransactionEvent.Received(response));
        return true;
    }

    /// <summary>Gives a request to the transaction that it repeats, or that it acknowledges the failure of; false when there is none.</summary>
    public bool TryGive(SipRequest request)
    {
        var key = TransactionKey.Of(request);
        if (_servers.TryGetValue(key, out var transaction))
        {
            transaction.On(request.Method == SipMethod.Ack ? new TransactionEvent.Acked(request) : new TransactionEvent.Repeated());
            return true;
        }

        if (!_answeredServers.TryGet(key, out var answer))
        {
            return false;
        }

        _wire.Send(answer.Flow, answer.Response, failed: null, again: true);
        return true;
    }

    /// <summary>The INVITE that a CANCEL means.</summary>
    public bool TryFindCancelled(SipRequest cancel, [NotNullWhen(true)] out ServerTransaction? transaction) =>
        _servers.TryGetValue(TransactionKey.OfCancelled(cancel), out transaction);

    /// <summary>
    /// Whether the request has come before on another path (RFC 3261 section 8.2.2.2). To be asked before
    /// <see cref="Accept"/>.
    /// </summary>
    public bool IsMerged(SipRequest request) => request.To.Tag is null && _initial.ContainsKey(MergeKey.Of(request));

    /// <summary>
    /// Who waits for an answer to a datagram that did not arrive waits in vain. The error may be read late, when somebody else
    /// has the port: what went there since is not meant. Without a branch it may be any of those that wait for that address.
    /// </summary>
    public void Fail(Undelivered undelivered)
    {
        foreach (var transaction in _clients.Values.Where(t => !t.Flow.IsReliable && t.Flow.Remote.Equals(undelivered.Destination)
            && (undelivered.Branch is null || t.Key.Branch == undelivered.Branch)).ToArray())
        {
            transaction.On(new TransactionEvent.TransportFailed());
        }
    }

    private void Linger(ClientTransaction transaction, TimeSpan stay)
    {
        if (_clients.Remove(transaction.Key))
        {
            _answeredClients.Add(transaction.Key, default, stay);
        }
    }

    private void Linger(ServerTransaction transaction, LastAnswer answer, TimeSpan stay)
    {
        if (_servers.Remove(transaction.Key))
        {
            _answeredServers.Add(transaction.Key, answer, stay);
        }
    }

    private void Forget(ClientTransaction transaction)
    {
        if (_clients.Remove(transaction.Key))
        {
            _loop.Metrics.TransactionsChanged(-1);
        }
    }

    private void Forget(ServerTransaction transaction)
    {
        if (_servers.Remove(transaction.Key) || _answeredServers.Remove(transaction.Key, out _))
        {
            Forget(transaction.Key, transaction.MergeKey);
        }
    }

    private void Forget(TransactionKey key, MergeKey merge)
    {
        _loop.Metrics.TransactionsChanged(-1);
        if (_initial.TryGetValue(merge, out var first) && ReferenceEquals(first, key.Branch))
        {
            _initial.Remove(merge);
        }
    }
}
