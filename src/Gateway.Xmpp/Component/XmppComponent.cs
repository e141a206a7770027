using System.Xml.Linq;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Stanzas;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Gateway.Xmpp.Component;

/// <summary>An external component of an XMPP server (XEP-0114): one stream, reconnected for ever.</summary>
public sealed class XmppComponent : IXmppLink, IDisposable
{
    /// <summary>A stream that lived this long was a good one: the next attempt comes at once, and pauses grow anew.</summary>
    private static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstReconnectDelay = TimeSpan.FromMilliseconds(500);

    private readonly XmppComponentOptions _options;
    private readonly Jid _domain;
    private readonly StanzaRouter _router;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IStanzaTap? _tap;
    private readonly Func<CancellationToken, Task<ServerConnection>> _dial;
    private readonly List<IXmppLinkObserver> _observers = [];
    private readonly LogLimiter _limiter;
    private readonly OutgoingQueue _queue;
    private readonly IqRequests _requests;
    private readonly XmppMetrics _metrics;
    private readonly StanzaDispatcher _dispatcher;
    private volatile bool _isUp;
    private bool _wasUp;

    /// <summary>Nothing happens before <see cref="RunAsync"/>; handlers are registered with <paramref name="router"/> until then.</summary>
    public XmppComponent(
        XmppComponentOptions options, StanzaRouter router, TimeProvider time, ILogger<XmppComponent> logger, IStanzaTap? tap = null)
        : this(options, router, time, logger, tap, cancel => ServerConnection.DialAsync(options, cancel))
    {
    }

    internal XmppComponent(
        XmppComponentOptions options, StanzaRouter router, TimeProvider time, ILogger logger, IStanzaTap? tap,
        Func<CancellationToken, Task<ServerConnection>> dial)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(router);
        _options = options;
        _domain = DomainOf(options);
        _router = router;
        _time = time;
        _logger = logger;
        _tap = tap;
        _dial = dial;
        _limiter = new LogLimiter(time);
        _queue = new OutgoingQueue(options, time, OnExpired);
        _requests = new IqRequests(time, e => Log.HandlerFailed(logger, "IQ answer", e));
        _metrics = new XmppMetrics(() => _requests.Count, () => _queue.Count, () => _isUp);
        _dispatcher = new StanzaDispatcher(
            _domain, router, _requests, time, logger, _limiter, _metrics, reply => TrySend(reply));
    }

    /// <inheritdoc/>
    public bool IsUp => _isUp;

    /// <summary>Adds an observer; before <see cref="RunAsync"/>.</summary>
    public XmppComponent Observe(IXmppLinkObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        _observers.Add(observer);
        return this;
    }

    /// <summary>Tries the handshake once, for <c>gateway check</c>.</summary>
    public static async Task<HandshakeOutcome> TryHandshakeAsync(
        XmppComponentOptions options, TimeProvider time, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(options);
        _ = DomainOf(options);
        var (outcome, stream) = await ComponentStream.OpenAsync(
            token => ServerConnection.DialAsync(options, token), options, time, cancel).ConfigureAwait(false);
        if (stream is not null)
        {
            await stream.CloseAsync(fault: null).ConfigureAwait(false);
            await stream.DisposeAsync().ConfigureAwait(false);
        }

        return outcome;
    }

    /// <summary>Keeps the stream up until stopped. What is queued at that moment is still written, and the stream closed in order.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        _router.Freeze();
        var reconnect = ReconnectForEver();
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                await reconnect.ExecuteAsync(async token => await RunStreamAsync(token).ConfigureAwait(false), stopping)
                    .ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // stopped while waiting for the next attempt
        }
        finally
        {
            _requests.FailAll();
            Log.Stopped(_logger, _options.Domain);
        }
    }

    /// <inheritdoc/>
    public bool TrySend(XElement stanza)
    {
        ArgumentNullException.ThrowIfNull(stanza);
        if (!HasOwnAddresses(stanza))
        {
            Dropped("misaddressed", "it is not from this component's domain to somebody: a fault of the gateway", 1);
            return false;
        }

        if (_queue.TryAdd(stanza))
        {
            return true;
        }

        Dropped("queue-full", "too many stanzas wait to be written", 1);
        return false;
    }

    /// <inheritdoc/>
    public void SendIq(XElement iq, TimeSpan timeout, Action<IqReply> onReply)
    {
        ArgumentNullException.ThrowIfNull(iq);
        ArgumentNullException.ThrowIfNull(onReply);
        if (!HasOwnAddresses(iq))
        {
            throw new ArgumentException("An IQ is sent from this component's domain to somebody.", nameof(iq));
        }

        var pending = _requests.Add(
            iq, Jid.Parse(iq.Attribute("to")!.Value), Jid.Parse(iq.Attribute("from")!.Value), timeout, onReply);
        if (!_queue.TryAdd(iq, pending))
        {
            Dropped("queue-full", "too many stanzas wait to be written", 1);
            _requests.Fail(pending);
        }
    }

    /// <summary>K-1; and Prosody ends the whole stream (invalid-from) for one stanza that breaks it.</summary>
    private bool HasOwnAddresses(XElement stanza)
    {
        var from = stanza.Attribute("from")?.Value ?? string.Empty;
        var slash = from.IndexOf('/', StringComparison.Ordinal);
        var bare = slash < 0 ? from : from[..slash];
        return !string.IsNullOrEmpty(stanza.Attribute("to")?.Value)
            && bare.AsSpan(bare.IndexOf('@', StringComparison.Ordinal) + 1).SequenceEqual(_domain.Domain);
    }

    /// <summary>Takes the instruments away; after <see cref="RunAsync"/> has ended.</summary>
    public void Dispose() => _metrics.Dispose();

    private ResiliencePipeline<bool> ReconnectForEver() => new ResiliencePipelineBuilder<bool> { TimeProvider = _time }
        .AddRetry(new RetryStrategyOptions<bool>
        {
            ShouldHandle = attempt => ValueTask.FromResult(attempt.Outcome is { Exception: null, Result: false }),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = FirstReconnectDelay,
            MaxDelay = _options.MaxReconnectDelay,
            OnRetry = retry =>
            {
                Log.Waiting(_logger, retry.RetryDelay);
                return ValueTask.CompletedTask;
            },
        })
        .Build();

    /// <summary>One stream from connecting to its end; true when it lived long enough to forget earlier failures.</summary>
    private async Task<bool> RunStreamAsync(CancellationToken stopping)
    {
        try
        {
            return await RunOneStreamAsync(stopping).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // whatever stanza led to it: the next stream is a new beginning, and the calls that run are not its fault
        catch (Exception mistake) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Log.HandlerFailed(_logger, "stream", mistake);
            return false;
        }
    }

    private async Task<bool> RunOneStreamAsync(CancellationToken stopping)
    {
        var (outcome, stream) = await ComponentStream.OpenAsync(_dial, _options, _time, stopping).ConfigureAwait(false);
        if (stream is null)
        {
            var reason = LogFailure(outcome);
            foreach (var observer in _observers)
            {
                Guarded("link observer", () => observer.OnNotOpened(reason));
            }

            return false;
        }

        await using (stream.ConfigureAwait(false))
        {
            var since = _time.GetTimestamp();
            OnUp();
            StreamItem? end = new StreamItem.Fault("internal-server-error", "a mistake of the gateway");
            try
            {
                end = await new StreamSession(stream, _queue, _options, _time, Dispatch, OnWritten, Ping)
                    .RunAsync(stopping).ConfigureAwait(false);
            }
            finally
            {
                OnDown(end);
            }

            await stream.CloseAsync(end as StreamItem.Fault).ConfigureAwait(false);
            return stopping.IsCancellationRequested || _time.GetElapsedTime(since) >= StableAfter;
        }
    }

    private void Dispatch(XElement element) => Guarded("stanza", () =>
    {
        _tap?.OnStanza(StanzaDirection.In, element, default);
        _dispatcher.Dispatch(element);
    });

    private void OnWritten(IReadOnlyCollection<OutgoingQueue.Entry> entries)
    {
        _metrics.Written(entries.Count);
        if (_tap is not null)
        {
            Guarded("tap", () =>
            {
                foreach (var entry in entries)
                {
                    _tap.OnStanza(StanzaDirection.Out, entry.Stanza, entry.Octets);
                }
            });
        }
    }

    /// <summary>
    /// XEP-0199 towards the server and, where its domain is none of this server's, towards ourselves through it. Whatever comes back
    /// counts; the answers themselves do not matter.
    /// </summary>
    private void Ping()
    {
        SendPing(_options.PingTarget);
        SendPing(_options.Domain);
    }

    private void SendPing(string to) => SendIq(
        new XElement(
            "iq",
            new XAttribute("type", "get"),
            new XAttribute("from", _domain.ToString()),
            new XAttribute("to", to),
            new XElement(Routing.Ping.Namespace + "ping")),
        _options.PingPatience,
        static _ => { });

    private void OnUp()
    {
        _isUp = true;
        Log.Connected(_logger, _options.Domain, _options.Server);
        var isReconnect = _wasUp;
        _wasUp = true;
        if (isReconnect)
        {
            _metrics.Reconnected();
        }

        foreach (var observer in _observers)
        {
            Guarded("link observer", () => observer.OnUp(isReconnect));
        }
    }

    private void OnDown(StreamItem? end)
    {
        _isUp = false;
        var reason = LogEnd(end);
        _requests.FailWritten();
        foreach (var observer in _observers)
        {
            Guarded("link observer", () => observer.OnDown(reason));
        }
    }

    private string LogEnd(StreamItem? end)
    {
        switch (end)
        {
            case null:
                return "stopped";
            case StreamItem.Element { Content: var error } when StreamError.TryRead(error, out var condition, out var text):
                Log.StreamErrorReceived(_logger, condition, text, StreamRemedies.For(condition, _options));
                return condition;
            case StreamItem.Fault fault:
                Log.StreamFault(_logger, fault.Condition, fault.Text);
                return fault.Condition;
            default:
                var reason = (end as StreamItem.Lost)?.Reason ?? "the server closed the stream";
                Log.StreamLost(_logger, reason);
                return reason;
        }
    }

    private string LogFailure(HandshakeOutcome outcome)
    {
        switch (outcome)
        {
            case HandshakeOutcome.Refused refused:
                Log.Refused(_logger, _options.Server, _options.Domain, refused.Condition, refused.Text, refused.Remedy);
                return $"refused with {refused.Condition}";
            case HandshakeOutcome.Unreachable unreachable:
                Log.Unreachable(_logger, _options.Server, unreachable.Reason, unreachable.Remedy);
                return unreachable.Reason;
            default:
                return "not opened";
        }
    }

    private void OnExpired(int count) => Dropped("too-old", "waited too long for the stream to come back", count);

    private void Dropped(string reason, string text, int count)
    {
        for (var i = 0; i < count; i++)
        {
            _metrics.Dropped(reason);
        }

        if (_limiter.MayWrite(reason, out var suppressed))
        {
            Log.StanzaDropped(_logger, text, suppressed);
        }
    }

    private void Guarded(string what, Action action)
    {
        try
        {
            action();
        }
#pragma warning disable CA1031 // another room's code must not take the stream down
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.HandlerFailed(_logger, what, e);
        }
    }

    private static Jid DomainOf(XmppComponentOptions options) =>
        Jid.TryParse(options.Domain, out var domain, out var fault) && domain.IsDomain
            ? domain
            : throw new ArgumentException($"Xmpp.Domain is no domain: {fault ?? "it has a user or resource part"}.", nameof(options));
}
