using System.Collections.Immutable;
using Gateway.Sip.Messages;
using static Gateway.Sip.Transactions.NonInviteServerState;
using static Gateway.Sip.Transactions.TransactionEffect;
using static Gateway.Sip.Transactions.TransactionEvent;
using static Gateway.Sip.Transactions.TransactionTimer;

namespace Gateway.Sip.Transactions;

/// <summary>States of RFC 3261 figure 8.</summary>
internal enum NonInviteServerState
{
    Trying,
    Proceeding,
    Completed,
    Terminated,
}

/// <summary>Server transaction of every method but INVITE and ACK: RFC 3261 section 17.2.2.</summary>
internal sealed record NonInviteServerTransaction(
    NonInviteServerState State, SipTimers Timers, bool Reliable) : ITransactionTable<NonInviteServerTransaction>
{
    /// <summary>The latest response, for retransmission.</summary>
    public SipResponse? Latest { get; init; }

    public bool IsTerminated => State == Terminated;

    public static NonInviteServerTransaction Start(SipTimers timers, bool reliable) => new(Trying, timers, reliable);

    public Transition<NonInviteServerTransaction, TransactionEffect> On(TransactionEvent e) => (State, e) switch
    {
        (Trying or Proceeding, Respond { Response.IsProvisional: true } r) =>
            (this with { Latest = r.Response }).To(Proceeding, new Send(r.Response)),
        (Trying or Proceeding, Respond r) when Reliable =>
            (this with { Latest = r.Response }).To(Terminated, new Send(r.Response)), // Timer J is zero
        (Trying or Proceeding, Respond r) => (this with { Latest = r.Response })
            .To(Completed, new Send(r.Response), new Linger(J, Timers.T1Times64, r.Response)),

        (Proceeding, Repeated) => To(State, new Resend(Latest!)),

        (Trying or Proceeding, TransportFailed) => To(Terminated, new Fail(TransactionFailure.Transport)),
        (Completed, TransportFailed) => To(Terminated, new Fail(TransactionFailure.Transport)),
        // No 408 is sent (RFC 4320 section 4.2): the client's Timer F says the same without a packet.
        (Trying or Proceeding, GivenUp) => To(Terminated),
        _ => To(State),
    };

    private Transition<NonInviteServerTransaction, TransactionEffect> To(
        NonInviteServerState next, params ImmutableArray<TransactionEffect> todo) => new(this with { State = next }, todo);
}
