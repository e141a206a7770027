using System.Collections.Immutable;
using Gateway.Sip.Messages;
using static Gateway.Sip.Transactions.InviteClientState;
using static Gateway.Sip.Transactions.TransactionEffect;
using static Gateway.Sip.Transactions.TransactionEvent;
using static Gateway.Sip.Transactions.TransactionTimer;

namespace Gateway.Sip.Transactions;

/// <summary>States of RFC 3261 figure 5 as replaced by RFC 6026 section 8.4.</summary>
internal enum InviteClientState
{
    Calling,
    Proceeding,
    Accepted,
    Completed,
    Terminated,
}

/// <summary>INVITE client transaction: RFC 3261 section 17.1.1, RFC 6026 section 8.4.</summary>
internal sealed record InviteClientTransaction(
    InviteClientState State, SipRequest Invite, SipTimers Timers, bool Reliable) : ITransactionTable<InviteClientTransaction>
{
    /// <summary>Current value of Timer A: T1, doubled by every retransmission.</summary>
    public TimeSpan RetransmitAfter { get; init; } = Timers.T1;

    public bool IsTerminated => State == Terminated;

    public static Transition<InviteClientTransaction, TransactionEffect> Start(
        SipRequest invite, SipTimers timers, bool reliable)
    {
        var fresh = new InviteClientTransaction(Calling, invite, timers, reliable);
        return reliable
            ? fresh.To(Calling, new Send(invite), new StartTimer(B, timers.T1Times64))
            : fresh.To(Calling, new Send(invite), new StartTimer(A, timers.T1), new StartTimer(B, timers.T1Times64));
    }

    public Transition<InviteClientTransaction, TransactionEffect> On(TransactionEvent e) => (State, e) switch
    {
        (Calling, Fired { Timer: A }) => (this with { RetransmitAfter = RetransmitAfter * 2 })
            .To(Calling, new Resend(Invite), new StartTimer(A, RetransmitAfter * 2)),
        (Calling, Fired { Timer: B }) => To(Terminated, new StopTimer(A), new Fail(TransactionFailure.Timeout)),

        (Calling or Proceeding, Received { Response.IsProvisional: true } r) =>
            To(Proceeding, new StopTimer(A), new StopTimer(B), new PassUp(r.Response)),
        (Calling or Proceeding, Received { Response.IsSuccess: true } r) => To(Accepted, new StopTimer(A), new StopTimer(B),
            new StartTimer(M, Timers.T1Times64), new PassUp(r.Response)),
        (Calling or Proceeding, Received r) when Reliable => To(Terminated, new StopTimer(A), new StopTimer(B),
            new Send(Ack.ForFailure(Invite, r.Response)), new PassUp(r.Response)), // Timer D is zero
        (Calling or Proceeding, Received r) => To(Completed, new StopTimer(A), new StopTimer(B),
            new Send(Ack.ForFailure(Invite, r.Response)), new StartTimer(D, Timers.D), new PassUp(r.Response)),

        // Retransmissions or other forks' 2xx: the user acknowledges each, the transaction none (RFC 6026 section 7.2).
        (Accepted, Received { Response.IsSuccess: true } r) => To(Accepted, new PassUp(r.Response)),
        (Completed, Received { Response: { IsFinal: true, IsSuccess: false } } r) =>
            To(Completed, new Resend(Ack.ForFailure(Invite, r.Response))),

        (Accepted, Fired { Timer: M }) or (Completed, Fired { Timer: D }) => To(Terminated),
        (Calling, TransportFailed) => To(Terminated, new StopTimer(A), new StopTimer(B), new Fail(TransactionFailure.Transport)),
        (Completed, TransportFailed) => To(Terminated, new StopTimer(D)), // the user has had its final response

        (Calling or Proceeding, GivenUp) => To(Terminated, new StopTimer(A), new StopTimer(B)),
        _ => To(State), // late timers and stray responses change nothing
    };

    private Transition<InviteClientTransaction, TransactionEffect> To(
        InviteClientState next, params ImmutableArray<TransactionEffect> todo) => new(this with { State = next }, todo);
}
