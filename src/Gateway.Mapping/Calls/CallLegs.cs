namespace Gateway.Mapping.Calls;

/// <summary>What the XMPP side knows of a call, hence how it is told that the call is over.</summary>
public enum XmppLeg
{
    /// <summary>Nothing, or it is over there.</summary>
    None,

    /// <summary>The user's propose is unanswered: <c>reject</c>.</summary>
    TheirPropose,

    /// <summary>The user's propose got proceed, no Jingle session yet: <c>finish</c>.</summary>
    TheirProceed,

    /// <summary>Our propose is unanswered, or answered but not yet followed by session-initiate: <c>retract</c>.</summary>
    OurPropose,

    /// <summary>A Jingle session exists: session-terminate, and <c>finish</c> where JMI began it.</summary>
    Jingle,
}

/// <summary>What the SIP side knows of a call, hence how it is told that the call is over.</summary>
public enum SipLeg
{
    /// <summary>Nothing, or it is over there.</summary>
    None,

    /// <summary>Our INVITE is unanswered: CANCEL.</summary>
    OurInvite,

    /// <summary>The phone's INVITE is unanswered: a final response.</summary>
    TheirInvite,

    /// <summary>A confirmed dialog: BYE.</summary>
    Dialog,
}

/// <summary>Derives the legs from the state, so that no row can forget one.</summary>
public static class CallLegs
{
    /// <summary>The XMPP side in <paramref name="state"/>.</summary>
    public static XmppLeg Xmpp(CallState state) => state switch
    {
        CallState.Preparing or CallState.Inviting or CallState.Ringing => XmppLeg.TheirPropose,
        CallState.EarlyProceeded or CallState.Proceeded or CallState.Awaiting or CallState.Joining => XmppLeg.TheirProceed,
        CallState.Proposing or CallState.RingingUser or CallState.OfferingUser => XmppLeg.OurPropose,
        CallState.Offering or CallState.JingleInviting or CallState.JingleRinging or CallState.NegotiatingEarly
            or CallState.Negotiating or CallState.EarlyMedia or CallState.Initiated or CallState.AnsweringSip
            or CallState.JoinNegotiating or CallState.Active => XmppLeg.Jingle,
        _ => XmppLeg.None,
    };

    /// <summary>The SIP side in <paramref name="state"/>.</summary>
    public static SipLeg Sip(CallState state) => state switch
    {
        CallState.Inviting or CallState.Ringing or CallState.EarlyProceeded or CallState.JingleInviting
            or CallState.JingleRinging or CallState.NegotiatingEarly or CallState.EarlyMedia or CallState.Cancelling => SipLeg.OurInvite,
        CallState.Asking or CallState.Proposing or CallState.RingingUser or CallState.OfferingUser or CallState.Initiated
            or CallState.AnsweringSip or CallState.Joining or CallState.JoinNegotiating => SipLeg.TheirInvite,
        CallState.Proceeded or CallState.Negotiating or CallState.Active or CallState.AwaitingMigration => SipLeg.Dialog,
        _ => SipLeg.None,
    };
}
