using System.Collections.Immutable;
using Gateway.Host.Configuration;
using Gateway.Host.Http;
using Gateway.Host.Running;
using Gateway.Host.Telemetry;
using Gateway.Mapping.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.Host.Tests.Http;

/// <summary>The endpoints on a real Kestrel, with sessions made up by the test.</summary>
internal sealed class HttpFixture : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HttpFixture(WebApplication app)
    {
        _app = app;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Client { get; }

    public static async Task<HttpFixture> StartAsync(
        HttpOptions? options = null, string? whyNot = null, ISessionTraces? traces = null, string? degraded = null, params ISessionDirectory[] directories)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(new PrometheusMetrics("Gateway.Http.Tests"));
        builder.Services.AddSingleton(new Readiness(
            [new ReadinessCheck("xmpp", () => whyNot), new ReadinessCheck("store", () => degraded) { IsVital = false }]));
        builder.Services.AddSingleton(new SessionOwners([.. directories], [], traces));

        var app = builder.Build();
        app.UseRouting();
        app.MapGateway(options ?? new HttpOptions());
        await app.StartAsync();
        return new HttpFixture(app);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}

/// <summary>Sessions that a test made up.</summary>
internal sealed class FakeSessions(params SessionInfo[] sessions) : ISessionDirectory
{
    public List<string> HungUp { get; } = [];

    public int Count => sessions.Length;

    public ImmutableArray<SessionInfo> List() => [.. sessions];

    public bool TryFind(string id, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SessionInfo? session)
    {
        session = sessions.FirstOrDefault(s => s.Id == id);
        return session is not null;
    }

    public bool TryHangUp(string id)
    {
        HungUp.Add(id);
        return sessions.Any(s => s.Id == id);
    }
}

/// <summary>Sessions with media.</summary>
internal sealed class FakeCalls(SessionInfo session, params MediaDirection[] media) : ISessionDirectory, ISessionQuality
{
    public int Count => 1;

    public ImmutableArray<SessionInfo> List() => [session];

    public bool TryFind(string id, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SessionInfo? found)
    {
        found = id == session.Id ? session : null;
        return found is not null;
    }

    public bool TryHangUp(string id) => false;

    public ValueTask<ImmutableArray<MediaDirection>?> QualityAsync(string id, CancellationToken cancellationToken) =>
        ValueTask.FromResult<ImmutableArray<MediaDirection>?>(id == session.Id ? [.. media] : null);
}

/// <summary>The trace of one session.</summary>
internal sealed class FakeTraces(string id, params SessionTraceEntry[] entries) : ISessionTraces
{
    public bool TryRead(
        string asked, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IReadOnlyList<SessionTraceEntry>? found)
    {
        found = asked == id ? entries : null;
        return found is not null;
    }
}
