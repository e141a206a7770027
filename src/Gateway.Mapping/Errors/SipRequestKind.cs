namespace Gateway.Mapping.Errors;

/// <summary>What is answered: not every status fits every request.</summary>
public enum SipRequestKind
{
    /// <summary>INVITE that opens a dialog.</summary>
    Invite,

    /// <summary>INVITE or UPDATE inside a dialog.</summary>
    Reinvite,

    /// <summary>Anything else: MESSAGE, SUBSCRIBE.</summary>
    Other,
}
