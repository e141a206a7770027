namespace Gateway.Mapping.Calls;

/// <summary>
/// States of a call. A name says what both sides have done so far; <see cref="CallLegs"/> derives from it what each side
/// still has to be told when the call ends.
/// </summary>
public enum CallState
{
    /// <summary>Nothing has happened.</summary>
    Idle,

    // ---- The XMPP user calls, INVITE first (MAPPING J-20 ring-first: answer policies progress and late).

    /// <summary>Proposed; the media relay prepares the offer that the INVITE will carry.</summary>
    Preparing,

    /// <summary>INVITE sent, the phone does not ring yet.</summary>
    Inviting,

    /// <summary>180 received, <c>ringing</c> sent.</summary>
    Ringing,

    /// <summary><c>proceed</c> sent because of early media; session-initiate is awaited, the phone has not answered.</summary>
    EarlyProceeded,

    /// <summary>The SIP side is answered and <c>proceed</c> sent; session-initiate is awaited (J-21). Also a migration under way (J-50).</summary>
    Proceeded,

    // ---- The XMPP user calls, Jingle first (policy early, or session-initiate without JMI: J-20 proceed-first, J-22).

    /// <summary><c>proceed</c> sent at once; session-initiate is awaited, nothing has gone to SIP.</summary>
    Awaiting,

    /// <summary>session-initiate received; the media relay prepares the offer for the INVITE.</summary>
    Offering,

    /// <summary>INVITE sent, session-accept owed.</summary>
    JingleInviting,

    /// <summary>180 received, session-info ringing sent, session-accept owed.</summary>
    JingleRinging,

    // ---- Both of these orders, once session-initiate and a SIP description are here.

    /// <summary>The relay prepares session-accept from early media; the phone has not answered.</summary>
    NegotiatingEarly,

    /// <summary>The relay prepares session-accept; the phone has answered.</summary>
    Negotiating,

    /// <summary>session-accept sent, early media heard, the phone has not answered.</summary>
    EarlyMedia,

    // ---- The SIP user calls.

    /// <summary>INVITE received; the user was asked for temporary presence, and the first device that has Jingle is awaited (T-13).</summary>
    Asking,

    /// <summary>INVITE received, <c>propose</c> sent.</summary>
    Proposing,

    /// <summary>180 sent.</summary>
    RingingUser,

    /// <summary>A device took the call; the media relay prepares session-initiate.</summary>
    OfferingUser,

    /// <summary>session-initiate sent, session-accept awaited (J-30).</summary>
    Initiated,

    /// <summary>session-accept received; the relay prepares the answer for 200.</summary>
    AnsweringSip,

    /// <summary>Both called each other: the user's <c>propose</c> was taken, her session-initiate is awaited, the INVITE of the
    /// SIP user still waits (J-41).</summary>
    Joining,

    /// <summary>The relay prepares both answers of a joined call.</summary>
    JoinNegotiating,

    // ---- Both directions.

    /// <summary>Talking.</summary>
    Active,

    /// <summary>The client said that it goes on under another id; its propose is awaited (J-55).</summary>
    AwaitingMigration,

    /// <summary>The XMPP side is done; CANCEL is on its way and a final response awaited (RFC 3261 section 9.1).</summary>
    Cancelling,

    /// <summary>Both sides are told, resources freed.</summary>
    Ended,
}
