using System.Collections.Immutable;
using System.Net;
using Gateway.Sip.Registrations;
using Gateway.Sip.Subscriptions;
using Gateway.Sip.Transports;
using Microsoft.Extensions.Logging;

namespace Gateway.Sip.UserAgent;

/// <summary>A SIP user agent on its sockets.</summary>
public sealed partial class SipEndpoint : ISipUserAgent, IAsyncDisposable
{
    /// <summary>How long <see cref="StopAsync"/> waits for the peers to answer BYE and CANCEL.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly SipMetrics _metrics = new();
    private readonly SipLoop _loop;
    private readonly SipNetwork _network;
    private readonly SipStack _stack;
    private readonly UserAgentCore _core;
    private readonly SipEndpointOptions _options;
    private readonly ILogger _logger;
    private bool _isOpen;
    private bool _stopped;

    /// <summary>Made, but not listening until <see cref="StartAsync"/>.</summary>
    /// <param name="options">What to listen on.</param>
    /// <param name="time">Source of all timers.</param>
    /// <param name="logger">Log.</param>
    /// <param name="resolver">Finds hosts; default: by their addresses in DNS.</param>
    /// <param name="tap">Sees all messages.</param>
    public SipEndpoint(
        SipEndpointOptions options, TimeProvider time, ILogger<SipEndpoint> logger, ISipResolver? resolver = null,
        ISipMessageTap? tap = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _options = options;
        _logger = logger;
        _loop = new SipLoop(time, _metrics, logger);
        var receiver = new Receiver();
        _network = new SipNetwork(_loop, receiver, options.Limits);
        _stack = new SipStack(options, _loop, _network, resolver ?? new AddressResolver(), tap, logger);
        _core = new UserAgentCore(_stack);
        receiver.Core = _core;
        Events = new SipEventAgent(_stack, () => IsListening);
    }

    /// <summary>Decides over new calls; without one they get 480.</summary>
    public ISipInviteHandler? InviteHandler
    {
        get => _core.Invites.Handler;
        set => _core.Invites.Handler = value;
    }

    /// <summary>What is listened on, with the ports that the system chose for port 0.</summary>
    public ImmutableArray<SipListenAddress> BoundEndpoints => _network.Bound;

    /// <summary>Between <see cref="StartAsync"/> and <see cref="StopAsync"/>.</summary>
    public bool IsListening { get; private set; }

    /// <summary>Calls in progress, attempts included.</summary>
    public long CallCount => _metrics.Calls;

    /// <summary>Subscriptions (RFC 6665).</summary>
    public ISipEventAgent Events { get; }

    internal SipMetrics Metrics => _metrics;

    /// <summary>Serves further methods outside dialogs. To be set before <see cref="StartAsync"/>.</summary>
    public void Serve(ISipRequestHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        _core.Serve(handler);
    }

    /// <summary>Opens the sockets and begins to receive.</summary>
    /// <exception cref="FormatException">A listen address cannot be read.</exception>
    /// <exception cref="IOException">An address is in use, or not one of this machine; the message names it.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var addresses = _options.Listen.Select(text => SipListenAddress.TryParse(text, out var address)
            ? address!
            : throw new FormatException($"Not a SIP listen address: {text}")).ToImmutableArray();
        _isOpen = true;
        try
        {
            _network.Bind(addresses);
        }
        catch
        {
            await StopAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        _network.Start();
        IsListening = true;
        foreach (var bound in BoundEndpoints)
        {
            LogListening(_logger, bound);
        }
    }

    /// <summary>No new calls and subscriptions from now on (503 with Retry-After); those that run go on.</summary>
    public void Drain() => _loop.Post(() => _stack.IsDraining = true);

    /// <summary>Ends the calls that are left, waits a moment for their peers, and closes the sockets.</summary>
    /// <param name="cancellationToken">Cuts the waiting short.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        if (IsListening)
        {
            IsListening = false;
            await EndCallsAsync(cancellationToken).ConfigureAwait(false);
        }

        if (_isOpen)
        {
            await _network.DisposeAsync().ConfigureAwait(false);
            await _loop.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Keeps an account registered until <see cref="ISipRegistration.EndAsync"/>. After <see cref="StartAsync"/>.</summary>
    public ISipRegistration Register(SipAccount account)
    {
        ArgumentNullException.ThrowIfNull(account);
        var registration = new Registration(_stack, account);
        _loop.Post(registration.Start);
        return registration;
    }

    /// <inheritdoc/>
    public ISipCall Invite(OutgoingInvite invite, ISipCallSink sink)
    {
        ArgumentNullException.ThrowIfNull(invite);
        ArgumentNullException.ThrowIfNull(sink);
        var call = new OutgoingCall(_stack, invite, sink);
        if (!IsListening)
        {
            sink.TryPost(new SipCallEvent.Refused(SipFailures.Local(503)));
            return call;
        }

        _loop.Post(call.Start);
        return call;
    }

    /// <inheritdoc/>
    public Task<SipResult> SendAsync(OutgoingRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!IsListening)
        {
            var failure = SipFailures.Local(503);
            return Task.FromResult(new SipResult(failure.Status, failure.Phrase, IsLocal: true));
        }

        var oneShot = new OneShotRequest(_stack, request);
        _loop.Post(oneShot.Start);
        oneShot.MayBeAbandoned(cancellationToken);
        return oneShot.Result;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        _metrics.Dispose();
    }

    private async Task EndCallsAsync(CancellationToken cancellationToken)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _loop.Post(() =>
        {
            _stack.IsDraining = true;
            _stack.WhenIdle(() => ended.TrySetResult());
            foreach (var call in _stack.Calls.ToArray())
            {
                call.Abandon();
            }

            _stack.Subscriptions.EndAll();
        });
        try
        {
            await ended.Task.WaitAsync(Farewell, _loop.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception impatience) when (impatience is TimeoutException or OperationCanceledException)
        {
            LogLeft(_logger, _metrics.Calls);
        }
    }

    [LoggerMessage(2001, LogLevel.Information, "Listening on {Address}")]
    private static partial void LogListening(ILogger logger, SipListenAddress address);

    [LoggerMessage(2002, LogLevel.Warning, "{Calls} calls were left when the sockets closed: their peers did not answer in time")]
    private static partial void LogLeft(ILogger logger, long calls);

    /// <summary>Ties the knot between sockets and what they serve.</summary>
    private sealed class Receiver : ISipReceiver
    {
        public UserAgentCore? Core { get; set; }

        public void OnMessage(ReadOnlyMemory<byte> message, SipFlow flow) => Core!.OnMessage(message, flow);

        public void OnUnreachable(Undelivered undelivered) => Core!.OnUnreachable(undelivered);
    }
}
