using Gateway.Mapping.Addresses;
using Gateway.Sip.Messages;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Chats;

/// <summary>
/// Sessions over MSRP, as plain chat uses them (RFC 7573). What comes back over MSRP (messages, chat states, receipts) the session
/// itself writes to the XMPP user; what is sent has its outcome told here, once each, in the order of sending. Every method returns
/// at once and may be called from any thread.
/// </summary>
public interface IChatSessions
{
    /// <summary>
    /// Hands a stanza to the session it belongs to: that of its thread, or without a thread the only one that the two have. Words,
    /// chat states, delivery receipts and markers all go this way. While the session is being opened they wait, in order (C-2).
    /// </summary>
    /// <param name="stanza">As it came; type and payloads are read from it.</param>
    /// <param name="completed">Told what became of it, for words only; not from inside this call.</param>
    ChatTaking TrySend(MessageStanza stanza, Action<ChatOutcome> completed);

    /// <summary>
    /// Opens a session for the thread of <paramref name="stanza"/> and sends the stanza as soon as it is up; a session that exists
    /// already is used. To be called for words only, after admission.
    /// </summary>
    /// <param name="stanza">The first message.</param>
    /// <param name="route">Where the INVITE goes.</param>
    /// <param name="completed">Told what became of it; not from inside this call.</param>
    ChatTaking Open(MessageStanza stanza, ChatRoute route, Action<ChatOutcome> completed);
}

/// <summary>Where an INVITE for chat goes.</summary>
/// <param name="Target">Address and trunk.</param>
/// <param name="SipUser">Canonical JID of the SIP user .</param>
/// <param name="From">The XMPP user in From.</param>
public sealed record ChatRoute(SipTarget Target, Jid SipUser, NameAddr From);

/// <summary>Whether a session took a stanza.</summary>
public enum ChatTaking
{
    /// <summary>It did; words are answered for by their outcome.</summary>
    Taken,

    /// <summary>There is no session that it belongs to.</summary>
    NoSession,

    /// <summary>More waits already than is kept, or the gateway takes no new sessions (it drains, or has no MSRP): the stanza was
    /// not taken.</summary>
    Refused,
}

/// <summary>What became of a message. A closed set.</summary>
public abstract record ChatOutcome
{
    private ChatOutcome()
    {
    }

    /// <summary>The peer took it (a 200 of MSRP), or it left over a connection that lives where no answer was asked for.</summary>
    public sealed record Delivered : ChatOutcome;

    /// <summary>The SIP side has no sessions over MSRP (405, 415, 488, 501, 606 to the INVITE): nothing of the message has left, so it may
    /// go as MESSAGE, and so may what follows for an hour (C-1).</summary>
    /// <param name="Status">What the INVITE was answered.</param>
    public sealed record NoSessions(int Status) : ChatOutcome;

    /// <summary>There was no session for it: the INVITE was refused or not answered, or the session ended first. Nothing of the message
    /// has left, so it may go another way, or the same way later (C-2).</summary>
    /// <param name="Status">What the INVITE was answered; 480 of a session that ended.</param>
    /// <param name="Error">What the sender is told when nobody tries again.</param>
    /// <param name="RetryAfter">Seconds that the SIP side asked to wait; null: it did not say.</param>
    public sealed record Unsent(int Status, StanzaError Error, int? RetryAfter = null) : ChatOutcome;

    /// <summary>It was not delivered, or nobody knows (the connection broke before its answer).</summary>
    /// <param name="Status">MSRP status of the message; 0: the connection was lost.</param>
    /// <param name="Error">What the sender is told when nobody tries again.</param>
    /// <param name="MayHaveArrived">True when it left before the connection broke: sent again it could arrive twice.</param>
    public sealed record Failed(int Status, StanzaError Error, bool MayHaveArrived = false) : ChatOutcome;
}
