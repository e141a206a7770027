using System.Collections.Immutable;
using Gateway.Sip.Messages;
using static Gateway.Sip.Transactions.InviteServerState;
using static Gateway.Sip.Transactions.TransactionEffect;
using static Gateway.Sip.Transactions.TransactionEvent;
using static Gateway.Sip.Transactions.TransactionTimer;

namespace Gateway.Sip.Transactions;

/// <summary>States of RFC 3261 figure 7 as replaced by RFC 6026 section 8.5.</summary>
internal enum InviteServerState
{
    Proceeding,
    Accepted,
    Completed,
    Confirmed,
    Terminated,
}

/// <summary>INVITE server transaction: RFC 3261 section 17.2.1, RFC 6026 sections 7.1 and 8.5. The user sends the 100.</summary>
internal sealed record InviteServerTransaction(
    InviteServerState State, SipTimers Timers, bool Reliable) : ITransactionTable<InviteServerTransaction>
{
    /// <summary>The latest response, for retransmission.</summary>
    public SipResponse? Latest { get; init; }

    /// <summary>Current value of Timer G: T1, doubled up to T2.</summary>
    public TimeSpan RetransmitAfter { get; init; } = Timers.T1;

    public bool IsTerminated => State == Terminated;

    public static InviteServerTransaction Start(SipTimers timers, bool reliable) => new(Proceeding, timers, reliable);

    public Transition<InviteServerTransaction, TransactionEffect> On(TransactionEvent e) => (State, e) switch
    {
        (Proceeding, Respond { Response.IsProvisional: true } r) =>
            (this with { Latest = r.Response }).To(Proceeding, new Send(r.Response)),
        (Proceeding, Respond { Response.IsSuccess: true } r) =>
            (this with { Latest = r.Response }).To(Accepted, new Send(r.Response), new StartTimer(L, Timers.T1Times64)),
        (Proceeding, Respond r) when Reliable =>
            (this with { Latest = r.Response }).To(Completed, new Send(r.Response), new StartTimer(H, Timers.T1Times64)),
        (Proceeding, Respond r) => (this with { Latest = r.Response }).To(Completed, new Send(r.Response),
            new StartTimer(G, Timers.T1), new StartTimer(H, Timers.T1Times64)),

        (Proceeding or Completed, Repeated) when Latest is { } latest => To(State, new Resend(latest)),
        (Completed, Fired { Timer: G }) => (this with { RetransmitAfter = Timers.Backoff(RetransmitAfter) })
            .To(Completed, new Resend(Latest!), new StartTimer(G, Timers.Backoff(RetransmitAfter))),
        (Completed, Fired { Timer: H }) => To(Terminated, new StopTimer(G), new Fail(TransactionFailure.Timeout)),
        (Completed, Acked) when Reliable => To(Terminated, new StopTimer(G), new StopTimer(H)), // Timer I is zero
        (Completed, Acked) => To(Confirmed, new StopTimer(G), new StopTimer(H), new StartTimer(I, Timers.T4)),
        (Confirmed, Fired { Timer: I }) => To(Terminated),

        // 2xx are retransmitted by the user; a retransmitted INVITE is absorbed (RFC 6026 section 7.1).
        (Accepted, Respond { Response.IsSuccess: true } r) => To(Accepted, new Resend(r.Response)),
        (Accepted, Acked a) => To(Accepted, new PassUp(a.Ack)),
        (Accepted, Fired { Timer: L }) => To(Terminated),

        (Proceeding, TransportFailed) => To(Terminated, new Fail(TransactionFailure.Transport)),
        (Completed, TransportFailed) =>
            To(Terminated, new StopTimer(G), new StopTimer(H), new Fail(TransactionFailure.Transport)),
        (Accepted, TransportFailed) => To(Accepted, new Fail(TransactionFailure.Transport)), // RFC 6026 section 7.1

        (Proceeding, GivenUp) => To(Terminated),
        _ => To(State),
    };

    private Transition<InviteServerTransaction, TransactionEffect> To(
        InviteServerState next, params ImmutableArray<TransactionEffect> todo) => new(this with { State = next }, todo);
}
