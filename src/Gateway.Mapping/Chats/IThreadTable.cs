using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Chats;

/// <summary>
/// XMPP threads and SIP Call-IDs (N-38 to N-46): a table, never a guess from the text. It answers from memory and keeps what it
/// learnt in the store behind, so that it survives a restart; every method returns at once and may be called from any thread.
/// </summary>
public interface IThreadTable
{
    /// <summary>
    /// The Call-ID for a new dialog of a thread: the thread itself where it is a fit word, else encoded (N-40), with a random tail where
    /// that Call-ID has been used by any dialog before (N-42). From now on it belongs to the thread.
    /// </summary>
    string NewCallId(ThreadKey thread);

    /// <summary>
    /// The thread under which the XMPP user sees a Call-ID that the SIP side chose: the one of the table, else the Call-ID itself (N-41)
    /// or its keyed hash where threads are opaque (N-44). From now on they belong together.
    /// </summary>
    ThreadKey ThreadOf(Jid user, Jid contact, string callId);
}

/// <summary>A conversation's thread: opaque text, compared octet by octet (N-43), of one pair.</summary>
/// <param name="User">Bare JID of the XMPP user.</param>
/// <param name="Contact">Canonical bare JID of the SIP user .</param>
/// <param name="Thread">The thread.</param>
public sealed record ThreadKey(Jid User, Jid Contact, string Thread);
