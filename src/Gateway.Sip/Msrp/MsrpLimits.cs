namespace Gateway.Sip.Msrp;

/// <summary>Bounds on what peers can make an endpoint hold.</summary>
public sealed record MsrpLimits
{
    /// <summary>Octets of the start line and header fields of a request; beyond it the connection is closed.</summary>
    public const int HeaderSection = 8_192;

    /// <summary>Header fields of a request.</summary>
    public const int HeaderFields = 32;

    /// <summary>Octets of a body that is not of a SEND (RFC 4975 section 7.1).</summary>
    public const int ControlBody = 10_240;

    /// <summary>Sessions at a time; further ones are refused to the owner.</summary>
    public int Sessions { get; init; } = 20_000;

    /// <summary>Connections at a time; further ones are closed at once.</summary>
    public int Connections { get; init; } = 10_000;

    /// <summary>Connections at a time on which no session has shown itself yet, from one address.</summary>
    public int UnboundPerAddress { get; init; } = 64;

    /// <summary>Messages of a session that wait to be sent or confirmed.</summary>
    public int UnsentMessages { get; init; } = 1_024;

    /// <summary>Octets of them.</summary>
    public int UnsentOctets { get; init; } = 4 * 1024 * 1024;

    /// <summary>Messages of a session that are being received in pieces; beyond it the new one is answered 413.</summary>
    public int Assemblies { get; init; } = 16;

    /// <summary>Pieces that do not touch each other in one such message.</summary>
    public int Gaps { get; init; } = 64;

    /// <summary>Message-IDs remembered to tell duplicates, for each session.</summary>
    public int RememberedMessages { get; init; } = 256;

    /// <summary>Messages sent whose success REPORT is awaited, for each session; the oldest is forgotten.</summary>
    public int AwaitedReports { get; init; } = 1_024;

    /// <summary>How long a request may wait for its response (RFC 4975 section 7.1.1).</summary>
    public TimeSpan Response { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a message may be in pieces without any further piece.</summary>
    public TimeSpan Assembly { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long to wait for the peer to connect, and to show which session it comes for.</summary>
    public TimeSpan Bind { get; init; } = TimeSpan.FromSeconds(32);

    /// <summary>How long a request may wait for the description that it overtook.</summary>
    public TimeSpan Overtaking { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one attempt to connect may take, TLS included.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Attempts to connect, with a wait of 1, 2, 4 … seconds between them.</summary>
    public int ConnectAttempts { get; init; } = 3;

    /// <summary>How long a connection that no session uses is kept.</summary>
    public TimeSpan Unused { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the peer may take nothing of what is being written.</summary>
    public TimeSpan Stalled { get; init; } = TimeSpan.FromMinutes(2);
}
