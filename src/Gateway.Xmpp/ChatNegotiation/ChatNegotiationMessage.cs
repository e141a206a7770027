using System.Collections.Immutable;

namespace Gateway.Xmpp.ChatNegotiation;

/// <summary>One step of XEP-0155, named by what it means, in whatever shape its dialect writes it. A closed set.</summary>
/// <param name="Dialect">The dialect it was read in or is written in.</param>
public abstract record ChatNegotiationMessage(ChatNegotiationDialect Dialect)
{
    /// <summary>Text for people, null when absent.</summary>
    public string? Reason { get; init; }

    /// <summary>Shall we talk? A form with <c>accept</c>.</summary>
    public sealed record Initiate(ChatNegotiationDialect Dialect, ImmutableArray<ChatParameter> Parameters)
        : ChatNegotiationMessage(Dialect);

    /// <summary>Yes, on these terms, or no.</summary>
    public sealed record Reply(ChatNegotiationDialect Dialect, bool Accepts, ImmutableDictionary<string, string> Values)
        : ChatNegotiationMessage(Dialect);

    /// <summary>1.2, third step: the initiator agrees to the terms, or not.</summary>
    public sealed record Complete(ChatNegotiationDialect Dialect, bool Confirms) : ChatNegotiationMessage(Dialect);

    /// <summary>Other parameters for a session that runs.</summary>
    public sealed record Renegotiate(ChatNegotiationDialect Dialect, ImmutableArray<ChatParameter> Parameters)
        : ChatNegotiationMessage(Dialect);

    /// <summary>What became of them.</summary>
    public sealed record RenegotiateReply(ChatNegotiationDialect Dialect, bool Accepts, ImmutableDictionary<string, string> Values)
        : ChatNegotiationMessage(Dialect);

    /// <summary>The sender goes on with another resource. The text of the field, not yet a valid resource.</summary>
    public sealed record Continue(ChatNegotiationDialect Dialect, string Resource) : ChatNegotiationMessage(Dialect);

    /// <summary>Agreed to.</summary>
    public sealed record ContinueReply(ChatNegotiationDialect Dialect, string Resource) : ChatNegotiationMessage(Dialect);

    /// <summary>The session is over.</summary>
    public sealed record Terminate(ChatNegotiationDialect Dialect) : ChatNegotiationMessage(Dialect);

    /// <summary>Seen.</summary>
    public sealed record TerminateAcknowledged(ChatNegotiationDialect Dialect) : ChatNegotiationMessage(Dialect);
}
