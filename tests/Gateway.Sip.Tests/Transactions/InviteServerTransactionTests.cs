using Gateway.Sip.Transactions;
using static Gateway.Sip.Tests.Transactions.TableTest;

namespace Gateway.Sip.Tests.Transactions;

/// <summary>RFC 3261 section 17.2.1, RFC 6026 sections 7.1 and 8.5.</summary>
public sealed class InviteServerTransactionTests
{
    [Fact]
    public void Proceeding_before_any_response() => Walk(
        InviteServerTransaction.Start(Timers, reliable: false), "Proceeding", State,
        "say 1xx: Proceeding send-100",
        "say 2xx: Accepted send-200 L=32",
        "say 486: Completed send-486 G=0.5 H=32",
        "error: Terminated fail-Transport",
        "give up: Terminated");

    [Fact] // Timer G is for datagrams
    public void Proceeding_on_a_stream() => Walk(
        InviteServerTransaction.Start(Timers, reliable: true) with { Latest = Trying }, "Proceeding", State,
        "again: Proceeding resend-100",
        "say 1xx: Proceeding send-100",
        "say 2xx: Accepted send-200 L=32",
        "say 486: Completed send-486 H=32",
        "error: Terminated fail-Transport",
        "give up: Terminated");

    [Fact] // the user repeats its 2xx; INVITEs are absorbed; ACKs go up
    public void Accepted() => Walk(
        In(InviteServerState.Accepted), "Accepted", State,
        "say 2xx: Accepted resend-200",
        "ack: Accepted up-ACK",
        "L: Terminated",
        "error: Accepted fail-Transport");

    [Fact]
    public void Completed() => Walk(
        In(InviteServerState.Completed), "Completed", State,
        "again: Completed resend-486",
        "G: Completed resend-486 G=1",
        "H: Terminated -G fail-Timeout",
        "ack: Confirmed -G -H I=5",
        "error: Terminated -G -H fail-Transport");

    [Fact] // Timer I is zero
    public void Completed_on_a_stream() => Walk(
        In(InviteServerState.Completed) with { Reliable = true }, "Completed", State,
        "again: Completed resend-486",
        "G: Completed resend-486 G=1",
        "H: Terminated -G fail-Timeout",
        "ack: Terminated -G -H",
        "error: Terminated -G -H fail-Transport");

    [Fact]
    public void Confirmed() => Walk(In(InviteServerState.Confirmed), "Confirmed", State, "I: Terminated");

    [Fact]
    public void Terminated() => Walk(In(InviteServerState.Terminated), "Terminated", State);

    [Fact] // Timer G: doubled up to T2
    public void Retransmission_doubles_up_to_T2()
    {
        var table = In(InviteServerState.Completed);
        foreach (var seconds in (double[])[1, 2, 4, 4])
        {
            (table, var effects) = table.On(new TransactionEvent.Fired(TransactionTimer.G));
            Assert.Contains(new TransactionEffect.StartTimer(TransactionTimer.G, TimeSpan.FromSeconds(seconds)), effects);
        }
    }

    private static InviteServerTransaction In(InviteServerState state) =>
        new(state, Timers, Reliable: false) { Latest = Busy };

    private static string State(InviteServerTransaction table) => table.State.ToString();
}
