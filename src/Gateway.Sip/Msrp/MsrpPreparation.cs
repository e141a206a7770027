namespace Gateway.Sip.Msrp;

/// <summary>Whether a session has a path that can be given to the peer.</summary>
public enum MsrpPreparation
{
    /// <summary>It has.</summary>
    Ready,

    /// <summary>The relay refused AUTH (RFC 4976 section 5.1), or did so a moment ago and is not asked again yet.</summary>
    RelayRefused,

    /// <summary>The relay cannot be reached, or did not answer in time.</summary>
    RelayUnreachable,

    /// <summary>The relay's certificate is not for its name, or no authority that is trusted stands behind it.</summary>
    RelayUntrusted,

    /// <summary>The session was closed.</summary>
    Closed,
}
