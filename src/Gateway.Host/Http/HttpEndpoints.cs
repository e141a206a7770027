using System.Collections.Immutable;
using System.Globalization;
using Gateway.Host.Configuration;
using Gateway.Host.Running;
using Gateway.Host.Telemetry;
using Gateway.Mapping.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Host.Http;

/// <summary>The operator's HTTP interface.</summary>
internal static class HttpEndpoints
{
    /// <summary>Whoever answers GET answers HEAD (RFC 9110 section 9.1): probes use it. The server leaves out the body.</summary>
    private static readonly string[] Get = [HttpMethods.Get, HttpMethods.Head];

    public static void MapGateway(this WebApplication app, HttpOptions options)
    {
        var guard = new HttpGuard(options);
        app.Use((context, next) => guard.InvokeAsync(context, next));
        app.MapMethods("/", Get, (RequestDelegate)ConsolePage.WriteAsync);
        app.MapMethods("/healthz", Get, AliveAsync);
        app.MapMethods("/readyz", Get, ReadyAsync);
        app.MapMethods("/metrics", Get, MetricsAsync);
        app.MapMethods("/api/sessions", Get, SessionsAsync);
        app.MapMethods("/api/sessions/{id}", Get, SessionAsync);
        app.MapMethods("/api/sessions/{id}/trace", Get, TraceAsync);
        app.MapDelete("/api/sessions/{id}", HangUpAsync);
    }

    private static Task AliveAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync("ok\n", context.RequestAborted);
    }

    private static Task ReadyAsync(HttpContext context)
    {
        var readiness = context.RequestServices.GetRequiredService<Readiness>();
        var (reasons, degraded) = (readiness.Reasons(), readiness.Degradations());
        return JsonAsync(
            context,
            reasons.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
            new ReadinessReport(reasons.Count == 0, reasons) { Degraded = degraded.Count == 0 ? null : degraded },
            HttpJson.Default.ReadinessReport);
    }

    private static Task MetricsAsync(HttpContext context)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        context.RequestServices.GetRequiredService<PrometheusMetrics>().Write(text);
        ProcessMetrics.Write(text);
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(text.ToString(), context.RequestAborted);
    }

    private static Task SessionsAsync(HttpContext context)
    {
        var sessions = Directories(context).SelectMany(d => d.List()).OrderBy(s => s.Since);
        return JsonAsync(
            context, StatusCodes.Status200OK, [.. sessions.Select(SessionView.Of)], HttpJson.Default.IReadOnlyListSessionView);
    }

    private static async Task SessionAsync(HttpContext context)
    {
        foreach (var directory in Directories(context))
        {
            if (directory.TryFind(Id(context), out var session))
            {
                var media = directory is ISessionQuality quality
                    ? await quality.QualityAsync(session.Id, context.RequestAborted).ConfigureAwait(false) : null;
                await JsonAsync(
                    context, StatusCodes.Status200OK, SessionDetailView.Of(session, media), HttpJson.Default.SessionDetailView)
                    .ConfigureAwait(false);
                return;
            }
        }

        await NotFound(context).ConfigureAwait(false);
    }

    private static Task TraceAsync(HttpContext context)
    {
        var traces = context.RequestServices.GetRequiredService<SessionOwners>().Traces;
        return traces is null
            ? JsonAsync(context, StatusCodes.Status404NotFound, new ErrorView("no traces are kept"), HttpJson.Default.ErrorView)
            : traces.TryRead(Id(context), out var entries)
                ? JsonAsync(context, StatusCodes.Status200OK, [.. entries.Select(TraceView.Of)], HttpJson.Default.IReadOnlyListTraceView)
                : NotFound(context);
    }

    private static Task HangUpAsync(HttpContext context)
    {
        if (!Directories(context).Any(d => d.TryHangUp(Id(context))))
        {
            return NotFound(context);
        }

        context.Response.StatusCode = StatusCodes.Status202Accepted;
        return Task.CompletedTask;
    }

    private static Task NotFound(HttpContext context) =>
        JsonAsync(context, StatusCodes.Status404NotFound, new ErrorView("no such session"), HttpJson.Default.ErrorView);

    private static ImmutableArray<ISessionDirectory> Directories(HttpContext context) =>
        context.RequestServices.GetRequiredService<SessionOwners>().Directories;

    private static string Id(HttpContext context) => (string)context.GetRouteValue("id")!;

    private static Task JsonAsync<T>(
        HttpContext context, int status, T body, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(body, type, cancellationToken: context.RequestAborted);
    }
}
