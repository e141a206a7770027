using System.Collections.Immutable;
using Gateway.Sip.Messages;
using static Gateway.Sip.Transactions.NonInviteClientState;
using static Gateway.Sip.Transactions.TransactionEffect;
using static Gateway.Sip.Transactions.TransactionEvent;
using static Gateway.Sip.Transactions.TransactionTimer;

namespace Gateway.Sip.Transactions;

/// <summary>States of RFC 3261 figure 6.</summary>
internal enum NonInviteClientState
{
    Trying,
    Proceeding,
    Completed,
    Terminated,
}

/// <summary>Client transaction of every method but INVITE and ACK: RFC 3261 section 17.1.2.</summary>
/// <param name="State">Where it is.</param>
/// <param name="Request">What is sent again; null once it is answered.</param>
/// <param name="Timers">Its timers.</param>
/// <param name="Reliable">The transport delivers.</param>
internal sealed record NonInviteClientTransaction(
    NonInviteClientState State, SipRequest? Request, SipTimers Timers, bool Reliable)
    : ITransactionTable<NonInviteClientTransaction>
{
    /// <summary>Current value of Timer E: T1, doubled up to T2.</summary>
    public TimeSpan RetransmitAfter { get; init; } = Timers.T1;

    public bool IsTerminated => State == Terminated;

    public static Transition<NonInviteClientTransaction, TransactionEffect> Start(
        SipRequest request, SipTimers timers, bool reliable)
    {
        var fresh = new NonInviteClientTransaction(Trying, request, timers, reliable);
        return reliable
            ? fresh.To(Trying, new Send(request), new StartTimer(F, timers.T1Times64))
            : fresh.To(Trying, new Send(request), new StartTimer(E, timers.T1), new StartTimer(F, timers.T1Times64));
    }

    public Transition<NonInviteClientTransaction, TransactionEffect> On(TransactionEvent e) => (State, e) switch
    {
        (Trying, Fired { Timer: E }) => (this with { RetransmitAfter = Timers.Backoff(RetransmitAfter) })
            .To(Trying, new Resend(Request!), new StartTimer(E, Timers.Backoff(RetransmitAfter))),
        (Proceeding, Fired { Timer: E }) => To(Proceeding, new Resend(Request!), new StartTimer(E, Timers.T2)),
        (Trying or Proceeding, Fired { Timer: F }) =>
            To(Terminated, new StopTimer(E), new Fail(TransactionFailure.Timeout)),

        (Trying or Proceeding, Received { Response.IsProvisional: true } r) => To(Proceeding, new PassUp(r.Response)),
        (Trying or Proceeding, Received r) when Reliable =>
            To(Terminated, new StopTimer(E), new StopTimer(F), new PassUp(r.Response)), // Timer K is zero
        (Trying or Proceeding, Received r) => To(Completed, new StopTimer(E), new StopTimer(F),
            new Linger(K, Timers.T4), new PassUp(r.Response)),

        (Trying or Proceeding, TransportFailed) =>
            To(Terminated, new StopTimer(E), new StopTimer(F), new Fail(TransactionFailure.Transport)),

        (Trying or Proceeding, GivenUp) => To(Terminated, new StopTimer(E), new StopTimer(F)),
        _ => To(State),
    };

    private Transition<NonInviteClientTransaction, TransactionEffect> To(
        NonInviteClientState next, params ImmutableArray<TransactionEffect> todo) =>
        new(this with { State = next, Request = next is Trying or Proceeding ? Request : null }, todo);
}
