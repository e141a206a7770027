using Gateway.Host.Configuration;
using Gateway.Host.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gateway.Host.Cli;

/// <summary><c>gateway run</c>.</summary>
internal static partial class RunCommand
{
    public static async Task<int> RunAsync(GatewayOptions options, TimeSpan drainTimeout, CancellationToken cancellationToken)
    {
        InlineCompletions.Enable();
        WebApplication app;
        try
        {
            app = GatewayHost.Build(options, drainTimeout);
        }
        catch (Exception e) when (e is IOException)
        {
            await Console.Error.WriteLineAsync($"Not started: {e.Message}").ConfigureAwait(false); // there is no log yet
            return ExitCode.Failure;
        }

        await using (app.ConfigureAwait(false))
        {
            var logger = app.Services.GetRequiredService<ILogger<GatewayService>>();
            using var unobserved = new UnobservedFaults(logger);
            try
            {
                await app.StartAsync(cancellationToken).ConfigureAwait(false);
                Log.Started(logger, options.Xmpp.Domain, options.Xmpp.Server.ToString(), string.Join(' ', app.Urls));
            }
#pragma warning disable CA1031 // A port in use, an address that is not ours: said in one line, whatever type it has.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Log.NotStarted(logger, e.Message);
                return ExitCode.Failure;
            }

            await app.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
            return app.Services.GetRequiredService<GatewayService>().HasFailed ? ExitCode.Failure : ExitCode.Success;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(5001, LogLevel.Information, "Started: component {Domain} at {Server}, HTTP on {Http}")]
        public static partial void Started(ILogger logger, string domain, string server, string http);

        [LoggerMessage(5004, LogLevel.Critical, "Not started: {Reason}")]
        public static partial void NotStarted(ILogger logger, string reason);
    }
}
