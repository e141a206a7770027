namespace Gateway.Mapping.Configuration;

/// <summary>Sessions over MSRP: how they begin, and how long they last.</summary>
public sealed record ChatOptions
{
    /// <summary>Who is asked by XEP-0155 before an INVITE for messages is answered.</summary>
    public ChatNegotiationUse Negotiate { get; init; } = ChatNegotiationUse.Known;

    /// <summary>What the gateway promises of "off the record" (MAPPING F-3).</summary>
    public bool OffTheRecord { get; init; }

    /// <summary>Whether to offer and use wrapped messages (RFC 3862): subjects, and notices of display (RFC 5438).</summary>
    public bool Wrapped { get; init; } = true;

    /// <summary>Octets of a message in either direction; the XMPP server's stanza limit has to be higher (RFC 7573 section 8).</summary>
    public int MaxMessageSize { get; init; } = 100_000;

    /// <summary>Octets of a stanza that the XMPP server takes from us: what would become a larger one is refused with 413.</summary>
    public int MaxStanzaSize { get; init; } = 256 * 1024;

    /// <summary>Messages that may wait while a session is being opened.</summary>
    public int QueueLimit { get; init; } = 100;

    /// <summary>Sessions at a time.</summary>
    public int SessionLimit { get; init; } = 10_000;

    /// <summary>Sessions that one sender may have at a time.</summary>
    public int SessionsPerSender { get; init; } = 100;

    /// <summary>Sessions that one sender may begin in a minute.</summary>
    public int SessionsPerMinute { get; init; } = 120;

    /// <summary>How long the other side may take to answer (MAPPING N-10).</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How long an informal session may be silent (RFC 7573 section 4: 10 minutes).</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long to wait for the third step of XEP-0155 1.2, and for the user's answer to a phone's new parameters
    /// (MAPPING S-1, N-24).</summary>
    public TimeSpan StepTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the user's device may be unavailable in a session of XEP-0155 0.8 (MAPPING N-36).</summary>
    public TimeSpan UnavailableGrace { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The same in 1.2, which has the opposite bias (section 9.4).</summary>
    public TimeSpan UnavailableGraceLater { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a session may be without a connection before it ends (MAPPING C-22).</summary>
    public TimeSpan Reconnect { get; init; } = TimeSpan.FromSeconds(40);
}

/// <summary>Who is asked before an INVITE for messages is answered.</summary>
public enum ChatNegotiationUse
{
    /// <summary>Users that have been seen to speak XEP-0155; the others get ordinary chat (RFC 7573).</summary>
    Known,

    /// <summary>Everybody; a client that does not know XEP-0155 gets ordinary chat after all.</summary>
    Always,

    /// <summary>Nobody.</summary>
    Never,
}
