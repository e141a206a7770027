using Gateway.Host.Configuration;
using Gateway.Host.Http;
using Gateway.Host.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gateway.Host.Running;

/// <summary>The process: the gateway itself, the HTTP interface beside it, and the orderly end of both.</summary>
internal static class GatewayHost
{
    /// <summary>How long stopping may take once no session is left.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    /// <summary>More than operators and scrapers open; whoever opens more must not use up the descriptors that calls need.</summary>
    private const int MaxHttpConnections = 256;

    public static WebApplication Build(GatewayOptions options, TimeSpan drainPatience)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "gateway" });
        builder.Logging.AddGatewayLog(options.Log);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0; // no request has one
            kestrel.Limits.MaxConcurrentConnections = MaxHttpConnections;
            kestrel.Listen(options.Http.Listen);
        });
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopPatience);

        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<PrometheusMetrics>();
        builder.Services.AddSingleton<GatewayService>();
        builder.Services.AddHostedService(services => services.GetRequiredService<GatewayService>());
        builder.Services.AddSingleton(services => services.GetRequiredService<GatewayService>().Owners);
        builder.Services.AddSingleton(services => new Drain(
            services.GetRequiredService<SessionOwners>().Drainables, drainPatience, services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<Drain>>()));
        builder.Services.AddSingleton<IHostLifetime, DrainLifetime>();
        builder.Services.AddSingleton(services =>
        {
            var drain = services.GetRequiredService<Drain>();
            return new Readiness(
            [
                .. services.GetRequiredService<GatewayService>().Readiness,
                new ReadinessCheck("host", () => drain.HasBegun ? "draining, no new sessions" : null),
            ]);
        });

        var app = builder.Build();
        _ = app.Services.GetRequiredService<PrometheusMetrics>(); // listens before the first meter counts
        app.UseRouting();
        app.MapGateway(options.Http);
        return app;
    }
}
