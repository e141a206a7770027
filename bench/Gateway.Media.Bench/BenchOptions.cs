using System.CommandLine;

namespace Gateway.Media.Bench;

/// <summary>What is run, and how much of it.</summary>
internal sealed record BenchOptions
{
    /// <summary>Sizes of the load: calls that stand at the same time.</summary>
    public required int[] Calls { get; init; }

    /// <summary>Seconds that each load is measured.</summary>
    public required int Seconds { get; init; }

    /// <summary>Measurements of each load; engines take turns.</summary>
    public required int Rounds { get; init; }

    /// <summary>Only the embedded relay.</summary>
    public required bool Alone { get; init; }

    /// <summary>Minutes of the soak instead of the loads; 0: none.</summary>
    public required int Soak { get; init; }

    public static RootCommand Command(Func<BenchOptions, Task<int>> run)
    {
        var calls = new Option<int[]>("--calls") { Description = "Calls at the same time, one load each.", DefaultValueFactory = _ => [100, 400], AllowMultipleArgumentsPerToken = true };
        var seconds = new Option<int>("--seconds") { Description = "Seconds that each load is measured.", DefaultValueFactory = _ => 15 };
        var rounds = new Option<int>("--rounds") { Description = "Measurements of each load; the engines take turns.", DefaultValueFactory = _ => 2 };
        var alone = new Option<bool>("--alone") { Description = "Without rtpengine beside it.", DefaultValueFactory = _ => false };
        var soak = new Option<int>("--soak") { Description = "Instead: this many minutes of the first load with DTLS, resident memory each minute.", DefaultValueFactory = _ => 0 };
        var root = new RootCommand(
            "Relays G.711 through the embedded relay and through rtpengine, each in a process of its own, and prints processor time per "
            + "packet, latency, memory per call and what was allocated. Exit code 1: packets were lost or a call got none.")
        {
            calls, seconds, rounds, alone, soak,
        };
        root.SetAction((parsed, _) => run(new BenchOptions
        {
            Calls = parsed.GetRequiredValue(calls),
            Seconds = parsed.GetRequiredValue(seconds),
            Rounds = parsed.GetRequiredValue(rounds),
            Alone = parsed.GetRequiredValue(alone),
            Soak = parsed.GetRequiredValue(soak),
        }));
        return root;
    }
}
