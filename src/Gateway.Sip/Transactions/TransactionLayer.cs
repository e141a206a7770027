using System.Diagnostics.CodeAnalysis;
using Gateway.Sip.Messages;
using Gateway.Sip.Transports;

namespace Gateway.Sip.Transactions;

/// <summary>All transactions of an endpoint, and which of them a message belongs to (RFC 3261 sections 17.1.3, 17.2.3).</summary>
internal sealed class TransactionLayer(ISipLoop loop, ISipNetwork network, SipTimers timers, SipWire wire)
{
    private readonly Dictionary<(string Branch, SipMethod Method), ClientTransaction> _clients = [];
    private readonly Dictionary<TransactionKey, ServerTransaction> _servers = [];
    private readonly Dictionary<MergeKey, ServerTransaction> _initial = [];

    /// <summary>Transactions in memory.</summary>
    public int Count => _clients.Count + _servers.Count;

    /// <summary>Answers without a transaction, for when there must be no more of them.</summary>
    public void RespondStatelessly(SipRequest request, SipFlow flow, SipResponse response) =>
        wire.Send(new ResponseRoute(flow, request.TopVia, network).Now(), response.Raw, failed: null);

    /// <summary>Sends a request with a transaction; an ACK of a 2xx goes without, by <see cref="SipWire"/>.</summary>
    public ClientTransaction Send(SipRequest request, SipFlow flow, IClientTransactionUser user)
    {
        ClientTransaction transaction = request.Method == SipMethod.Invite
            ? new InviteClient(request, flow, loop, timers, wire, user) { Over = Forget }
            : new NonInviteClient(request, flow, loop, timers, wire, user) { Over = Forget };
        _clients.Add(transaction.Key, transaction);
        loop.Metrics.TransactionsChanged(1);
        transaction.Start();
        return transaction;
    }

    /// <summary>Begins a server transaction for a request that belongs to none.</summary>
    public ServerTransaction Accept(SipRequest request, SipFlow flow)
    {
        var route = new ResponseRoute(flow, request.TopVia, network);
        ServerTransaction transaction = request.Method == SipMethod.Invite
            ? new InviteServer(request, flow, route, loop, timers, wire) { Over = Forget }
            : new NonInviteServer(request, flow, route, loop, timers, wire) { Over = Forget };
        _servers.Add(transaction.Key, transaction);
        if (request.To.Tag is null)
        {
            _initial.TryAdd(transaction.MergeKey, transaction);
        }

        loop.Metrics.TransactionsChanged(1);
        return transaction;
    }

    /// <summary>False when no transaction waits for the response.</summary>
    public bool TryGive(SipResponse response)
    {
        if (response.TopVia.Branch is not { } branch || !_clients.TryGetValue((branch, response.CSeq.Method), out var transaction))
        {
            return false;
        }

        transaction.On(new TransactionEvent.Received(response));
        return true;
    }

    /// <summary>The server transaction that a request repeats, or that an ACK of a failure belongs to.</summary>
    public bool TryFind(SipRequest request, [NotNullWhen(true)] out ServerTransaction? transaction) =>
        _servers.TryGetValue(TransactionKey.Of(request), out transaction);

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

    private void Forget(ClientTransaction transaction)
    {
        if (_clients.Remove(transaction.Key))
        {
            loop.Metrics.TransactionsChanged(-1);
        }
    }

    private void Forget(ServerTransaction transaction)
    {
        if (!_servers.Remove(transaction.Key))
        {
            return;
        }

        loop.Metrics.TransactionsChanged(-1);
        var merge = transaction.MergeKey;
        if (_initial.TryGetValue(merge, out var first) && ReferenceEquals(first, transaction))
        {
            _initial.Remove(merge);
        }
    }
}
