using Gateway.Mapping.Addresses;
using Gateway.Mapping.Calls;
using Gateway.Mapping.Chats;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Policy;
using Gateway.Mapping.Sessions;
using Gateway.Mapping.State;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Messages;
using Gateway.Xmpp.Routing;
using Microsoft.Extensions.Logging;

namespace Gateway.Mapping.Messages;

/// <summary>What the message service needs of the rest of the process.</summary>
/// <param name="Options">Options of the mapping.</param>
/// <param name="Addresses">The address plan.</param>
/// <param name="Policy">Who may use the gateway.</param>
/// <param name="Threads">Threads and Call-IDs.</param>
/// <param name="Journal">Keeps who has no sessions.</param>
/// <param name="Sessions">Sessions over MSRP; null without them: every message goes as MESSAGE.</param>
/// <param name="Link">The way to XMPP.</param>
/// <param name="UserAgent">The way to SIP.</param>
/// <param name="Time">Clock.</param>
/// <param name="Logs">Log.</param>
public sealed record MessageServiceParts(
    MappingOptions Options,
    AddressPlan Addresses,
    AccessPolicy Policy,
    IThreadTable Threads,
    IStateJournal Journal,
    IChatSessions? Sessions,
    IXmppLink Link,
    ISipUserAgent UserAgent,
    TimeProvider Time,
    ILogger<MessageService> Logs)
{
    /// <summary>Takes keys that are typed as messages during a call; null without calls.</summary>
    public ICallDigits? Digits { get; init; }
}

/// <summary>
/// Plain messages both ways (RFC 7572): finds the conversation they belong to, and carries out what <see cref="Conversation"/>
/// decides. Nothing vanishes: what is not delivered comes back to its sender.
/// </summary>
public sealed partial class MessageService : IXmppExtension, ISipRequestHandler, IDrainable, IDisposable
{
    private const int MostConversations = 50_000;
    private const int MostWaiting = 100_000; // over all conversations

    private readonly MessageServiceParts _parts;
    private readonly MessageOptions _options;
    private readonly MessageAdmission _admission;
    private readonly MessageMetrics _metrics;
    private readonly MessageLog _log;
    private readonly PageSender _pages;
    private readonly PageOnlyTable _pageOnly;
    private readonly Confirmations _confirmations = new();
    private readonly RecentTable<(Jid User, Jid SipUser), ConversationActor> _conversations = new(MostConversations);
    private readonly RecentTable<(Jid User, Jid SipUser), PairMemory> _pairs = new(MostConversations);
    private readonly RecentTable<string, SipConversation> _byCallId = new(MostConversations);
    private readonly RecentTable<Jid, DateTimeOffset> _untyped = new(MostConversations); // SIP users that refused to hear of typing
    private readonly FormattedUse _formatted = new(MostConversations);
    private readonly RecentTable<(Jid User, string Id), bool> _sent = new(MostConversations); // to XMPP: what may bounce
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting;
    private volatile bool _draining;

    /// <summary>Makes the service; nothing happens until messages come.</summary>
    public MessageService(MessageServiceParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        _parts = parts;
        _options = parts.Options.Messages;
        _admission = new MessageAdmission(parts.Options, parts.Addresses, parts.Policy, parts.Time);
        _metrics = new MessageMetrics(this);
        _log = new MessageLog(parts.Logs);
        _pageOnly = new PageOnlyTable(parts.Journal, parts.Time);
        _pages = new PageSender(parts.Options, parts.Policy, parts.UserAgent, parts.Time, status =>
        {
            _metrics.Retried(status);
            _log.Retried(status);
        });
    }

    /// <summary>Messages on their way to SIP.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <inheritdoc/>
    public void Register(StanzaRouter router)
    {
        ArgumentNullException.ThrowIfNull(router);
        router.OnPlainMessage(OnMessage).OnMessageError(OnMessageError)
            .Advertise(ChatStates.Namespace).Advertise(Receipts.Namespace);
    }

    /// <summary>Takes what was kept; at the start.</summary>
    public void Fill(StoredState stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        _pageOnly.Fill(stored.PageOnly);
    }

    /// <inheritdoc/>
    public void BeginDrain() => _draining = true;

    /// <summary>What still waits to be sent again comes back to its senders.</summary>
    public void HangUpAll() => _stopping.Cancel();

    /// <inheritdoc/>
    public Task WhenEmptyAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_waiting == 0)
            {
                return Task.CompletedTask;
            }

            if (_empty.Task.IsCompleted)
            {
                _empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return _empty.Task.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Cancel();
        _metrics.Dispose();
    }

    private bool TryCountIn()
    {
        if (Interlocked.Increment(ref _waiting) <= MostWaiting)
        {
            return true;
        }

        CountOut();
        return false;
    }

    private void CountOut()
    {
        if (Interlocked.Decrement(ref _waiting) == 0)
        {
            lock (_gate)
            {
                _empty.TrySetResult();
            }
        }
    }

    private PairMemory PairOf(Jid user, Jid sipUser) => _pairs.GetOrAdd((user.Bare, sipUser), static () => new PairMemory());

    private SipConversation ConversationOf(string callId) => _byCallId.GetOrAdd(callId, callId, static callId => new SipConversation(callId));
}
