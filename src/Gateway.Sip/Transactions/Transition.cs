using System.Collections.Immutable;

namespace Gateway.Sip.Transactions;

/// <summary>The outcome of one event: what the state is now, and what to do, in order.</summary>
internal readonly record struct Transition<TState, TEffect>(TState Next, ImmutableArray<TEffect> Effects);

/// <summary>What the four transactions have in common.</summary>
internal interface ITransactionTable<TSelf>
    where TSelf : ITransactionTable<TSelf>
{
    bool IsTerminated { get; }

    Transition<TSelf, TransactionEffect> On(TransactionEvent e);
}
