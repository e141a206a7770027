using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Policy;
using Gateway.Mapping.Presence;
using Gateway.Mapping.Sessions;
using Gateway.Mapping.State;
using Gateway.Media.Relay;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Routing;
using Microsoft.Extensions.Logging;

namespace Gateway.Mapping.Calls;

/// <summary>What the call service needs of the rest of the process.</summary>
/// <param name="Options">Options of the mapping.</param>
/// <param name="Addresses">The address plan.</param>
/// <param name="Admission">The door for new calls.</param>
/// <param name="Link">The way to XMPP.</param>
/// <param name="UserAgent">The way to SIP.</param>
/// <param name="Relay">The media relay.</param>
/// <param name="InstanceKey">Secret of this installation, at least 16 octets, the same after a restart (MAPPING J-9).</param>
/// <param name="Time">Clock.</param>
/// <param name="Logs">Log.</param>
public sealed record CallServiceParts(
    MappingOptions Options,
    AddressPlan Addresses,
    CallAdmission Admission,
    IXmppLink Link,
    ISipUserAgent UserAgent,
    IMediaRelay Relay,
    ReadOnlyMemory<byte> InstanceKey,
    TimeProvider Time,
    ILogger<CallService> Logs)
{
    /// <summary>Keeps calls in progress for the farewell after a crash (MAPPING J-13); null: they are not kept.</summary>
    public IStateJournal? Journal { get; init; }
}

/// <summary>
/// All calls of the process: takes proposals, Jingle requests and INVITEs, finds or begins the call they belong to, and posts
/// the event to it.
/// </summary>
public sealed partial class CallService : IXmppExtension, ISipInviteHandler, IXmppLinkObserver, ISessionDirectory, ISessionQuality, ICallDigits, IDrainable, IMediaNotices, IAsyncDisposable
{
    /// <summary>What a refused caller is told to wait.</summary>
    internal const int RetryAfterSeconds = 10;

    /// <summary>As XEP-0181 section 2 assumes.</summary>
    private static readonly TimeSpan TypedDuration = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan FarewellPatience = TimeSpan.FromSeconds(20);

    private readonly CallServiceParts _parts;
    private readonly CallDirectory _directory;
    private readonly CallMetrics _metrics;
    private readonly CallContext _context;
    private readonly CallJournal _journal;
    private readonly HeldMedia _held;
    private readonly ConcurrentQueue<CallRecord> _cutOff = new();
    private readonly CallIds _ids;
    private readonly CallLog _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Task, byte> _running = new();
    private volatile bool _draining;
    private int _isDisposed;

    /// <summary>Makes the service; nothing happens until stanzas or INVITEs come.</summary>
    public CallService(CallServiceParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        _parts = parts;
        _directory = new CallDirectory(parts.Time);
        _metrics = new CallMetrics(_directory);
        _log = new CallLog(parts.Logs);
        _ids = new CallIds(parts.InstanceKey.Span);
        _journal = new CallJournal(parts.Journal);
        _held = new HeldMedia(parts.Relay, parts.Journal, parts.Time, _log);
        _context = new CallContext(parts.Options, parts.Link, parts.UserAgent, parts.Relay,
            parts.Admission, parts.Addresses.Devices, _directory, _journal, _held, _metrics, _log, parts.Time);
    }

    /// <summary>
    /// Presence follows calls (J-7, T-7): the called user learns of the caller before the propose, and temporary presence lasts as
    /// long as the call. To be set before the stream starts.
    /// </summary>
    public void Announce(PresenceService presence)
    {
        ArgumentNullException.ThrowIfNull(presence);
        _directory.Changed = (parties, begins) =>
        {
            if (begins)
            {
                presence.SessionStarted(
                    parties.User, parties.Contact, announce: parties.Direction == CallDirection.ToXmpp, isCall: true, parties.CallerName);
            }
            else
            {
                presence.SessionEnded(parties.User, parties.Contact, isCall: true);
            }
        };
    }

    /// <inheritdoc/>
    public int Count => _directory.Count;

    /// <inheritdoc/>
    public ImmutableArray<SessionInfo> List() => _directory.List();

    /// <inheritdoc/>
    public bool TryFind(string id, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SessionInfo? session) =>
        _directory.TryFind(id, out session);

    /// <inheritdoc/>
    public bool TryHangUp(string id) => _directory.TryHangUp(id);

    /// <inheritdoc/>
    public bool TryDial(Jid user, Jid contact, string text)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(contact);
        ArgumentNullException.ThrowIfNull(text);
        if (!_parts.Options.TypedDigits || !DigitText.TryReadTyped(text, out var keys))
        {
            return false;
        }

        var key = _parts.Addresses.TryCanonical(contact, out var canonical, out _) ? canonical : contact.Bare;
        if (_directory.Between(user, key.ToString()).FirstOrDefault(IsWithoutKeys) is not { } call)
        {
            return false;
        }

        foreach (var each in keys)
        {
            call.TryPost(new CallInput(new CallEvent.KeyPressed(each, TypedDuration)));
        }

        return true;
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<MediaDirection>?> QualityAsync(string id, CancellationToken cancellationToken) =>
        _directory.TryFindCall(id, out _)
        && await _parts.Relay.QueryAsync(id, cancellationToken).ConfigureAwait(false) is { } statistics
            ? CallQuality.Of(statistics, _parts.Time.GetUtcNow()) : null;

    /// <summary>The user is talking, or listening to a menu, with a client that has no keys.</summary>
    private bool IsWithoutKeys(CallActor call) =>
        call.Snapshot.State is CallState.Active or CallState.EarlyMedia && !call.ClientTakesDigits && CanPress(call);

    /// <summary>There is a way for a key to the phone: as packets, or in INFO, for which there has to be a dialog.</summary>
    private bool CanPress(CallActor call) =>
        call.PhoneTakesDigits || (_parts.Options.DigitsByInfo && call.Snapshot.State is CallState.Active);

    /// <inheritdoc/>
    public void BeginDrain()
    {
        if (!_draining)
        {
            _draining = true;
            _log.Draining(Count);
        }
    }

    /// <inheritdoc/>
    public void HangUpAll()
    {
        foreach (var call in _directory.All)
        {
            call.Post(new CallInput(new CallEvent.HangUp()));
        }
    }

    /// <inheritdoc/>
    public Task WhenEmptyAsync(CancellationToken cancellationToken) => _directory.WhenEmptyAsync(cancellationToken);

    /// <summary>
    /// What the last process left behind: users are told as soon as there is a way to them (J-13), and the media relay is told to free
    /// what it holds.
    /// </summary>
    /// <param name="calls">Calls in progress.</param>
    /// <param name="mediaSessions">What a media relay may hold of them.</param>
    public void Recover(IEnumerable<CallRecord> calls, IEnumerable<string> mediaSessions)
    {
        ArgumentNullException.ThrowIfNull(calls);
        ArgumentNullException.ThrowIfNull(mediaSessions);
        foreach (var call in calls)
        {
            _cutOff.Enqueue(call);
        }

        _held.Recover(mediaSessions);
    }

    /// <inheritdoc/>
    public void OnUp(bool isReconnect)
    {
        while (_cutOff.TryDequeue(out var cutOff))
        {
            Farewell(cutOff);
        }

        foreach (var call in _directory.All)
        {
            call.Post(new CallInput(new CallEvent.LinkRestored()));
        }

        _directory.LinkReturned();
    }

    /// <inheritdoc/>
    public void OnDown(string reason)
    {
        foreach (var call in _directory.All)
        {
            call.Post(new CallInput(new CallEvent.LinkLost()));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_running.Keys).ConfigureAwait(false);
        await _held.DisposeAsync().ConfigureAwait(false);
        _metrics.Dispose();
        _stopping.Dispose();
    }

    private void Farewell(CallRecord call)
    {
        foreach (var stanza in CallJournal.Farewell(call))
        {
            if (stanza.Name.LocalName == "iq")
            {
                _parts.Link.SendIq(stanza, FarewellPatience, static _ => { }); // a device that has forgotten the session says so
            }
            else
            {
                _parts.Link.TrySend(stanza);
            }
        }

        _journal.Told(call);
        _log.CutOff(call.User.ToString(), call.Contact.ToString(), call.Id);
    }

    /// <summary>Starts an entered call with its first event.</summary>
    private void Begin(CallActor call, CallInput first)
    {
        _metrics.Started(call.Parties.Direction);
        _log.Begins(call.Id, call.Parties.Direction, call.Parties.User.ToString(), call.Parties.ContactKey, call.Snapshot.Sid,
            call.Parties.CallId ?? call.Parties.Invite?.CallId ?? "");
        _context.Devices.Add(call.DeviceToken, () => call.Snapshot.Device);
        call.Post(first);
        var running = WatchAsync(call);
        _running.TryAdd(running, 0);
        _ = running.ContinueWith(
            ended => _running.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task WatchAsync(CallActor call)
    {
        try
        {
            await call.Ended.WaitAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The process stops; what drain left over has been told by HangUpAll.
        }
        catch (Exception fault)
        {
            _log.Crashed(call.Id, fault);
        }
        finally
        {
            await call.DisposeAsync().ConfigureAwait(false);
            call.Parties.Permit?.Dispose();
            _context.Devices.Remove(call.DeviceToken);
            _directory.Remove(call);
        }
    }

    private static string NewSessionId() => "c-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
}
