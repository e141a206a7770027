using System.Collections.Concurrent;
using System.Collections.Immutable;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Sessions;

/// <summary>The sessions of each user, and nothing of users without any: strangers can name as many as they like. May be used from any thread.</summary>
internal sealed class UserSessions<TSession>
    where TSession : class
{
    private readonly ConcurrentDictionary<Jid, ImmutableArray<TSession>> _sessions = new();

    /// <summary>Users that have a session.</summary>
    public int Count => _sessions.Count;

    public void Add(Jid user, TSession session) =>
        _sessions.AddOrUpdate(user, static (_, added) => [added], static (_, sessions, added) => sessions.Add(added), session);

    public void Remove(Jid user, TSession session)
    {
        while (_sessions.TryGetValue(user, out var sessions))
        {
            var left = sessions.Remove(session);
            if (left.IsEmpty ? _sessions.TryRemove(KeyValuePair.Create(user, sessions)) : _sessions.TryUpdate(user, left, sessions))
            {
                return;
            }
        }
    }

    /// <summary>In the order in which they began.</summary>
    public ImmutableArray<TSession> Of(Jid user) => _sessions.TryGetValue(user, out var sessions) ? sessions : [];
}
