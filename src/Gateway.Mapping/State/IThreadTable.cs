using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.State;

/// <summary>
/// Threads of XMPP and Call-IDs of SIP: one for one within each pair of a user and a SIP user, over restarts (MAPPING N-38 to
/// N-44). Users are taken bare; the SIP user is named by its canonical JID (<see cref="Addresses.AddressPlan.TryCanonical"/>).
/// Every method returns at once and may be called from any thread; the database follows behind.
/// </summary>
public interface IThreadTable
{
    /// <summary>The Call-ID of single messages in a thread: the one that the thread has, or a new one.</summary>
    string CallIdOf(Jid user, Jid contact, string thread);

    /// <summary>
    /// The Call-ID of a dialog that the gateway is about to open for a thread: one that no dialog has had (N-42). From now on
    /// it is the thread's Call-ID, until <see cref="CloseDialog"/> and the next opening.
    /// </summary>
    string OpenDialog(Jid user, Jid contact, string thread);

    /// <summary>The thread that a Call-ID from the SIP side stands for: the one it has, or a new one (N-41).</summary>
    string ThreadOf(Jid user, Jid contact, string callId);

    /// <summary>As <see cref="ThreadOf"/>, for a dialog that the SIP side opens.</summary>
    string AcceptDialog(Jid user, Jid contact, string callId);

    /// <summary>The dialog has ended; messages with its Call-ID keep its thread. Unknown ones change nothing.</summary>
    void CloseDialog(Jid user, Jid contact, string callId);

    /// <summary>The Call-ID that a thread has now; null when it is unknown.</summary>
    string? FindCallId(Jid user, Jid contact, string thread);
}
