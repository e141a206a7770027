using Gateway.Sip.Transactions;
using static Gateway.Sip.Tests.Transactions.TableTest;

namespace Gateway.Sip.Tests.Transactions;

/// <summary>RFC 3261 section 17.1.1.2, RFC 6026 section 8.4.</summary>
public sealed class InviteClientTransactionTests
{
    [Fact]
    public void Start_on_datagrams_arms_a_and_b() => Assert.Equal(
        ["send-INVITE", "A=0.5", "B=32"], InviteClientTransaction.Start(Invite, Timers, reliable: false).Effects.Select(Describe));

    [Fact]
    public void Start_on_a_stream_arms_b_only() => Assert.Equal(
        ["send-INVITE", "B=32"], InviteClientTransaction.Start(Invite, Timers, reliable: true).Effects.Select(Describe));

    [Fact]
    public void Calling() => Walk(
        In(InviteClientState.Calling), "Calling", State,
        "A: Calling resend-INVITE A=1",
        "B: Terminated -A fail-Timeout",
        "1xx: Proceeding -A -B up-100",
        "2xx: Accepted -A -B M=32 up-200",
        "486: Completed -A -B send-ACK D=32 up-486",
        "error: Terminated -A -B fail-Transport",
        "give up: Terminated -A -B");

    [Fact]
    public void Proceeding() => Walk(
        In(InviteClientState.Proceeding), "Proceeding", State,
        "1xx: Proceeding -A -B up-100",
        "2xx: Accepted -A -B M=32 up-200",
        "486: Completed -A -B send-ACK D=32 up-486",
        "give up: Terminated -A -B");

    [Fact] // Timer D is zero
    public void Proceeding_on_a_stream() => Walk(
        In(InviteClientState.Proceeding) with { Reliable = true }, "Proceeding", State,
        "1xx: Proceeding -A -B up-100",
        "2xx: Accepted -A -B M=32 up-200",
        "486: Terminated -A -B send-ACK up-486",
        "give up: Terminated -A -B");

    [Fact] // each 2xx goes up: retransmissions and other forks
    public void Accepted() => Walk(
        In(InviteClientState.Accepted), "Accepted", State,
        "2xx: Accepted up-200",
        "M: Terminated");

    [Fact]
    public void Completed() => Walk(
        In(InviteClientState.Completed), "Completed", State,
        "486: Completed resend-ACK",
        "D: Terminated",
        "error: Terminated -D");

    [Fact]
    public void Terminated() => Walk(In(InviteClientState.Terminated), "Terminated", State);

    [Fact] // Timer A doubles without bound
    public void Retransmission_doubles()
    {
        var table = In(InviteClientState.Calling);
        for (var seconds = 1.0; seconds <= 32; seconds *= 2)
        {
            (table, var effects) = table.On(new TransactionEvent.Fired(TransactionTimer.A));
            Assert.Contains(new TransactionEffect.StartTimer(TransactionTimer.A, TimeSpan.FromSeconds(seconds)), effects);
        }
    }

    private static InviteClientTransaction In(InviteClientState state) => new(state, Invite, Timers, Reliable: false);

    private static string State(InviteClientTransaction table) => table.State.ToString();
}
