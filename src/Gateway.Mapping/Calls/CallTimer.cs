namespace Gateway.Mapping.Calls;

/// <summary>
/// Timers of a call. At most one of each kind runs; all end with the session. Durations are those of
/// <see cref="Configuration.CallTimers"/>.
/// </summary>
public enum CallTimer
{
    /// <summary>No device with Jingle showed itself (T-13).</summary>
    Presence,

    /// <summary>The called side gives no final answer.</summary>
    Ring,

    /// <summary>No session-initiate after our proceed (MAPPING J-21).</summary>
    Initiate,

    /// <summary>No session-accept after the user's proceed (J-30).</summary>
    Accept,

    /// <summary>Nobody said ringing; it is taken as said (J-31, clients that never say it).</summary>
    AssumeRinging,

    /// <summary>The SIP side only said 100 for long; ringing is told all the same, where the operator wants it.</summary>
    RingingFallback,

    /// <summary>After a tie-break nothing came (J-43).</summary>
    TieBreak,

    /// <summary>The announced migration did not come (J-55).</summary>
    Migration,

    /// <summary>No final response after CANCEL.</summary>
    Cancel,

    /// <summary>The link to the XMPP server is down and the call is kept (K-4).</summary>
    LinkGrace,

    /// <summary>Time to look at the media of a running call.</summary>
    MediaCheck,
}
