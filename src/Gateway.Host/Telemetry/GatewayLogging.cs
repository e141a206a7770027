using Gateway.Host.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Extensions.Logging;
using Serilog.Formatting;

namespace Gateway.Host.Telemetry;

/// <summary>Logs on standard output, by Serilog behind Microsoft.Extensions.Logging.</summary>
public static class GatewayLogging
{
    /// <summary>Makes standard output the only log of the process.</summary>
    public static void AddGatewayLog(this ILoggingBuilder logging, LogOptions options)
    {
        ITextFormatter formatter = options.Format == LogFormat.Json ? new JsonLogFormatter() : new TextLogFormatter();
        var serilog = new LoggerConfiguration()
            .MinimumLevel.Verbose() // levels are decided before, by the filters below
            .WriteTo.Sink(new QueuedSink(formatter, new StreamWriter(Console.OpenStandardOutput())))
            .CreateLogger();
        logging.AddGatewayLog(options.Level, serilog);
    }

    internal static void AddGatewayLog(this ILoggingBuilder logging, LogLevel level, Logger serilog)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(level);
        logging.AddFilter("Microsoft", level > LogLevel.Warning ? level : LogLevel.Warning); // Kestrel tells every request
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None); // a failed start is told in our own line

        // Made by the container, for it disposes nothing else: what is queued is written before the process ends.
        logging.Services.AddSingleton<ILoggerProvider>(_ => new SerilogLoggerProvider(serilog, dispose: true));
    }
}
