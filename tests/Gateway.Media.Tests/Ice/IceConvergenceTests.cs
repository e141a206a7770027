using FsCheck;
using FsCheck.Fluent;
using Gateway.Media.Ice;

namespace Gateway.Media.Tests.Ice;

/// <summary>Whatever the network does to the checks, short of losing half of them, both sides end on one pair.</summary>
public sealed class IceConvergenceTests
{
    private sealed record Weather(int Seed, int LossPercent, int Delay, int Jitter, int Bases, bool TricklesLate, bool SameRole);

    private static Arbitrary<Weather> AnyWeather() => (
        from seed in Gen.Choose(1, int.MaxValue)
        from loss in Gen.Choose(0, 49)
        from delay in Gen.Choose(1, 400)
        from jitter in Gen.Choose(0, 300)
        from bases in Gen.Choose(1, 3)
        from late in Gen.Elements(true, false)
        from sameRole in Gen.Elements(true, false)
        select new Weather(seed, loss, delay, jitter, bases, late, sameRole)).ToArbitrary();

    [Fact]
    public void Loss_delay_and_reordering_end_on_one_pair_used_by_both() =>
        Prop.ForAll(AnyWeather(), weather =>
        {
            var network = ANetwork(weather);
            var (a, b) = TwoAgents(network, weather);
            Meet(network, a, b, weather.TricklesLate);

            var converged = network.RunUntil(() => Agree(a, b), 600_000);
            network.IsLost = static (_, _, _) => false;
            network.Run(15_000);
            return converged && Agree(a, b) && a.Agent.Role != b.Agent.Role;
        }).QuickCheckThrowOnFailure();

    [Fact] // the figures users feel: most calls over bad radio connect while the phone still says "connecting"
    public void At_a_fifth_lost_and_100_ms_of_delay_most_agree_within_two_seconds()
    {
        var late = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            var weather = new Weather(seed, 20, 40, 60, 1, false, false);
            var network = ANetwork(weather);
            var (a, b) = TwoAgents(network, weather);
            Meet(network, a, b, false);
            late += network.RunUntil(() => Agree(a, b), 2_000) ? 0 : 1;
        }

        Assert.InRange(late, 0, 20);
    }

    private static SimulatedNetwork ANetwork(Weather weather)
    {
        var network = new SimulatedNetwork(weather.Seed);
        network.Delay = () => weather.Delay + network.Random.Next(weather.Jitter + 1);
        network.IsLost = (_, _, _) => network.Random.Next(100) < weather.LossPercent;
        return network;
    }

    private static (SimulatedAgent A, SimulatedAgent B) TwoAgents(SimulatedNetwork network, Weather weather)
    {
        static IceAgentOptions Patient(IceAgentOptions options) =>
            options with { Patience = 600_000, ConsentLifetime = 600_000 };
        return (
            new SimulatedAgent(
                network, IceRole.Controlling, [.. Enumerable.Range(1, weather.Bases).Select(i => $"192.0.2.{i}:5000")], Patient),
            new SimulatedAgent(
                network, weather.SameRole ? IceRole.Controlling : IceRole.Controlled,
                [.. Enumerable.Range(1, weather.Bases).Select(i => $"198.51.100.{i}:6000")], Patient));
    }

    private static void Meet(SimulatedNetwork network, SimulatedAgent a, SimulatedAgent b, bool late)
    {
        a.Describe(to: b);
        a.Start();
        b.Start();
        if (late)
        {
            network.Run(700);
        }

        b.Describe(to: a);
    }

    private static bool Agree(SimulatedAgent a, SimulatedAgent b) =>
        a.Agent.TryGetSelected(out _, out _) && b.Agent.TryGetSelected(out _, out _)
        && a.Pair.Local == b.Pair.Remote && b.Pair.Local == a.Pair.Remote;
}
