using Gateway.Mapping.Policy;
using Gateway.Mapping.State;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Messages;

/// <summary>SIP users that refused a session of messages, for a while (MAPPING C-1); kept over restarts.</summary>
internal sealed class PageOnlyTable(IStateJournal journal, TimeProvider time)
{
    private readonly RecentTable<Jid, DateTimeOffset> _until = new(100_000);

    public void Fill(IEnumerable<PageOnlyRecord> kept)
    {
        foreach (var record in kept)
        {
            if (record.Until > time.GetUtcNow())
            {
                _until.Set(record.Contact, record.Until);
            }
            else
            {
                journal.Write(new StoreChange.ForgetPageOnly(record.Contact));
            }
        }
    }

    public void Add(Jid contact, TimeSpan duration)
    {
        var until = time.GetUtcNow() + duration;
        _until.Set(contact, until);
        journal.Write(new StoreChange.KeepPageOnly(new PageOnlyRecord(contact, until)));
    }

    public bool Contains(Jid contact)
    {
        if (!_until.TryGet(contact, out var until))
        {
            return false;
        }

        if (until > time.GetUtcNow())
        {
            return true;
        }

        _until.Remove(contact);
        journal.Write(new StoreChange.ForgetPageOnly(contact));
        return false;
    }
}
