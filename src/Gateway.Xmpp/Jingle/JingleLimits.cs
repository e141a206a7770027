namespace Gateway.Xmpp.Jingle;

/// <summary>How much of a peer's stanza is kept: more is refused, so that memory stays bounded.</summary>
public static class JingleLimits
{
    /// <summary>Contents in a session.</summary>
    public const int Contents = 16;

    /// <summary>Payload types in a description.</summary>
    public const int Payloads = 64;

    /// <summary>Candidates in a transport.</summary>
    public const int Candidates = 128;

    /// <summary>Parameters of a payload type, source, feedback message or header extension.</summary>
    public const int Parameters = 64;

    /// <summary>Any other kind of repeated element.</summary>
    public const int Others = 64;

    /// <summary>Characters of a session id (XEP-0353 ids included).</summary>
    public const int SessionId = 255;

    /// <summary>Characters of a name or token.</summary>
    public const int Name = 255;

    /// <summary>Characters of a parameter's value, or of a key.</summary>
    public const int Value = 2048;

    /// <summary>Characters of a reason's text; a longer one is cut.</summary>
    public const int Text = 512;

    /// <summary>Characters of a JID (RFC 7622: three parts of 1023 octets and two separators).</summary>
    public const int Jid = 3071;
}
