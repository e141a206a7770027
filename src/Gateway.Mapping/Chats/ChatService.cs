using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Policy;
using Gateway.Mapping.Sessions;
using Gateway.Mapping.State;
using Gateway.Sip.Msrp;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Routing;
using Microsoft.Extensions.Logging;

namespace Gateway.Mapping.Chats;

/// <summary>What the chat service needs of the rest of the process.</summary>
/// <param name="Options">Options of the mapping.</param>
/// <param name="Addresses">The address plan.</param>
/// <param name="Admission">The door for new sessions.</param>
/// <param name="Link">The way to XMPP.</param>
/// <param name="UserAgent">The way to SIP.</param>
/// <param name="Msrp">The sessions of messages.</param>
/// <param name="Threads">Threads and Call-IDs.</param>
/// <param name="IsMsrpSecure">Whether messages travel over TLS (F-4).</param>
/// <param name="Time">Clock.</param>
/// <param name="Logs">Log.</param>
public sealed record ChatServiceParts(
    MappingOptions Options,
    AddressPlan Addresses,
    CallAdmission Admission,
    IXmppLink Link,
    ISipUserAgent UserAgent,
    IMsrpEndpoint Msrp,
    IThreadTable Threads,
    bool IsMsrpSecure,
    TimeProvider Time,
    ILogger<ChatService> Logs);

/// <summary>
/// All chat sessions of the process: takes forms of XEP-0155 and INVITEs for messages, and plain chat from
/// <see cref="IChatSessions"/>; finds or begins the session they belong to, and posts the event to it.
/// </summary>
public sealed partial class ChatService : IXmppExtension, ISipInviteHandler, IChatSessions, ISessionDirectory, IDrainable, IAsyncDisposable
{
    /// <summary>What a refused caller is told to wait.</summary>
    private const int RetryAfterSeconds = 10;

    private readonly ChatServiceParts _parts;
    private readonly ChatDirectory _directory;
    private readonly ChatMetrics _metrics;
    private readonly ChatLog _log;
    private readonly ChatSurroundings _surroundings;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Task, byte> _running = new();
    private volatile bool _draining;
    private int _isDisposed;

    /// <summary>Makes the service; nothing happens until stanzas or INVITEs come.</summary>
    public ChatService(ChatServiceParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        _parts = parts;
        _directory = new ChatDirectory(parts.Time);
        _metrics = new ChatMetrics(_directory);
        _log = new ChatLog(parts.Logs);
        _surroundings = new ChatSurroundings(
            parts.Options, parts.Link, parts.UserAgent, parts.Msrp, parts.Threads, parts.Admission.NewAddresses, parts.Addresses.Devices, _directory, _metrics, _log, parts.Time);
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
        foreach (var chat in _directory.All)
        {
            chat.Post(new ChatEvent.HangUp());
        }
    }

    /// <inheritdoc/>
    public Task WhenEmptyAsync(CancellationToken cancellationToken) => _directory.WhenEmptyAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_running.Keys).ConfigureAwait(false);
        _metrics.Dispose();
        _stopping.Dispose();
    }

    private bool IsFull => _directory.Count >= _parts.Options.Chats.SessionLimit;

    /// <summary>Starts an entered session with its first event.</summary>
    private void Begin(ChatActor chat, ChatEvent first)
    {
        _metrics.Started(chat.Snapshot.IsToSip);
        _log.Begins(chat.Id, chat.Snapshot.IsNegotiated ? "negotiated" : "informal", chat.Parties.User.ToString(),
            chat.Parties.ContactKey.ToString(), chat.Parties.TableThread);
        _surroundings.Devices.Add(chat.DeviceToken, () => chat.Snapshot.Device);
        chat.Post(first);
        var running = WatchAsync(chat);
        _running.TryAdd(running, 0);
        _ = running.ContinueWith(
            ended => _running.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task WatchAsync(ChatActor chat)
    {
        try
        {
            await chat.Ended.WaitAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The process stops; what drain left over has been told by HangUpAll.
        }
        catch (Exception fault)
        {
            _log.StepFailed(chat.Id, "an event", fault);
        }
        finally
        {
            await chat.DisposeAsync().ConfigureAwait(false);
            chat.Parties.Permit?.Dispose();
            _surroundings.Devices.Remove(chat.DeviceToken);
            _metrics.Ended(chat.Snapshot.IsToSip);
            _directory.Remove(chat);
        }
    }

    private static string NewSessionId() => "m-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
}
