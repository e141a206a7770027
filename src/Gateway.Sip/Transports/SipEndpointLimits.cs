namespace Gateway.Sip.Transports;

/// <summary>Bounds on what peers can make the stack hold.</summary>
public sealed record SipEndpointLimits
{
    /// <summary>Largest message taken, in bytes; a datagram cannot carry more than 65,535.</summary>
    public int MessageBytes { get; init; } = 65_535;

    /// <summary>Datagrams that may wait for the loop; more are dropped, and counted: their senders retransmit.</summary>
    public int QueuedDatagrams { get; init; } = 4_096;

    /// <summary>Messages of one connection that may wait for the loop; then its socket is not read (back-pressure).</summary>
    public int QueuedPerConnection { get; init; } = 32;

    /// <summary>Messages that may wait to be written to one connection; more fail as transport errors.</summary>
    public int UnsentPerConnection { get; init; } = 1_024;

    /// <summary>Open TCP connections; further ones are closed at once.</summary>
    public int Connections { get; init; } = 1_024;

    /// <summary>Calls at a time (dialogs and attempts); further INVITEs get 503 with Retry-After (MAPPING U-43).</summary>
    public int Calls { get; init; } = 10_000;

    /// <summary>Subscriptions at a time, ours and the peers'; further SUBSCRIBEs get 503 with Retry-After.</summary>
    public int Subscriptions { get; init; } = 20_000;

    /// <summary>
    /// Transactions in memory, each for 32 s at least after its last message; while there are more, requests that open
    /// nothing we already know are answered 503 without one. Requests inside dialogs are always served (MAPPING U-43).
    /// </summary>
    public int Transactions { get; init; } = 100_000;

    /// <summary>A connection that carries nothing for so long is closed; it is opened again on demand.</summary>
    public TimeSpan ConnectionIdle { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A new connection must carry a whole message within this time.</summary>
    public TimeSpan FirstMessage { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection attempt may take before the message goes elsewhere (RFC 3261 section 18.1.1).</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Requests larger than this go by TCP when both ends can (RFC 3261 section 18.1.1), in bytes.</summary>
    public int DatagramRequestBytes { get; init; } = 1_300;
}
