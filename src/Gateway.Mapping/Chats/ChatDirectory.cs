using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Gateway.Mapping.Sessions;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.ChatNegotiation;

namespace Gateway.Mapping.Chats;

/// <summary>
/// Finds chat sessions: by session id for the operator, by user and thread for stanzas. Remembers for a while which negotiated
/// threads are over, so that what comes late is answered (N-14, N-15), and which users speak XEP-0155.
/// </summary>
internal sealed class ChatDirectory(TimeProvider time) : ISessionDirectory
{
    private const int RememberedLimit = 10_000;
    private const int EndedLimit = 500;
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, ChatActor> _byId = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(Jid User, Jid Contact, string Thread), ChatActor> _byThread = new();
    private readonly UserSessions<ChatActor> _byUser = new();
    private readonly ConcurrentDictionary<(Jid User, Jid Contact, string Thread), (ChatNegotiationDialect Dialect, long At)> _over = new();
    private readonly ConcurrentDictionary<Jid, ChatNegotiationDialect> _negotiators = new();
    private readonly ConcurrentQueue<SessionInfo> _ended = new();
    private TaskCompletionSource? _empty;

    /// <inheritdoc/>
    public int Count => _byId.Count;

    /// <summary>All sessions that live now.</summary>
    public IEnumerable<ChatActor> All => _byId.Values;

    /// <inheritdoc/>
    public ImmutableArray<SessionInfo> List() => [.. _byId.Values.OrderBy(chat => chat.Since).Select(Info)];

    /// <inheritdoc/>
    public bool TryFind(string id, [NotNullWhen(true)] out SessionInfo? session)
    {
        session = _byId.TryGetValue(id, out var chat) ? Info(chat) : _ended.FirstOrDefault(ended => ended.Id == id);
        return session is not null;
    }

    /// <inheritdoc/>
    public bool TryHangUp(string id) => _byId.TryGetValue(id, out var chat) && chat.Post(new ChatEvent.HangUp());

    /// <summary>Enters a session. False when the thread has one already that lives.</summary>
    public bool TryAdd(ChatActor chat)
    {
        if (_byThread.TryGetValue(KeyOf(chat), out var earlier) && earlier.Snapshot.State is ChatState.Cancelling or ChatState.Ended)
        {
            Release(earlier); // it takes nothing more, and what it did not take must not wait for its farewell
        }

        if (!_byThread.TryAdd(KeyOf(chat), chat))
        {
            return false;
        }

        _byId[chat.Id] = chat;
        _byUser.Add(chat.Parties.User, chat);
        return true;
    }

    /// <summary>The thread is free again: the session takes no more stanzas, though its last words may still be under way.</summary>
    public void Release(ChatActor chat)
    {
        if (chat.Snapshot.Dialect is { } dialect)
        {
            Prune();
            _over[KeyOf(chat)] = (dialect, time.GetTimestamp());
        }

        _byThread.TryRemove(new(KeyOf(chat), chat));
        _byUser.Remove(chat.Parties.User, chat);
    }

    /// <summary>Takes an ended session out.</summary>
    public void Remove(ChatActor chat)
    {
        _ended.Enqueue(Info(chat));
        if (_ended.Count > EndedLimit)
        {
            _ended.TryDequeue(out _);
        }

        Release(chat);
        _byId.TryRemove(chat.Id, out _);
        if (_byId.IsEmpty)
        {
            Volatile.Read(ref _empty)?.TrySetResult();
        }
    }

    /// <summary>The session of that user, contact and thread.</summary>
    public bool TryFind(Jid user, Jid contactKey, string thread, [NotNullWhen(true)] out ChatActor? chat) =>
        _byThread.TryGetValue((user.Bare, contactKey, thread), out chat);

    /// <summary>Sessions of the user.</summary>
    public ImmutableArray<ChatActor> Of(Jid user) => _byUser.Of(user.Bare);

    /// <summary>Sessions between the two.</summary>
    public ImmutableArray<ChatActor> Between(Jid user, Jid contactKey) =>
        Of(user).RemoveAll(chat => chat.Parties.ContactKey != contactKey || chat.Snapshot.State is ChatState.Cancelling or ChatState.Ended);

    /// <summary>Whether a negotiated session of the thread ended a while ago, or at this moment, and in which dialect.</summary>
    public bool WasNegotiated(Jid user, Jid contactKey, string thread, out ChatNegotiationDialect dialect)
    {
        if (TryFind(user, contactKey, thread, out var ending) && ending.Snapshot is { State: ChatState.Ended, Dialect: { } spoken })
        {
            dialect = spoken;
            return true;
        }

        var isKnown = _over.TryGetValue((user.Bare, contactKey, thread), out var over) && time.GetElapsedTime(over.At) < Memory;
        dialect = over.Dialect;
        return isKnown;
    }

    /// <summary>The user was seen to speak XEP-0155.</summary>
    public void SawNegotiation(Jid user, ChatNegotiationDialect dialect)
    {
        if (_negotiators.Count < RememberedLimit || _negotiators.ContainsKey(user.Bare))
        {
            _negotiators[user.Bare] = dialect;
        }
    }

    /// <summary>The user's client does not speak it any more.</summary>
    public void ForgetNegotiation(Jid user) => _negotiators.TryRemove(user.Bare, out _);

    /// <summary>The dialect that the user was last seen to speak.</summary>
    public ChatNegotiationDialect? DialectOf(Jid user) => _negotiators.TryGetValue(user.Bare, out var dialect) ? dialect : null;

    /// <summary>Completes when no session lives.</summary>
    public Task WhenEmptyAsync(CancellationToken cancellationToken)
    {
        var empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        empty = Interlocked.CompareExchange(ref _empty, empty, null) ?? empty;
        if (_byId.IsEmpty)
        {
            empty.TrySetResult();
        }

        return empty.Task.WaitAsync(cancellationToken);
    }

    private static SessionInfo Info(ChatActor chat) => new(
        chat.Id, SessionKind.Chat, chat.Snapshot.Device.ToString(), SipSide.Of(chat.Parties.Target, chat.Parties.Invite), chat.Snapshot.State.ToString(), chat.Since)
    {
        Thread = chat.Parties.Thread,
        CallId = chat.Parties.CallId,
    };

    private static (Jid, Jid, string) KeyOf(ChatActor chat) => (chat.Parties.User, chat.Parties.ContactKey, chat.Parties.TableThread);

    private void Prune()
    {
        if (_over.Count < RememberedLimit)
        {
            return;
        }

        var excess = RememberedLimit / 2;
        foreach (var (key, over) in _over)
        {
            if (excess-- > 0 || time.GetElapsedTime(over.At) > Memory)
            {
                _over.TryRemove(key, out _);
            }
        }
    }
}
