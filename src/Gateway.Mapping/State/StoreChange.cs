using Gateway.Mapping.Presence;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.State;

/// <summary>One change of what is kept; written twice it changes nothing more. A closed set.</summary>
public abstract record StoreChange
{
    private StoreChange()
    {
    }

    /// <summary>A row of the thread table, new or used again; replaces a row of the same user, contact and Call-ID.</summary>
    public sealed record KeepThread(ThreadRecord Thread) : StoreChange;

    /// <summary>The row is forgotten.</summary>
    public sealed record ForgetThread(Jid User, Jid Contact, string CallId) : StoreChange;

    /// <summary>A subscription to the presence of a SIP user.</summary>
    public sealed record KeepSubscription(PresenceSubscription Subscription) : StoreChange;

    /// <summary>The subscription has ended.</summary>
    public sealed record ForgetSubscription(PresenceSubscription Subscription) : StoreChange;

    /// <summary>The last spelling of a SIP user; replaces an earlier one.</summary>
    public sealed record KeepSpelling(SpellingRecord Spelling) : StoreChange;

    /// <summary>A call is in progress; replaces what was known of it.</summary>
    public sealed record KeepCall(CallRecord Call) : StoreChange;

    /// <summary>The call has ended, and its user knows.</summary>
    public sealed record ForgetCall(string Id, Jid Contact) : StoreChange;

    /// <summary>A media relay that outlives this process is asked for a session.</summary>
    public sealed record KeepMedia(string SessionId) : StoreChange;

    /// <summary>The relay has deleted it.</summary>
    public sealed record ForgetMedia(string SessionId) : StoreChange;

    /// <summary>The SIP user gets single messages for a while.</summary>
    public sealed record KeepPageOnly(PageOnlyRecord PageOnly) : StoreChange;

    /// <summary>A session may be tried again.</summary>
    public sealed record ForgetPageOnly(Jid Contact) : StoreChange;
}
