using System.Text.Json.Serialization;
using Gateway.Mapping.Sessions;

namespace Gateway.Host.Http;

/// <summary>What GET /readyz says.</summary>
internal sealed record ReadinessReport(bool Ready, IReadOnlyList<string> Reasons);

/// <summary>One session of GET /api/sessions.</summary>
internal sealed record SessionView(
    string Id, string Kind, string Xmpp, string Sip, string State, DateTimeOffset Since, string? Thread, string? CallId)
{
    public static SessionView Of(SessionInfo session) => new(
        session.Id, session.Kind.ToString().ToLowerInvariant(), session.Xmpp, session.Sip, session.State, session.Since,
        session.Thread, session.CallId);
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
[JsonSerializable(typeof(IReadOnlyList<SessionView>))]
[JsonSerializable(typeof(IReadOnlyList<TraceView>))]
internal sealed partial class HttpJson : JsonSerializerContext;
