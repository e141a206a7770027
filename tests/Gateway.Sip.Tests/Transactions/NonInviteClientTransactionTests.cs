using Gateway.Sip.Transactions;
using static Gateway.Sip.Tests.Transactions.TableTest;

namespace Gateway.Sip.Tests.Transactions;

/// <summary>RFC 3261 section 17.1.2.</summary>
public sealed class NonInviteClientTransactionTests
{
    [Fact]
    public void Start_on_datagrams_arms_e_and_f() => Assert.Equal(
        ["send-OPTIONS", "E=0.5", "F=32"],
        NonInviteClientTransaction.Start(Options, Timers, reliable: false).Effects.Select(Describe));

    [Fact]
    public void Start_on_a_stream_arms_f_only() => Assert.Equal(
        ["send-OPTIONS", "F=32"], NonInviteClientTransaction.Start(Options, Timers, reliable: true).Effects.Select(Describe));

    [Fact]
    public void Trying() => Walk(
        In(NonInviteClientState.Trying), "Trying", State,
        "E: Trying resend-OPTIONS E=1",
        "F: Terminated -E fail-Timeout",
        "1xx: Proceeding up-100",
        "2xx: Completed -E -F K=5 up-200",
        "486: Completed -E -F K=5 up-486",
        "error: Terminated -E -F fail-Transport",
        "give up: Terminated -E -F");

    [Fact] // Timer K is zero
    public void Trying_on_a_stream() => Walk(
        In(NonInviteClientState.Trying) with { Reliable = true }, "Trying", State,
        "E: Trying resend-OPTIONS E=1",
        "F: Terminated -E fail-Timeout",
        "1xx: Proceeding up-100",
        "2xx: Terminated -E -F up-200",
        "486: Terminated -E -F up-486",
        "error: Terminated -E -F fail-Transport",
        "give up: Terminated -E -F");

    [Fact]
    public void Proceeding() => Walk(
        In(NonInviteClientState.Proceeding), "Proceeding", State,
        "E: Proceeding resend-OPTIONS E=4",
        "F: Terminated -E fail-Timeout",
        "1xx: Proceeding up-100",
        "2xx: Completed -E -F K=5 up-200",
        "486: Completed -E -F K=5 up-486",
        "error: Terminated -E -F fail-Transport",
        "give up: Terminated -E -F");

    [Fact] // what is left of it lingers: repetitions do not come here
    public void Completed() => Walk(In(NonInviteClientState.Completed), "Completed", State);

    [Fact]
    public void Terminated() => Walk(In(NonInviteClientState.Terminated), "Terminated", State);

    [Fact] // Timer E: doubled up to T2
    public void Retransmission_doubles_up_to_T2()
    {
        var table = In(NonInviteClientState.Trying);
        foreach (var seconds in (double[])[1, 2, 4, 4, 4])
        {
            (table, var effects) = table.On(new TransactionEvent.Fired(TransactionTimer.E));
            Assert.Contains(new TransactionEffect.StartTimer(TransactionTimer.E, TimeSpan.FromSeconds(seconds)), effects);
        }
    }

    private static NonInviteClientTransaction In(NonInviteClientState state) => new(state, Options, Timers, Reliable: false);

    private static string State(NonInviteClientTransaction table) => table.State.ToString();
}
