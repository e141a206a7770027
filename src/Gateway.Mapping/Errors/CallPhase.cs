namespace Gateway.Mapping.Errors;

/// <summary>Where a call stands when the XMPP side ends it: the three columns of MAPPING 11.1.</summary>
public enum CallPhase
{
    /// <summary>The XMPP user is called and has not answered: the INVITE is refused.</summary>
    Called,

    /// <summary>The XMPP user calls and nobody has answered: the INVITE is cancelled.</summary>
    Calling,

    /// <summary>After the 200: BYE.</summary>
    Answered,
}
