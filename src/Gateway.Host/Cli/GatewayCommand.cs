using System.CommandLine;
using Gateway.Host.Configuration;
using Gateway.Host.Configuration.Reading;
using Gateway.Host.Running;

namespace Gateway.Host.Cli;

/// <summary><c>gateway run | check | snippet | --version</c>.</summary>
internal static class GatewayCommand
{
    /// <summary>Long enough for a call to be ended by people who hear of a restart, short of what supervisors wait.</summary>
    private static readonly TimeSpan DefaultDrainTimeout = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan MaxDrainTimeout = TimeSpan.FromDays(1);

    public static Task<int> InvokeAsync(string[] arguments)
    {
        var invocation = new InvocationConfiguration { ProcessTerminationTimeout = null }; // signals drain: DrainLifetime
        return Root().Parse(arguments).InvokeAsync(invocation);
    }

    private static RootCommand Root()
    {
        var config = new Option<string>("--config") { Description = "The configuration file (JSON with comments).", Required = true };
        var drain = new Option<TimeSpan>("--drain-timeout")
        {
            Description = "After SIGTERM, how long running sessions may go on before they are ended: seconds, or 90s, 5m.",
            DefaultValueFactory = _ => DefaultDrainTimeout,
            CustomParser = result =>
            {
                if (DurationText.TryParse(result.Tokens.Single().Value, out var value) && value <= MaxDrainTimeout)
                {
                    return value;
                }

                result.AddError($"--drain-timeout: write seconds, or 90s, 5m; at most {MaxDrainTimeout.TotalHours} h.");
                return default;
            },
        };
        var kind = new Argument<string>("for") { Description = "What the snippet is for." }.AcceptOnlyFromAmong([.. Snippets.All.Keys]);

        var run = new Command("run", "Runs the gateway until SIGTERM.") { config, drain };
        run.SetAction((parsed, cancel) => WithOptions(
            parsed.GetValue(config)!, options => RunCommand.RunAsync(options, parsed.GetValue(drain), cancel)));

        var check = new Command("check", "Validates the configuration, then tries the XMPP server, each trunk, rtpengine and the store.")
        {
            config,
        };
        check.SetAction((parsed, cancel) => WithOptions(
            parsed.GetValue(config)!, options => CheckCommand.RunAsync(options, Console.Out, cancel)));

        var snippet = new Command("snippet", "Prints what to paste into the configuration of the software beside the gateway.")
        {
            kind,
            config,
        };
        snippet.SetAction((parsed, _) => WithOptions(parsed.GetValue(config)!, async options =>
        {
            await Console.Out.WriteAsync(Snippets.All[parsed.GetValue(kind)!](options)).ConfigureAwait(false);
            return ExitCode.Success;
        }));

        return new RootCommand("Makes SIP addresses reachable from XMPP, and XMPP users from SIP.") { run, check, snippet };
    }

    /// <summary>Faults go to standard error, all of them, with exit code 78.</summary>
    private static async Task<int> WithOptions(string file, Func<GatewayOptions, Task<int>> action)
    {
        if (PlatformCheck.Fault() is { } fault)
        {
            await Console.Error.WriteLineAsync(fault).ConfigureAwait(false);
            return ExitCode.Failure;
        }

        var read = GatewayConfiguration.Load(file);
        if (read.Options is null)
        {
            await Console.Error.WriteLineAsync(read.Message).ConfigureAwait(false);
            return ExitCode.Configuration;
        }

        return await action(read.Options).ConfigureAwait(false);
    }
}
