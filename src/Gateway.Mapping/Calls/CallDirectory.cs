using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Gateway.Mapping.Sessions;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Calls;

/// <summary>
/// Finds calls: by session id for the operator, by user and sid for stanzas (sids are scoped to a bare JID, J-23), by user and
/// contact for calls that cross or move. Also remembers ids that are over for a while, so that what comes late meets no new call.
/// </summary>
internal sealed class CallDirectory(TimeProvider time) : ISessionDirectory
{
    private const int RememberedLimit = 10_000;
    private const int EndedLimit = 500;
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(60);

    /// <summary>Kept: the runtime forgets the names of an enum at each collection, and reads them anew from the metadata.</summary>
    private static readonly ImmutableArray<string> StateNames = [.. Enum.GetNames<CallState>()];

    private readonly ConcurrentDictionary<string, CallActor> _byId = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(Jid User, string Sid), CallActor> _bySid = new();
    private readonly UserSessions<CallActor> _byUser = new();
    private readonly ConcurrentDictionary<(Jid User, string Sid), long> _over = new();
    private readonly ConcurrentDictionary<string, long> _recentCallIds = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _liveCallIds = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Jid, byte> _usesV1 = new();
    private readonly ConcurrentQueue<Action> _onLink = new();
    private readonly ConcurrentQueue<SessionInfo> _ended = new();
    private TaskCompletionSource? _empty;

    /// <summary>Called when a call begins (true) and ends: temporary presence depends on it (T-7).</summary>
    public Action<CallParties, bool>? Changed { get; set; }

    /// <inheritdoc/>
    public int Count => _byId.Count;

    /// <inheritdoc/>
    public ImmutableArray<SessionInfo> List() => [.. _byId.Values.OrderBy(call => call.Since).Select(Info)];

    /// <inheritdoc/>
    public bool TryFind(string id, [NotNullWhen(true)] out SessionInfo? session)
    {
        session = _byId.TryGetValue(id, out var call) ? Info(call) : _ended.FirstOrDefault(ended => ended.Id == id);
        return session is not null;
    }

    /// <inheritdoc/>
    public bool TryHangUp(string id) =>
        _byId.TryGetValue(id, out var call) && call.Post(new CallInput(new CallEvent.HangUp()));

    /// <summary>All calls that live now.</summary>
    public IEnumerable<CallActor> All => _byId.Values;

    /// <summary>Enters a call. False when the user has a call of this sid already: the message was a duplicate.</summary>
    public bool TryAdd(CallActor call)
    {
        if (!_bySid.TryAdd((call.Parties.User, call.Snapshot.Sid), call))
        {
            return false;
        }

        _byId[call.Id] = call;
        if (call.Parties.CallId is { } callId)
        {
            _liveCallIds.TryAdd(callId, 0);
        }

        _byUser.Add(call.Parties.User, call);
        Changed?.Invoke(call.Parties, true);
        return true;
    }

    /// <summary>Takes an ended call out.</summary>
    public void Remove(CallActor call)
    {
        _ended.Enqueue(Info(call));
        if (_ended.Count > EndedLimit)
        {
            _ended.TryDequeue(out _);
        }

        Forget(call, call.Snapshot.Sid);
        if (call.Parties.CallId is { } callId)
        {
            Prune(_recentCallIds);
            _recentCallIds[callId] = time.GetTimestamp();
            _liveCallIds.TryRemove(callId, out _);
        }

        _byUser.Remove(call.Parties.User, call);
        Changed?.Invoke(call.Parties, false);
        _byId.TryRemove(call.Id, out _);
        if (_byId.IsEmpty)
        {
            Volatile.Read(ref _empty)?.TrySetResult();
        }
    }

    /// <summary>The call goes on under another sid (migration, tie-break); the old one is over.</summary>
    public void Rekey(CallActor call, string oldSid, string newSid)
    {
        Forget(call, oldSid);
        _bySid[(call.Parties.User, newSid)] = call;
    }

    /// <summary>The call of that session id.</summary>
    public bool TryFindCall(string id, [NotNullWhen(true)] out CallActor? call) => _byId.TryGetValue(id, out call);

    /// <summary>The call of that user and sid.</summary>
    public bool TryFind(Jid user, string sid, [NotNullWhen(true)] out CallActor? call) => _bySid.TryGetValue((user.Bare, sid), out call);

    /// <summary>Whether a call of that user and sid ended a moment ago.</summary>
    public bool IsOver(Jid user, string sid) =>
        _over.TryGetValue((user.Bare, sid), out var at) && time.GetElapsedTime(at) < Memory;

    /// <summary>Whether a Call-ID belongs to a live or recent dialog (N-42).</summary>
    public bool IsCallIdTaken(string callId) => _recentCallIds.ContainsKey(callId) || _liveCallIds.ContainsKey(callId);

    /// <summary>Calls between the user and the SIP side of that canonical name which are not already ending.</summary>
    public ImmutableArray<CallActor> Between(Jid user, string contactKey) => _byUser.Of(user.Bare).RemoveAll(
        call => call.Parties.ContactKey != contactKey || call.Snapshot.State is CallState.Cancelling or CallState.Ended);

    /// <summary>The user was seen to speak :1 (J-3).</summary>
    public void SawV1(Jid user)
    {
        if (_usesV1.Count < RememberedLimit)
        {
            _usesV1.TryAdd(user.Bare, 0);
        }
    }

    /// <summary>Whether the user was seen to speak :1.</summary>
    public bool HasUsedV1(Jid user) => _usesV1.ContainsKey(user.Bare);

    /// <summary>Does something once when the link to the XMPP server is back.</summary>
    public void WhenLinkReturns(Action action)
    {
        if (_onLink.Count < RememberedLimit)
        {
            _onLink.Enqueue(action);
        }
    }

    /// <summary>The link is back.</summary>
    public void LinkReturned()
    {
        for (var left = _onLink.Count; left > 0 && _onLink.TryDequeue(out var action); left--)
        {
            action();
        }
    }

    /// <summary>Completes when no call lives.</summary>
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

    private static SessionInfo Info(CallActor call) => new(
        call.Id, SessionKind.Call, call.Snapshot.Device.ToString(), SipSide.Of(call.Parties.Target, call.Parties.Invite), StateNames[(int)call.Snapshot.State], call.Since)
    {
        Thread = call.Snapshot.Sid,
        CallId = call.CallId,
    };

    private void Forget(CallActor call, string sid)
    {
        var key = (call.Parties.User, sid);
        Prune(_over);
        _over[key] = time.GetTimestamp();
        _bySid.TryRemove(new KeyValuePair<(Jid, string), CallActor>(key, call));
    }

    // Halves at least what is remembered, so the walk is paid for by the many calls that filled the memory.
    private void Prune<TKey>(ConcurrentDictionary<TKey, long> memory)
        where TKey : notnull
    {
        if (memory.Count < RememberedLimit)
        {
            return;
        }

        var excess = RememberedLimit / 2;
        foreach (var (key, at) in memory)
        {
            if (excess > 0 || time.GetElapsedTime(at) > Memory)
            {
                memory.TryRemove(key, out _);
                excess--;
            }
        }
    }
}
