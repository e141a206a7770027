using Gateway.Host.Configuration;
using Gateway.Host.Http;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Calls;
using Gateway.Mapping.Chats;
using Gateway.Mapping.Contacts;
using Gateway.Mapping.Messages;
using Gateway.Mapping.Policy;
using Gateway.Mapping.Presence;
using Gateway.Mapping.Presence.Exchange;
using Gateway.Mapping.Sessions.Traces;
using Gateway.Mapping.State;
using Gateway.Mapping.State.Sqlite;
using Gateway.Media.Embedded;
using Gateway.Media.Native;
using Gateway.Media.Relay;
using Gateway.Media.Rtpengine;
using Gateway.Sip.Msrp;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.AddressPrompt;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Disco;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.VCard;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gateway.Host.Running;

/// <summary>
/// The gateway, put together: who knows whom, what starts before what. SIP and media are there before the XMPP server
/// learns of the component; the stop goes the other way.
/// </summary>
internal sealed partial class GatewayService : IHostedService, IAsyncDisposable
{
    private readonly GatewayOptions _options;
    private readonly IHostApplicationLifetime _application;
    private readonly TimeProvider _time;
    private readonly ILogger<GatewayService> _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly IMediaRelay _relay;
    private readonly MediaNoticeLine _notices = new();
    private readonly SipEndpoint _sip;
    private readonly XmppComponent _xmpp;
    private readonly XmppState _xmppState;
    private readonly GatewayState _state;
    private readonly ThreadTable _threads;
    private readonly AddressPlan _addresses;
    private readonly PresenceService _presence;
    private readonly TrunkRegistrations _registrations;
    private readonly CallService _calls;
    private readonly MsrpEndpoint _msrp;
    private readonly ChatService _chats;
    private readonly MessageService _messages;
    private readonly SessionTraceRecorder? _traces;
    private bool _disposed;
    private Task _stream = Task.CompletedTask;

    public GatewayService(
        GatewayOptions options, TimeProvider time, IHostApplicationLifetime application, ILoggerFactory logs)
    {
        _options = options;
        _application = application;
        _time = time;
        _logger = logs.CreateLogger<GatewayService>();

        _traces = options.Http.TraceMegabytes == 0 ? null : new SessionTraceRecorder(options.Http.TraceMegabytes * 1024 * 1024, time);
        _sip = new SipEndpoint(options.Endpoint(), time, logs.CreateLogger<SipEndpoint>(), tap: _traces);
        _relay = options.Media.Engine == MediaEngine.Rtpengine
            ? new RtpengineRelay(options.Rtpengine(), time, logs.CreateLogger<RtpengineRelay>(), _notices)
            : Embedded(options, time, logs);

        var router = new StanzaRouter();
        var discovery = new ServiceDiscovery(options.Discovery(), router);
        _xmppState = new XmppState(options.Xmpp.Server.ToString());
        _xmpp = new XmppComponent(options.Component(), router, time, logs.CreateLogger<XmppComponent>(), _traces).Observe(_xmppState);

        var plan = options.Plan();
        _state = new GatewayState(
            new SqliteStore(Path.Combine(options.State.Path, "gateway.db"), logs.CreateLogger<SqliteStore>()), time,
            logs.CreateLogger<GatewayState>());
        var instanceKey = InstanceKey.LoadOrCreate(options.State.Path);
        _threads = new ThreadTable(_state, time, plan.Messages.OpaqueThreads ? instanceKey : null);
        var addresses = _addresses = new AddressPlan(plan, _state);
        var policy = new AccessPolicy(plan, addresses);
        var book = new ContactBook(plan, addresses, policy);
        _presence = new PresenceService(new PresenceServiceParts(
            plan, addresses, policy, _xmpp, discovery, _sip.Events, _state, book, time, logs.CreateLogger<PresenceService>()));
        _sip.Events.Serve(PresenceExchange.Package, _presence.Exchange);
        _calls = new CallService(new CallServiceParts(
            plan, addresses, new CallAdmission(plan.Policy, addresses, policy, time), _xmpp, _sip, _relay,
            instanceKey, time, logs.CreateLogger<CallService>())
        {
            Journal = _state,
        });
        _calls.Announce(_presence);
        _notices.To = _calls;
        var msrp = options.Msrp(plan.SipHost);
        _msrp = new MsrpEndpoint(msrp, time, logs.CreateLogger<MsrpEndpoint>());
        var perSender = plan.Policy with { CallsPerMinute = plan.Chats.SessionsPerMinute, ConcurrentCalls = plan.Chats.SessionsPerSender };
        _chats = new ChatService(new ChatServiceParts(
            plan, addresses, new CallAdmission(perSender, addresses, policy, time), _xmpp, _sip, _msrp, _threads,
            IsMsrpSecure: msrp.Relay?.Uri.IsSecure ?? msrp.OfferTls, time, logs.CreateLogger<ChatService>()));
        _messages = new MessageService(new MessageServiceParts(
            plan, addresses, policy, _threads, _state, _chats, _xmpp, _sip, time, logs.CreateLogger<MessageService>())
        {
            Digits = _calls,
        });
        router.Register(_presence).Register(_calls).Register(_chats).Register(_messages)
            .Register(new Ping())
            .Register(new VCardExtension(book))
            .Register(new SoftwareVersion("xmpp-sip-gateway", typeof(GatewayService).Assembly.GetName().Version?.ToString(3) ?? ""))
            .Register(new AddressPromptExtension(new SipAddressPrompt(addresses, policy)))
            .Advertise(@"jid\20escaping", DiscoTargets.Domain); // XEP-0106 section 5: clients then escape typed addresses
        _xmpp.Observe(_presence).Observe(_calls);
        _registrations = new TrunkRegistrations(plan, _sip);
        _sip.InviteHandler = new InvitesByMedia(_calls, _chats);
        _sip.Serve(_messages);
        _traces?.Directory = new AllSessions([_calls, _chats]);
    }

    /// <summary>Whose sessions are listed, hung up and drained from outside.</summary>
    public SessionOwners Owners => new([_calls, _chats], [_calls, _chats, _messages], _traces);

    /// <summary>What has to be so before calls can be served.</summary>
    public IEnumerable<ReadinessCheck> Readiness =>
    [
        new("xmpp", () => _xmpp.IsUp ? null : _xmppState.WhyDown),
        new("sip", () => _sip.IsListening ? null : "not listening"),
        .. _registrations.Checks,
        new("media", () => _relay.IsAvailable ? null : "no rtpengine answers, calls are refused") { IsVital = false },
        new("store", () => _state.WhyNotWritten) { IsVital = false },
    ];

    /// <summary>True after the stream's loop failed: the process ends with 1, and a supervisor starts it anew.</summary>
    public bool HasFailed { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var notice in _options.Notices)
        {
            Log.Notice(_logger, notice);
        }

        foreach (var trunk in _options.Mapping.Trunks.Values)
        {
            if (_options.ListenerNotice(trunk) is { } notice)
            {
                Log.Notice(_logger, $"Trunk {trunk.Name}, {trunk.Uri}, cannot be reached: {notice}.");
            }
        }

        CheckLibraries();
        var stored = await _state.OpenAsync(Path.Combine(_options.State.Path, "subscribers.jsonl"), cancellationToken).ConfigureAwait(false);
        _threads.Fill(stored.Threads);
        _addresses.Remember(stored.Spellings);
        _messages.Fill(stored);
        (_relay as RtpengineRelay)?.Watch();
        _calls.Recover(stored.Calls, stored.MediaSessions);
        await _presence.LoadAsync(cancellationToken).ConfigureAwait(false);
        await _msrp.StartAsync(cancellationToken).ConfigureAwait(false);
        await _sip.StartAsync(cancellationToken).ConfigureAwait(false);
        _registrations.Start();
        _stream = RunStreamAsync();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _registrations.StopAsync(cancellationToken).ConfigureAwait(false);
        await EndCallsAsync(cancellationToken).ConfigureAwait(false);
        await _presence.StopAsync(cancellationToken).ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _stream.WaitAsync(cancellationToken).ConfigureAwait(false);
        await _sip.StopAsync(cancellationToken).ConfigureAwait(false);
        await _msrp.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return; // the container holds it twice: as itself and as a hosted service
        }

        _disposed = true;
        await _calls.DisposeAsync().ConfigureAwait(false);
        _messages.Dispose();
        await _chats.DisposeAsync().ConfigureAwait(false);
        _presence.Dispose();
        await _state.DisposeAsync().ConfigureAwait(false);
        _xmpp.Dispose();
        await _sip.DisposeAsync().ConfigureAwait(false);
        await _msrp.DisposeAsync().ConfigureAwait(false);
        await ((IAsyncDisposable)_relay).DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>After a drain none is left; after a failure both sides still have to hear that it is over.</summary>
    private async Task EndCallsAsync(CancellationToken cancellationToken)
    {
        _calls.BeginDrain();
        _chats.BeginDrain();
        _calls.HangUpAll();
        _chats.HangUpAll();
        try
        {
            await Task.WhenAll(_calls.WhenEmptyAsync(cancellationToken), _chats.WhenEmptyAsync(cancellationToken))
                .WaitAsync(Drain.HangUpPatience, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // Drain has said so, or the stop is being cut short.
        }
    }

    /// <summary>A library that is missing would otherwise show at the first call. Thrown, so that the start fails in one line.</summary>
    private void CheckLibraries()
    {
        foreach (var library in _options.Media.Engine == MediaEngine.Embedded ? NativeLibraries.Check() : [])
        {
            if (library is { Fault: { } fault, IsRequired: true })
            {
                throw new InvalidOperationException($"{fault}, or set Media.Engine to rtpengine");
            }

            if (library.Fault is { } lack)
            {
                Log.Notice(_logger, lack);
            }
        }
    }

    private EmbeddedRelay Embedded(GatewayOptions options, TimeProvider time, ILoggerFactory logs)
    {
        var embedded = options.Embedded(AdvertisedAddress.IsLocal);
        if (options.MediaNotice(embedded) is { } notice)
        {
            Log.Notice(_logger, $"Media is taken at {string.Join(", ", embedded.Addresses)}; {notice}.");
        }

        return new EmbeddedRelay(embedded, _notices, time, logs);
    }

    private async Task RunStreamAsync()
    {
        try
        {
            await _xmpp.RunAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
#pragma warning disable CA1031 // Whatever it was: a gateway without its stream must not look alive.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.StreamFailed(_logger, e);
            HasFailed = true;
            _application.StopApplication();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(5002, LogLevel.Warning, "{Notice}")]
        public static partial void Notice(ILogger logger, string notice);

        [LoggerMessage(5003, LogLevel.Critical, "The component stream failed for good; the gateway stops")]
        public static partial void StreamFailed(ILogger logger, Exception exception);
    }
}
