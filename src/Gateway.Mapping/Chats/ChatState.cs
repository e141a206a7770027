namespace Gateway.Mapping.Chats;

/// <summary>States of a chat session: what both sides have done so far.</summary>
public enum ChatState
{
    /// <summary>Nothing has happened.</summary>
    Idle,

    /// <summary>The XMPP user began: INVITE sent. Messages wait (C-2).</summary>
    Inviting,

    /// <summary>As <see cref="Inviting"/>, in 1.2: the phone answered, we said yes to the user, who has yet to confirm (S-1).</summary>
    Confirming,

    /// <summary>The SIP user began: form sent, INVITE waits.</summary>
    Offering,

    /// <summary>200 sent, ACK awaited.</summary>
    Answering,

    /// <summary>Talking.</summary>
    Active,

    /// <summary>The user wishes other parameters: re-INVITE sent.</summary>
    UserRenegotiating,

    /// <summary>The phone wishes other parameters: form sent, its re-INVITE waits.</summary>
    PhoneRenegotiating,

    /// <summary>The MSRP connection is lost; a re-INVITE with a new path makes another (C-22).</summary>
    Reconnecting,

    /// <summary>The user is done; CANCEL is on its way and a final response awaited.</summary>
    Cancelling,

    /// <summary>Both sides are told.</summary>
    Ended,
}

/// <summary>Timers of a chat session.</summary>
public enum ChatTimer
{
    /// <summary>How long the other side may think (N-10, N-14).</summary>
    Ring,

    /// <summary>How long to wait for the third step of 1.2 (S-1).</summary>
    Confirm,

    /// <summary>How long a phone's re-INVITE waits for the user (N-24).</summary>
    Renegotiate,

    /// <summary>How long a user may be unavailable (N-36).</summary>
    Grace,

    /// <summary>How long an informal session may be silent (C-3).</summary>
    Idle,

    /// <summary>How long we leave it to the peer to connect anew.</summary>
    Retry,

    /// <summary>How long there may be no connection.</summary>
    Reconnect,

    /// <summary>How long to wait for the end of a cancelled INVITE.</summary>
    Cancel,
}
