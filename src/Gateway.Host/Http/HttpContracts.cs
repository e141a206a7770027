using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Gateway.Mapping.Sessions;

namespace Gateway.Host.Http;

/// <summary>What GET /readyz says.</summary>
internal sealed record ReadinessReport(bool Ready, IReadOnlyList<string> Reasons)
{
    /// <summary>What is not as it should be all the same; left out when all is well.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Degraded { get; init; }
}

/// <summary>One session of GET /api/sessions.</summary>
internal sealed record SessionView(
    string Id, string Kind, string Xmpp, string Sip, string State, DateTimeOffset Since, string? Thread, string? CallId)
{
    public static SessionView Of(SessionInfo session) => new(
        session.Id, session.Kind.ToString().ToLowerInvariant(), session.Xmpp, session.Sip, session.State, session.Since,
        session.Thread, session.CallId);
}

/// <summary>GET /api/sessions/{id}: the session, and how its media sounds; null when nothing is known of that.</summary>
internal sealed record SessionDetailView(
    string Id, string Kind, string Xmpp, string Sip, string State, DateTimeOffset Since, string? Thread, string? CallId,
    IReadOnlyList<MediaView>? Media)
{
    public static SessionDetailView Of(SessionInfo session, ImmutableArray<MediaDirection>? media)
    {
        var view = SessionView.Of(session);
        return new SessionDetailView(
            view.Id, view.Kind, view.Xmpp, view.Sip, view.State, view.Since, view.Thread, view.CallId,
            media is { } known ? [.. known.Select(MediaView.Of)] : null);
    }
}

/// <summary>One direction of one side's media; jitter and round trip in milliseconds, silence in seconds.</summary>
internal sealed record MediaView(
    string Side, string Direction, long Packets, long? Lost, double? Jitter, double? RoundTrip, double? Score, double? SilentFor)
{
    public static MediaView Of(MediaDirection direction) => new(
        direction.Side.ToString().ToLowerInvariant(), direction.IsReceived ? "received" : "sent", direction.Packets, direction.Lost,
        Rounded(direction.Jitter), Rounded(direction.RoundTrip), Rounded(direction.Score), direction.Silence?.TotalSeconds);

    private static double? Rounded(double? figure) => figure is { } known ? Math.Round(known, 2) : null;
}

/// <summary>One message of GET /api/sessions/{id}/trace.</summary>
internal sealed record TraceView(DateTimeOffset At, string Protocol, string Direction, string Summary, string Text)
{
    public static TraceView Of(SessionTraceEntry entry) => new(
        entry.At, entry.Protocol.ToString().ToLowerInvariant(), entry.IsSent ? "sent" : "received", entry.Summary, entry.Text);
}

/// <summary>Why a request failed.</summary>
internal sealed record ErrorView(string Error);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReadinessReport))]
[JsonSerializable(typeof(ErrorView))]
[JsonSerializable(typeof(SessionDetailView))]
[JsonSerializable(typeof(IReadOnlyList<SessionView>))]
[JsonSerializable(typeof(IReadOnlyList<TraceView>))]
internal sealed partial class HttpJson : JsonSerializerContext;
