using System.Diagnostics.CodeAnalysis;
using Gateway.Mapping.Policy;
using Gateway.Mapping.State;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Addresses;

/// <summary>
/// What a JID cannot say about a SIP address: the letter case of its user (MAPPING A-11), and which of its spellings an
/// XMPP user knows it by. Bounded; the letter case is kept over restarts, the spelling of JIDs is not: without it the
/// canonical one is used.
/// </summary>
internal sealed class AddressMemory(int capacity, IStateJournal? journal)
{
    private readonly RecentTable<string, string> _users = new(capacity);
    private readonly RecentTable<(string User, string Canonical), Jid> _addressed = new(capacity);

    /// <summary>The SIP spelling of the user behind a canonical JID, as last seen in a request of a trunk.</summary>
    public bool TryGetUser(Jid canonical, [NotNullWhen(true)] out string? user) => _users.TryGet(canonical.ToString(), out user);

    public void SetUser(Jid canonical, string user)
    {
        if (!TryGetUser(canonical, out var known) || known != user)
        {
            _users.Set(canonical.ToString(), user);
            journal?.Write(new StoreChange.KeepSpelling(new SpellingRecord(canonical, user)));
        }
    }

    /// <summary>Takes what was kept.</summary>
    public void Fill(IEnumerable<SpellingRecord> kept)
    {
        foreach (var spelling in kept.Take(capacity))
        {
            _users.Set(spelling.Canonical.ToString(), spelling.User);
        }
    }

    /// <summary>The JID by which an XMPP user last addressed a SIP user.</summary>
    public bool TryGetAddressed(Jid user, Jid canonical, [NotNullWhen(true)] out Jid? addressed) =>
        _addressed.TryGet((user.Bare.ToString(), canonical.ToString()), out addressed);

    public void SetAddressed(Jid user, Jid canonical, Jid addressed)
    {
        if (!TryGetAddressed(user, canonical, out var known) || !known.Equals(addressed))
        {
            _addressed.Set((user.Bare.ToString(), canonical.ToString()), addressed);
        }
    }
}
