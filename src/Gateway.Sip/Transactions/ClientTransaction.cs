using Gateway.Sip.Messages;
using Gateway.Sip.Transports;

namespace Gateway.Sip.Transactions;

/// <summary>Whom a client transaction serves.</summary>
internal interface IClientTransactionUser
{
    void OnResponse(SipResponse response);

    /// <summary>No final response came, or the request could not be sent. Nothing follows.</summary>
    void OnFailure(TransactionFailure failure);
}

/// <summary>A request of ours and the flow it goes by; the table behind it is INVITE's or the others'.</summary>
internal abstract class ClientTransaction(SipRequest request, SipFlow flow, SipWire wire, IClientTransactionUser user)
    : ITransactionSurroundings
{
    private SipRequest? _request = request;
    private IClientTransactionUser? _user = user;

    /// <summary>Set by the layer: forgets the transaction.</summary>
    public required Action<ClientTransaction> Over { get; init; }

    /// <summary>Set by the layer: keeps what is left of the transaction when only repetitions are awaited.</summary>
    public required Action<ClientTransaction, TimeSpan> Lingers { get; init; }

    /// <summary>What was sent; null once it is done with.</summary>
    public SipRequest? Request => _request;

    public SipFlow Flow => flow;

    /// <summary>Key of RFC 3261 section 17.1.3.</summary>
    public (string Branch, SipMethod Method) Key { get; } = (request.TopVia.Branch!, request.Method);

    public abstract void Start();

    public abstract void On(TransactionEvent e);

    void ITransactionSurroundings.Send(SipMessage message, bool again) =>
        wire.Send(flow, message.Raw, () => On(new TransactionEvent.TransportFailed()), again);

    void ITransactionSurroundings.PassUp(SipMessage message) => _user?.OnResponse((SipResponse)message);

    void ITransactionSurroundings.Fail(TransactionFailure failure) => _user?.OnFailure(failure);

    void ITransactionSurroundings.Linger(TransactionEffect.Linger how) => Lingers(this, how.Stay);

    void ITransactionSurroundings.Terminated() => Over(this);

    /// <summary>Answered: it only absorbs from now on, and must not keep alive for seconds what it has served.</summary>
    protected void LetGo() => (_request, _user) = (null, null);
}

/// <inheritdoc/>
internal sealed class InviteClient(
    SipRequest request, SipFlow flow, ISipLoop loop, SipTimers timers, SipWire wire, IClientTransactionUser user)
    : ClientTransaction(request, flow, wire, user)
{
    private TransactionRunner<InviteClientTransaction>? _runner;

    public override void Start()
    {
        var first = InviteClientTransaction.Start(Request!, timers, Flow.IsReliable);
        _runner = new TransactionRunner<InviteClientTransaction>(first.Next, loop, this);
        _runner.Run(first);
    }

    public override void On(TransactionEvent e) => _runner!.On(e);
}

/// <inheritdoc/>
internal sealed class NonInviteClient(
    SipRequest request, SipFlow flow, ISipLoop loop, SipTimers timers, SipWire wire, IClientTransactionUser user)
    : ClientTransaction(request, flow, wire, user)
{
    private TransactionRunner<NonInviteClientTransaction>? _runner;

    public override void Start()
    {
        var first = NonInviteClientTransaction.Start(Request!, timers, Flow.IsReliable);
        _runner = new TransactionRunner<NonInviteClientTransaction>(first.Next, loop, this);
        _runner.Run(first);
    }

    public override void On(TransactionEvent e)
    {
        _runner!.On(e);
        if (_runner.Table.State is NonInviteClientState.Completed or NonInviteClientState.Terminated)
        {
            LetGo();
        }
    }
}
