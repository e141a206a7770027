namespace Gateway.Sip.Transactions;

/// <summary>The base timers of RFC 3261 section 17 (table 4) and what follows from them.</summary>
public sealed record SipTimers
{
    /// <summary>Estimate of the round trip: 500 ms (section 17.1.1.1).</summary>
    public TimeSpan T1 { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest interval between retransmissions of requests other than INVITE, and of responses to INVITE: 4 s.</summary>
    public TimeSpan T2 { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Longest time that a message stays in the network: 5 s.</summary>
    public TimeSpan T4 { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Timer D on datagrams: at least 32 s (section 17.1.1.2).</summary>
    public TimeSpan D { get; init; } = TimeSpan.FromSeconds(32);

    /// <summary>Timers B, F, H, J, L and M.</summary>
    public TimeSpan T1Times64 => T1 * 64;

    /// <summary>The next retransmission interval: doubled, up to T2.</summary>
    internal TimeSpan Backoff(TimeSpan interval) => interval * 2 < T2 ? interval * 2 : T2;
}
