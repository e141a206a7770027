namespace Gateway.Media.Srtp;

/// <summary>What became of a packet.</summary>
public enum SrtpOutcome
{
    /// <summary>Done; the buffer holds the result.</summary>
    Ok,

    /// <summary>The tag is wrong: another key, or altered on the way.</summary>
    AuthenticationFailed,

    /// <summary>Seen before (RFC 3711 section 3.3.2).</summary>
    Replayed,

    /// <summary>Older than the replay window.</summary>
    TooOld,

    /// <summary>Not a packet: too short, wrong version, or a header longer than the datagram.</summary>
    Malformed,

    /// <summary>The key has protected as many packets as it may (RFC 3711 section 9.2): the call needs new ones.</summary>
    KeyExpired,

    /// <summary>
    /// The buffer has no room for what protection adds, there are too many SSRCs under one key, or the library refused for a
    /// reason of its own.
    /// </summary>
    Failed,
}
