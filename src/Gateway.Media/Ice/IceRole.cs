namespace Gateway.Media.Ice;

/// <summary>Who chooses the pair that is used (RFC 8445 section 6.1.1).</summary>
public enum IceRole
{
    /// <summary>Nominates; the session's initiator, as both agents are full.</summary>
    Controlling,

    /// <summary>Takes what the peer nominates.</summary>
    Controlled,
}
