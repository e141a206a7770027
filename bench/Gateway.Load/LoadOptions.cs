using System.CommandLine;

namespace Gateway.Load;

/// <summary>What is run, and how much of it.</summary>
internal sealed record LoadOptions
{
    /// <summary>gateway.dll of a Release build.</summary>
    public required string Gateway { get; init; }

    /// <summary>Calls before anything is measured, so that the runtime has compiled what it will.</summary>
    public required int WarmUp { get; init; }

    /// <summary>Calls whose latency is measured.</summary>
    public required int LatencyCalls { get; init; }

    /// <summary>Their rate, calls a second.</summary>
    public required int LatencyRate { get; init; }

    /// <summary>Calls from phones to XMPP users, at the same rate.</summary>
    public required int IncomingCalls { get; init; }

    /// <summary>Set-ups a second under load.</summary>
    public required int Rate { get; init; }

    /// <summary>How long the load lasts, in seconds.</summary>
    public required int Seconds { get; init; }

    /// <summary>Calls that stand at the same time.</summary>
    public required int Hold { get; init; }

    /// <summary>Patience for the last timer after the last call, in seconds.</summary>
    public required int Settle { get; init; }

    /// <summary>Leaves Nagle's algorithm on in Prosody, as its defaults do; we recommend off (deploy/prosody).</summary>
    public required bool Nagle { get; init; }

    /// <summary>The relay that the gateway uses: <c>embedded</c> or <c>rtpengine</c>.</summary>
    public required string Engine { get; init; }

    /// <summary>The gateway's log level.</summary>
    public required string LogLevel { get; init; }

    public static RootCommand Command(Func<LoadOptions, Task<int>> run)
    {
        var gateway = new Option<string>("--gateway") { Description = "gateway.dll of a Release build.", DefaultValueFactory = _ => BuiltGateway() };
        var warmUp = Number("--warm-up", "Calls before anything is measured.", 300);
        var latencyCalls = Number("--latency-calls", "Calls whose latency is measured; 0: none.", 300);
        var latencyRate = Number("--latency-rate", "Their rate, calls a second.", 10);
        var incoming = Number("--incoming", "Calls from phones to XMPP users, at the same rate; 0: none.", 100);
        var rate = Number("--rate", "Set-ups a second under load.", 100);
        var seconds = Number("--seconds", "How long the load lasts; 0: none.", 30);
        var hold = Number("--hold", "Calls that stand at the same time; 0: none.", 500);
        var settle = Number("--settle", "Seconds that the gateway's timers are given after the last call.", 40);
        var nagle = new Option<bool>("--nagle") { Description = "Leave Nagle's algorithm on in Prosody, as its defaults do." };
        var logLevel = new Option<string>("--log-level") { Description = "The gateway's log level.", DefaultValueFactory = _ => "Information" };
        var engine = new Option<string>("--engine") { Description = "The gateway's media relay.", DefaultValueFactory = _ => "embedded" }
            .AcceptOnlyFromAmong("embedded", "rtpengine");
        var root = new RootCommand(
            "Drives the gateway's process over a real Prosody with sipp's phones and a real rtpengine (signalling only), and prints "
            + "latency, processor time and memory per call. Exit code 1: a call failed or something was left behind.")
        {
            gateway, warmUp, latencyCalls, latencyRate, incoming, rate, seconds, hold, settle, nagle, engine, logLevel,
        };
        root.Subcommands.Add(Messages.MessagesRun.Command(gateway));
        root.Subcommands.Add(Msrp.MsrpRun.Command());
        root.Subcommands.Add(Msrp.ChatsRun.Command(gateway));
        root.SetAction((parsed, _) => run(new LoadOptions
        {
            Gateway = parsed.GetValue(gateway)!,
            WarmUp = parsed.GetValue(warmUp),
            LatencyCalls = parsed.GetValue(latencyCalls),
            LatencyRate = parsed.GetValue(latencyRate),
            IncomingCalls = parsed.GetValue(incoming),
            Rate = parsed.GetValue(rate),
            Seconds = parsed.GetValue(seconds),
            Hold = parsed.GetValue(hold),
            Settle = parsed.GetValue(settle),
            Nagle = parsed.GetValue(nagle),
            Engine = parsed.GetValue(engine)!,
            LogLevel = parsed.GetValue(logLevel)!,
        }));
        return root;
    }

    private static Option<int> Number(string name, string description, int usual) =>
        new(name) { Description = description, DefaultValueFactory = _ => usual };

    /// <summary>The Release build in the tree that this program was built in.</summary>
    private static string BuiltGateway()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Gateway.slnx")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? "", "src/Gateway.Host/bin/Release/net10.0/gateway.dll");
    }
}
