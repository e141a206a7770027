using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Gateway.Mapping.Sessions;

/// <summary>The sessions that live now, as an operator sees them. May be asked from any thread; never blocks.</summary>
public interface ISessionDirectory
{
    /// <summary>How many sessions live, ringing ones included.</summary>
    int Count { get; }

    /// <summary>A snapshot, oldest first.</summary>
    ImmutableArray<SessionInfo> List();

    /// <summary>A session by its id: one that lives, or one that has ended lately.</summary>
    bool TryFind(string id, [NotNullWhen(true)] out SessionInfo? session);

    /// <summary>Posts the wish to end the session on both sides; returns before it has ended.</summary>
    /// <returns>False when there is no session of this id.</returns>
    bool TryHangUp(string id);
}

/// <summary>What a session did, message by message. Implemented where traces are kept; the console works without.</summary>
public interface ISessionTraces
{
    /// <summary>The ordered trace of a session, secrets and media keys removed.</summary>
    bool TryRead(string id, [NotNullWhen(true)] out IReadOnlyList<SessionTraceEntry>? entries);
}

/// <summary>One live session.</summary>
/// <param name="Id">The session id that every log line of the session carries.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Xmpp">JID of the XMPP side.</param>
/// <param name="Sip">SIP URI of the other side.</param>
/// <param name="State">Name of the state it is in.</param>
/// <param name="Since">When it began.</param>
public sealed record SessionInfo(
    string Id, SessionKind Kind, string Xmpp, string Sip, string State, DateTimeOffset Since)
{
    /// <summary>Thread of a chat, or the Jingle (message) session id of a call.</summary>
    public string? Thread { get; init; }

    /// <summary>Call-ID of the SIP dialog, once there is one.</summary>
    public string? CallId { get; init; }
}

/// <summary>Kinds of sessions.</summary>
public enum SessionKind
{
    /// <summary>Audio or video.</summary>
    Call,

    /// <summary>A chat session (XEP-0155 and MSRP).</summary>
    Chat,
}

/// <summary>One message of a session's trace.</summary>
/// <param name="At">When it was sent or received.</param>
/// <param name="Protocol">Whose message it is.</param>
/// <param name="IsSent">Sent by the gateway; otherwise received.</param>
/// <param name="Summary">Its name on a ladder diagram: <c>INVITE</c>, <c>180 Ringing</c>, <c>propose</c>.</param>
/// <param name="Text">The message, secrets and media keys removed.</param>
public sealed record SessionTraceEntry(
    DateTimeOffset At, SessionTraceProtocol Protocol, bool IsSent, string Summary, string Text);

/// <summary>The side of the gateway a message belongs to.</summary>
public enum SessionTraceProtocol
{
    /// <summary>A stanza.</summary>
    Xmpp,

    /// <summary>A SIP message.</summary>
    Sip,
}
