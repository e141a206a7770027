using Gateway.Sip.Messages;
using Gateway.Sip.Transports;

namespace Gateway.Sip.Transactions;

/// <summary>A request of the peer, and the way its responses go.</summary>
internal abstract class ServerTransaction(SipRequest request, SipFlow flow, ResponseRoute route, SipWire wire)
    : ITransactionSurroundings
{
    private SipRequest? _request = request;

    /// <summary>Set by the layer: forgets the transaction.</summary>
    public required Action<ServerTransaction> Over { get; init; }

    /// <summary>Set by the layer: keeps what is left of the transaction when only repetitions are awaited.</summary>
    public required Action<ServerTransaction, LastAnswer, TimeSpan> Lingers { get; init; }

    /// <summary>The request, its topmost Via completed by received and rport.</summary>
    public SipRequest Request => _request ?? throw new InvalidOperationException("The request has been answered and let go.");

    /// <summary>What it came by.</summary>
    public SipFlow Flow => flow;

    public TransactionKey Key { get; } = TransactionKey.Of(request);

    /// <summary>What it shares with the same request come by another way.</summary>
    public MergeKey MergeKey { get; } = MergeKey.Of(request);

    /// <summary>INVITE: the ACK of a 2xx that shares the INVITE's branch, as some old peers send it.</summary>
    public Action<SipRequest>? Acked { get; set; }

    /// <summary>INVITE: our tag in its responses, which the answer to its CANCEL repeats (RFC 3261 section 9.2).</summary>
    public string? LocalTag { get; set; }

    /// <summary>INVITE: the peer's CANCEL, already answered.</summary>
    public Action<SipRequest>? Cancelled { get; set; }

    /// <summary>INVITE: no ACK came for a failure response, or a response could not be sent.</summary>
    public Action<TransactionFailure>? Failed { get; set; }

    /// <summary>Whether a final response has been given.</summary>
    public bool IsAnswered { get; private set; }

    public abstract void On(TransactionEvent e);

    /// <summary>The last response of a request that nobody asks about again: what it said is not kept for as long as it may be repeated.</summary>
    public void RespondAndLetGo(SipResponse response)
    {
        Respond(response);
        _request = null;
    }

    public void Respond(SipResponse response)
    {
        IsAnswered |= response.IsFinal;
        On(new TransactionEvent.Respond(response));
    }

    void ITransactionSurroundings.Send(SipMessage message, bool again) =>
        wire.Send(route.Now(), message.Raw, () => On(new TransactionEvent.TransportFailed()), again);

    void ITransactionSurroundings.PassUp(SipMessage message) => Acked?.Invoke((SipRequest)message);

    void ITransactionSurroundings.Fail(TransactionFailure failure) => Failed?.Invoke(failure);

    void ITransactionSurroundings.Linger(TransactionEffect.Linger how) =>
        Lingers(this, new LastAnswer(how.Answer!.Raw, route.Now(), MergeKey), how.Stay);

    void ITransactionSurroundings.Terminated() => Over(this);
}

/// <summary>All that is left of a transaction that has been answered.</summary>
/// <param name="Response">The answer.</param>
/// <param name="Flow">The way it went.</param>
/// <param name="MergeKey">What it shares with the same request come by another way.</param>
internal sealed record LastAnswer(ReadOnlyMemory<byte> Response, SipFlow Flow, MergeKey MergeKey);

/// <inheritdoc/>
internal sealed class InviteServer : ServerTransaction
{
    private readonly TransactionRunner<InviteServerTransaction> _runner;

    public InviteServer(SipRequest request, SipFlow flow, ResponseRoute route, ISipLoop loop, SipTimers timers, SipWire wire)
        : base(request, flow, route, wire) =>
        _runner = new(InviteServerTransaction.Start(timers, flow.IsReliable), loop, this);

    public override void On(TransactionEvent e) => _runner.On(e);
}

/// <inheritdoc/>
internal sealed class NonInviteServer : ServerTransaction
{
    private readonly TransactionRunner<NonInviteServerTransaction> _runner;

    public NonInviteServer(
        SipRequest request, SipFlow flow, ResponseRoute route, ISipLoop loop, SipTimers timers, SipWire wire)
        : base(request, flow, route, wire) =>
        _runner = new(NonInviteServerTransaction.Start(timers, flow.IsReliable), loop, this);

    public override void On(TransactionEvent e) => _runner.On(e);
}
