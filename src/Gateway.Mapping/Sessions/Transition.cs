using System.Collections.Immutable;

namespace Gateway.Mapping.Sessions;

/// <summary>The outcome of one event: the next state, and what the shell has to do, in order.</summary>
/// <param name="Next">The state after the event.</param>
/// <param name="Effects">Things to do; empty when the event changed nothing.</param>
/// <typeparam name="TState">State of the session.</typeparam>
/// <typeparam name="TEffect">Closed set of effects.</typeparam>
public readonly record struct Transition<TState, TEffect>(TState Next, ImmutableArray<TEffect> Effects);
