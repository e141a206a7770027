using Gateway.Sip.Transactions;
using static Gateway.Sip.Tests.Transactions.TableTest;

namespace Gateway.Sip.Tests.Transactions;

/// <summary>RFC 3261 section 17.2.2, RFC 4320 section 4.2.</summary>
public sealed class NonInviteServerTransactionTests
{
    [Fact] // repetitions are dropped while there is nothing to say
    public void Trying() => Walk(
        NonInviteServerTransaction.Start(Timers, reliable: false), "Trying", State,
        "say 1xx: Proceeding send-100",
        "say 2xx: Completed send-200 J=32",
        "say 486: Completed send-486 J=32",
        "error: Terminated fail-Transport",
        "give up: Terminated");

    [Fact] // Timer J is zero
    public void Trying_on_a_stream() => Walk(
        NonInviteServerTransaction.Start(Timers, reliable: true), "Trying", State,
        "say 1xx: Proceeding send-100",
        "say 2xx: Terminated send-200",
        "say 486: Terminated send-486",
        "error: Terminated fail-Transport",
        "give up: Terminated");

    [Fact]
    public void Proceeding() => Walk(
        In(NonInviteServerState.Proceeding), "Proceeding", State,
        "again: Proceeding resend-200",
        "say 1xx: Proceeding send-100",
        "say 2xx: Completed send-200 J=32",
        "say 486: Completed send-486 J=32",
        "error: Terminated fail-Transport",
        "give up: Terminated");

    [Fact] // what is left of it lingers: repetitions do not come here
    public void Completed() => Walk(
        In(NonInviteServerState.Completed), "Completed", State,
        "error: Terminated fail-Transport");

    [Fact]
    public void Terminated() => Walk(In(NonInviteServerState.Terminated), "Terminated", State);

    private static NonInviteServerTransaction In(NonInviteServerState state) =>
        new(state, Timers, Reliable: false) { Latest = Ok };

    private static string State(NonInviteServerTransaction table) => table.State.ToString();
}
