using System.Collections.Immutable;
using Gateway.Mapping.Presence;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.State;

/// <summary>What the store held when the gateway started.</summary>
public sealed record StoredState
{
    /// <summary>Threads and their Call-IDs, least recently used first.</summary>
    public ImmutableArray<ThreadRecord> Threads { get; init; } = [];

    /// <summary>Presence subscriptions of XMPP users.</summary>
    public ImmutableArray<PresenceSubscription> Subscriptions { get; init; } = [];

    /// <summary>Last spelling of SIP users (MAPPING A-11).</summary>
    public ImmutableArray<SpellingRecord> Spellings { get; init; } = [];

    /// <summary>Calls that were in progress when the last process ended: all of them were cut off (MAPPING J-13).</summary>
    public ImmutableArray<CallRecord> Calls { get; init; } = [];

    /// <summary>Sessions that a media relay was asked for and has not confirmed to have deleted: it may hold them still.</summary>
    public ImmutableArray<string> MediaSessions { get; init; } = [];

    /// <summary>SIP users that refused a session of messages (MAPPING C-1).</summary>
    public ImmutableArray<PageOnlyRecord> PageOnly { get; init; } = [];
}

/// <summary>One row of the table that joins threads and Call-IDs (MAPPING N-39 to N-42).</summary>
/// <param name="User">The XMPP user, bare.</param>
/// <param name="Contact">The SIP user: its canonical JID (<see cref="Addresses.AddressPlan.TryCanonical"/>).</param>
/// <param name="Thread">The thread, exactly (N-43).</param>
/// <param name="CallId">The Call-ID, exactly.</param>
/// <param name="Use">Whether a dialog had or has this Call-ID.</param>
/// <param name="LastUsed">When it was last used.</param>
public sealed record ThreadRecord(Jid User, Jid Contact, string Thread, string CallId, ThreadUse Use, DateTimeOffset LastUsed);

/// <summary>What a Call-ID has been used for: a new dialog needs one that no dialog had (RFC 3261 section 8.1.1.4).</summary>
public enum ThreadUse
{
    /// <summary>Single messages only.</summary>
    Messages,

    /// <summary>A dialog is open.</summary>
    OpenDialog,

    /// <summary>A dialog has ended.</summary>
    EndedDialog,
}

/// <summary>How a SIP user spells itself, which a JID cannot say (MAPPING A-11).</summary>
/// <param name="Canonical">Its canonical JID.</param>
/// <param name="User">The user part of its URI.</param>
public sealed record SpellingRecord(Jid Canonical, string User);

/// <summary>A call as its XMPP users see it, for the farewell after a crash (MAPPING J-13).</summary>
/// <param name="Id">The session's id: of the propose, or of the Jingle session where nothing was proposed.</param>
/// <param name="User">The XMPP user: full once a device is part of the call.</param>
/// <param name="Contact">The SIP user as the XMPP user knows it, with the gateway's resource.</param>
/// <param name="Namespace">Namespace of XEP-0353 that its messages use; null for a call begun by session-initiate.</param>
/// <param name="Stage">How far it had come.</param>
public sealed record CallRecord(string Id, Jid User, Jid Contact, string? Namespace, CallStage Stage);

/// <summary>How far a call had come.</summary>
public enum CallStage
{
    /// <summary>The gateway proposed it and no device took it: <c>retract</c>.</summary>
    Proposed,

    /// <summary>The XMPP user proposed it and nobody answered: <c>reject</c>.</summary>
    Calling,

    /// <summary>Taken: <c>finish</c> and session-terminate.</summary>
    Taken,
}

/// <summary>A SIP user that refused a session of messages and gets single ones for a while (MAPPING C-1).</summary>
/// <param name="Contact">Its canonical JID.</param>
/// <param name="Until">When to try a session again.</param>
public sealed record PageOnlyRecord(Jid Contact, DateTimeOffset Until);
