using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Gateway.Media.Dtls;
using Gateway.Media.Embedded.Descriptions;
using Gateway.Media.Embedded.Transports;
using Gateway.Media.Ice;
using Gateway.Media.Io;
using Gateway.Media.Relay;
using Microsoft.Extensions.Logging;

namespace Gateway.Media.Embedded;

/// <summary>
/// The media relay in this process: ICE, DTLS-SRTP, RTP and transcoding on threads of its own, any of which serves any session, one at
/// a time. Verbs are read by whoever calls, and carried out in the session's turn, in their order.
/// </summary>
public sealed class EmbeddedRelay : IMediaRelay, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, EmbeddedSession> _sessions = new(StringComparer.Ordinal);
    private readonly MediaLoops _loops;
    private readonly EmbeddedContext _context;
    private readonly MediaMetrics _metrics;
    private readonly ILogger _logger;

    /// <summary>Starts the threads; opens no port yet.</summary>
    /// <exception cref="ArgumentException">No address, or a range without room for a call.</exception>
    public EmbeddedRelay(
        EmbeddedRelayOptions options, IMediaNotices notices, TimeProvider time, ILoggerFactory logs)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Addresses.IsDefaultOrEmpty)
        {
            throw new ArgumentException("at least one address is needed", nameof(options));
        }

        if (options.FirstPort < 1024 || options.LastPort > ushort.MaxValue || options.LastPort - options.FirstPort < 3)
        {
            throw new ArgumentException("ports from 1024 to 65535, and room for at least one call, are needed", nameof(options));
        }

        _logger = logs.CreateLogger<EmbeddedRelay>();
        _metrics = new MediaMetrics(() => _sessions.Count);
        _loops = new MediaLoops(new MediaIoOptions { Loops = options.Threads }, time, logs.CreateLogger<MediaLoops>());
        _context = new EmbeddedContext(
            options,
            new MediaPorts(new PortRange(options.FirstPort, options.LastPort), time),
            [.. options.Addresses.Select((address, i) => Host(options, address, i))],
            new IceAgentOptions
            {
                StunServers = [.. options.StunServers.Select(PeerAddress.FromEndPoint)],
                Metrics = new IceMetrics(_metrics.Meter),
            },
            new DtlsCertificates(time),
            notices,
            time,
            _logger);
    }

    /// <summary>ICE without DTLS is not spoken.</summary>
    public bool RequiresDtls => true;

    /// <summary>The threads, for measurements.</summary>
    internal MediaLoops Loops => _loops;

    /// <inheritdoc/>
    public async ValueTask<MediaResult> OfferAsync(MediaOffer offer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(offer);
        if (!SessionText.TryRead(offer.Sdp, out var text, out var fault))
        {
            return Verdict("offer", offer.SessionId, MediaResult.Failed(MediaFault.Refused, fault));
        }

        if (_sessions.Count >= _context.Options.MostSessions && !_sessions.ContainsKey(offer.SessionId))
        {
            return Verdict("offer", offer.SessionId, MediaResult.Failed(MediaFault.Exhausted, "as many sessions as are allowed"));
        }

        var session = _sessions.GetOrAdd(offer.SessionId, id => new EmbeddedSession(id, _context, _loops.Next()));
        return await OnLoopAsync("offer", session, done => session.Offer(offer, text, result =>
        {
            if (!session.IsOpen)
            {
                Forget(session);
            }

            done(result);
        })).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<MediaResult> AnswerAsync(MediaAnswer answer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(answer);
        if (!_sessions.TryGetValue(answer.SessionId, out var session))
        {
            return Verdict("answer", answer.SessionId, Faults.Unknown);
        }

        return SessionText.TryRead(answer.Sdp, out var text, out var fault)
            ? await OnLoopAsync("answer", session, done => session.Answer(answer, text, done)).ConfigureAwait(false)
            : Verdict("answer", answer.SessionId, MediaResult.Failed(MediaFault.Refused, fault));
    }

    /// <inheritdoc/>
    public async ValueTask<MediaResult> TrickleAsync(MediaTrickle trickle, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(trickle);
        if (!_sessions.TryGetValue(trickle.SessionId, out var session))
        {
            return Verdict("trickle", trickle.SessionId, Faults.Unknown);
        }

        return TrickleFragment.TryRead(trickle.SdpFragment, out var parts)
            ? await OnLoopAsync("trickle", session, done => done(session.Trickle(trickle, parts.Value))).ConfigureAwait(false)
            : Verdict("trickle", trickle.SessionId, MediaResult.Failed(MediaFault.Refused, "a fragment that cannot be read"));
    }

    /// <inheritdoc/>
    public async ValueTask<MediaResult> PlayDigitAsync(MediaDigit digit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(digit);
        return _sessions.TryGetValue(digit.SessionId, out var session)
            ? await OnLoopAsync("digit", session, done => done(session.PlayDigit(digit))).ConfigureAwait(false)
            : Verdict("digit", digit.SessionId, Faults.Unknown);
    }

    /// <inheritdoc/>
    public async ValueTask<MediaResult> DeleteAsync(string sessionId, CancellationToken cancellationToken)
    {
        if (!_sessions.TryRemove(sessionId, out var session))
        {
            return MediaResult.Ok();
        }

        return await OnLoopAsync("delete", session, done =>
        {
            session.Close();
            done(MediaResult.Ok());
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<MediaResult> ReleaseAsync(string sessionId, CancellationToken cancellationToken)
    {
        if (_sessions.TryRemove(sessionId, out var session))
        {
            _metrics.Requested("delete");
            session.Loop.Run(session.Close);
        }

        return ValueTask.FromResult(MediaResult.Ok());
    }

    /// <inheritdoc/>
    public async ValueTask<MediaStatistics?> QueryAsync(string sessionId, CancellationToken cancellationToken)
    {
        if (!_sessions.TryGetValue(sessionId, out var session))
        {
            return null;
        }

        MediaStatistics? statistics = null;
        await OnLoopAsync("query", session, done =>
        {
            statistics = session.IsClosed ? null : session.Statistics();
            done(MediaResult.Ok());
        }).ConfigureAwait(false);
        return statistics;
    }

    /// <summary>Always: it is here.</summary>
    public ValueTask<bool> PingAsync(CancellationToken cancellationToken) => ValueTask.FromResult(true);

    /// <summary>Ends every session and the threads.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_sessions.Keys.Select(id => DeleteAsync(id, default).AsTask())).ConfigureAwait(false);
        await _loops.DisposeAsync().ConfigureAwait(false);
        _metrics.Dispose();
    }

    /// <summary>The first address of its family is known to peers by the external one, if there is one.</summary>
    private static LocalHost Host(EmbeddedRelayOptions options, IPAddress address, int index)
    {
        var bound = PeerAddress.FromAddress(address, 0);
        var isFirst = !options.Addresses.Take(index).Any(other => other.AddressFamily == address.AddressFamily);
        return options.ExternalAddress is { } external && external.AddressFamily == address.AddressFamily && isFirst
            ? new(bound, PeerAddress.FromAddress(external, 0)) : new(bound, bound);
    }

    /// <summary>Carries out a verb in the session's turn. What it throws is a fault of ours: it ends the verb, not the thread.</summary>
    private async ValueTask<MediaResult> OnLoopAsync(
        string verb, EmbeddedSession session, Action<Action<MediaResult>> work)
    {
        _metrics.Requested(verb);
        var done = new TaskCompletionSource<MediaResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        session.Loop.Run(() =>
        {
            try
            {
                work(result => done.TrySetResult(result));
            }
            catch (Exception fault)
            {
                EmbeddedLog.VerbFailed(_logger, session.Id, verb, fault);
                done.TrySetResult(MediaResult.Failed(MediaFault.Unavailable, "a fault of the relay"));
            }
        });
        return Verdict(verb, session.Id, await done.Task.ConfigureAwait(false));
    }

    private void Forget(EmbeddedSession session)
    {
        session.Close();
        _sessions.TryRemove(KeyValuePair.Create(session.Id, session));
    }

    private MediaResult Verdict(string verb, string sessionId, MediaResult result)
    {
        if (!result.IsOk)
        {
            _metrics.Failed(verb, result.Fault);
            EmbeddedLog.Refused(_logger, sessionId, verb, result.Fault, result.Detail ?? "");
        }

        return result;
    }
}
