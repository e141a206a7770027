namespace Gateway.Xmpp.Component;

/// <summary>What came of an attempt to open the component stream. A closed set.</summary>
public abstract record HandshakeOutcome
{
    private HandshakeOutcome()
    {
    }

    /// <summary>The server accepted the component.</summary>
    public sealed record Accepted : HandshakeOutcome;

    /// <summary>The server answered, and refused.</summary>
    /// <param name="Condition">The stream error (RFC 6120 section 4.9.3), for example <c>not-authorized</c>.</param>
    /// <param name="Text">The server's words, or null.</param>
    /// <param name="Remedy">What the operator should do.</param>
    public sealed record Refused(string Condition, string? Text, string Remedy) : HandshakeOutcome;

    /// <summary>No XMPP server answered.</summary>
    /// <param name="Reason">What happened.</param>
    /// <param name="Remedy">What the operator should do.</param>
    public sealed record Unreachable(string Reason, string Remedy) : HandshakeOutcome;
}
