namespace Gateway.Xmpp.Jingle;

/// <summary>Who created a content; never changes, whoever modifies it later.</summary>
public enum JingleCreator
{
    /// <summary>The session's initiator.</summary>
    Initiator,

    /// <summary>The session's responder.</summary>
    Responder,
}

/// <summary>Who sends (XEP-0166 section 7.3).</summary>
public enum JingleSenders
{
    /// <summary>Both, also when the attribute is absent.</summary>
    Both,

    /// <summary>Only the session's initiator.</summary>
    Initiator,

    /// <summary>Only the session's responder.</summary>
    Responder,

    /// <summary>Nobody.</summary>
    None,
}

/// <summary>A <c>content</c> element: what is sent (description) and how (transport).</summary>
/// <param name="Creator">Who created it.</param>
/// <param name="Name">Its name, chosen by the creator.</param>
public sealed record JingleContent(JingleCreator Creator, string Name)
{
    /// <summary>Who sends; null when the attribute is absent, which means <see cref="JingleSenders.Both"/>.</summary>
    public JingleSenders? Senders { get; init; }

    /// <summary>The <c>disposition</c>: <c>session</c> when absent.</summary>
    public string? Disposition { get; init; }

    /// <summary>The RTP description; null when absent or of another application.</summary>
    public RtpDescription? Description { get; init; }

    /// <summary>The ICE-UDP transport; null when absent or of another method.</summary>
    public IceUdpTransport? Transport { get; init; }

    /// <summary>True when the content describes another application than RTP.</summary>
    public bool HasUnknownDescription { get; init; }

    /// <summary>True when the content uses another transport than ICE-UDP.</summary>
    public bool HasUnknownTransport { get; init; }

    /// <summary>True when the content carries a <c>security</c> element, for which no precondition is implemented.</summary>
    public bool HasSecurity { get; init; }
}
