namespace Gateway.Mapping.Configuration;

/// <summary>The durations of call set-up. Defaults follow the specifications, or living clients where those are stricter.</summary>
public sealed record CallTimers
{
    /// <summary>How long devices have to show themselves when the user is asked for temporary presence (MAPPING T-13).</summary>
    public TimeSpan PresenceAnswer { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long an XMPP user is rung when the INVITE states no Expires (MAPPING J-31; Conversations with several
    /// devices stays silent when busy, so this is the only end).</summary>
    public TimeSpan RingTimeout { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>Upper limit of an INVITE's own Expires (MAPPING J-31).</summary>
    public TimeSpan RingTimeoutLimit { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>180 to the SIP caller when no device says <c>ringing</c> and none refuses (MAPPING J-31: several clients
    /// never say it).</summary>
    public TimeSpan RingingAssumed { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary><c>ringing</c> to the XMPP caller when the SIP side only said 100: Conversations gives up after 12 s,
    /// Monal after 30 s. Zero, the default: never without a real 180 (MAPPING J-8); 8 s suits trunks that never send one.</summary>
    public TimeSpan RingingFallback { get; init; } = TimeSpan.Zero;

    /// <summary>From our <c>proceed</c> to the caller's session-initiate (MAPPING J-21).</summary>
    public TimeSpan SessionInitiate { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From the user's <c>proceed</c> to session-accept (MAPPING J-30).</summary>
    public TimeSpan SessionAccept { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A delayed <c>propose</c> older than this starts no call (MAPPING J-15).</summary>
    public TimeSpan StaleProposal { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a lost tie-break waits for the winner's propose before both are joined (MAPPING J-43).</summary>
    public TimeSpan TieBreak { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the SIP side is kept after <c>finish</c> with <c>migrated</c> (MAPPING J-55).</summary>
    public TimeSpan Migration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an unanswered INVITE may ring on the SIP side before it is cancelled.</summary>
    public TimeSpan InviteTimeout { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>From CANCEL to the final response; the SIP stack gives up after 64*T1 = 32 s, this lies behind it.</summary>
    public TimeSpan Cancel { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>How long calls outlive the link to the XMPP server (MAPPING K-4).</summary>
    public TimeSpan LinkGrace { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often the media of a running call is looked at.</summary>
    public TimeSpan MediaCheck { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Silence of one side, without hold, after which the gateway asks that side whether it still lives.</summary>
    public TimeSpan MediaSilence { get; init; } = TimeSpan.FromSeconds(30);
}
