namespace Gateway.Mapping.Configuration;

/// <summary>How plain messages cross.</summary>
public sealed record MessageOptions
{
    /// <summary>How a chat message of an XMPP user reaches SIP (MAPPING C-1).</summary>
    public ChatMode Chat { get; init; } = ChatMode.Auto;

    /// <summary>Type of the messages that XMPP users get from SIP when they have not sent one themselves (MAPPING M-2, M-3).</summary>
    public MessageKind Kind { get; init; } = MessageKind.Normal;

    /// <summary>Notifications of delivery and display (RFC 5438) asked for and given, in CPIM wrappers (MAPPING M-17); off, because
    /// phones without CPIM would refuse the words with the wrapper.</summary>
    public bool Notifications { get; init; }

    /// <summary>Whether SIP users are told that the other types (MAPPING M-18). One refusal ends it for that user.</summary>
    public bool Typing { get; init; } = true;

    /// <summary>What becomes of words that do not fit into one MESSAGE (MAPPING M-5).</summary>
    public LongMessages LongMessages { get; init; } = LongMessages.Split;

    /// <summary>How long after it came a message is tried again while the SIP side cannot take it; then its sender gets an error.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A message that was held up for longer on its way to us comes back as an error (MAPPING M-10).</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromHours(1);

    /// <summary>For how long a SIP user that refused a session gets single messages (MAPPING C-1).</summary>
    public TimeSpan PageOnly { get; init; } = TimeSpan.FromHours(1);

    /// <summary>What a MESSAGE is answered that was given to XMPP: 202, or 200 for phones that send it again otherwise (MAPPING
    /// M-14).</summary>
    public int AcceptedStatus { get; init; } = 202;

    /// <summary>Threads are hidden from XMPP users behind a keyed hash of the Call-ID (MAPPING N-44).</summary>
    public bool OpaqueThreads { get; init; }

    /// <summary>Messages of one sender in a minute, chat states and receipts included.</summary>
    public int PerMinute { get; init; } = 600;

    /// <summary>Messages of one trunk in a minute; a trunk speaks for many people.</summary>
    public int TrunkPerMinute { get; init; } = 600_000;

    /// <summary>Messages of one conversation that may wait for the SIP side.</summary>
    public int Waiting { get; init; } = 2_000;
}

/// <summary>How a chat message reaches SIP.</summary>
public enum ChatMode
{
    /// <summary>In a session over MSRP where the SIP side has such, else as MESSAGE.</summary>
    Auto,

    /// <summary>In a session over MSRP or not at all; tried again while nobody is there.</summary>
    Session,

    /// <summary>As MESSAGE, unless the SIP side has opened a session.</summary>
    Page,
}

/// <summary>Types of messages (RFC 6121 section 5.2.2).</summary>
public enum MessageKind
{
    /// <summary>No type.</summary>
    Normal,

    /// <summary>chat.</summary>
    Chat,
}

/// <summary>What becomes of words that do not fit into one MESSAGE.</summary>
public enum LongMessages
{
    /// <summary>Several MESSAGEs, in order, cut between characters.</summary>
    Split,

    /// <summary>An error to the sender.</summary>
    Refuse,
}
