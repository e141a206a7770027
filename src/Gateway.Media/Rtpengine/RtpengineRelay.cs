using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Gateway.Media.Relay;
using Microsoft.Extensions.Logging;

namespace Gateway.Media.Rtpengine;

/// <summary>The media relay that rtpengine daemons provide, spoken to by their ng protocol over UDP.</summary>
public sealed partial class RtpengineRelay : IMediaRelay, IAsyncDisposable
{
    private readonly EngineRoster _engines;
    private readonly EngineWatch _watch;
    private readonly IMediaNotices _notices;
    private readonly ConcurrentDictionary<string, RelaySession> _sessions = new(StringComparer.Ordinal);

    /// <summary>Engines that have not confirmed to have deleted a session.</summary>
    private readonly ConcurrentDictionary<string, ImmutableArray<NgClient>> _owed = new(StringComparer.Ordinal);
    private readonly MediaMetrics _metrics;
    private readonly ILogger _logger;

    /// <summary>Opens no socket yet: an engine is first looked for when a session needs it.</summary>
    /// <exception cref="ArgumentException">
    /// No engine, an address that <see cref="EngineAddress"/> cannot read, or a time that is not positive.
    /// </exception>
    public RtpengineRelay(RtpengineOptions options, TimeProvider time, ILogger<RtpengineRelay> logger, IMediaNotices? notices = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Engines.IsDefaultOrEmpty)
        {
            throw new ArgumentException("at least one engine is needed", nameof(options));
        }

        if (options.RequestTimeout <= TimeSpan.Zero || options.FirstRetryAfter <= TimeSpan.Zero)
        {
            throw new ArgumentException("times must be positive", nameof(options));
        }

        _logger = logger;
        _notices = notices ?? NoMediaNotices.Instance;
        _watch = new EngineWatch(options, time, this, logger);
        _metrics = new MediaMetrics(() => _sessions.Count);
        _engines = new EngineRoster(
            [.. options.Engines.Select(text => new NgClient(Address(text), options, time, _metrics, logger))],
            options.RestAfterFailure,
            time,
            logger);
    }

    /// <summary>For tests, which run many relays in one process.</summary>
    internal Meter Meter => _metrics.Meter;

    /// <summary>10.5 bundles what it answers and nothing that it offers.</summary>
    public bool Bundles => false;

    /// <summary>10.5 passes packets through with the numbers that they have.</summary>
    public bool Renumbers => false;

    /// <summary>As <see cref="Watch"/> has found.</summary>
    public bool IsAvailable => _engines.IsAnyUp;

    /// <summary>They end when the engine is told, or by its own timeouts.</summary>
    public bool KeepsSessions => true;

    /// <inheritdoc/>
    public async ValueTask<MediaResult> OfferAsync(MediaOffer offer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(offer);
        var session = _sessions.GetOrAdd(offer.SessionId, _ => new RelaySession());
        return await session.InTurnAsync(() => OfferAsync(session, offer, cancellationToken)).ConfigureAwait(false)
            ?? UnknownSession;
    }

    /// <inheritdoc/>
    public async ValueTask<MediaResult> AnswerAsync(MediaAnswer answer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return _sessions.TryGetValue(answer.SessionId, out var session)
            && await session.InTurnAsync(() => AnswerAsync(session, answer, cancellationToken)).ConfigureAwait(false) is { } result
                ? result
                : UnknownSession;
    }

    /// <inheritdoc/>
    public async ValueTask<MediaResult> TrickleAsync(MediaTrickle trickle, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(trickle);
        return _sessions.TryGetValue(trickle.SessionId, out var session)
            && await session.InTurnAsync(() => TrickleAsync(session, trickle, cancellationToken)).ConfigureAwait(false) is { } result
                ? result
                : UnknownSession;
    }

    /// <inheritdoc/>
    public async ValueTask<MediaResult> PlayDigitAsync(MediaDigit digit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(digit);
        return _sessions.TryGetValue(digit.SessionId, out var session)
            && await session.InTurnAsync(() => PlayDigitAsync(session, digit, cancellationToken)).ConfigureAwait(false) is { } result
                ? result
                : UnknownSession;
    }

    /// <inheritdoc/>
    public async ValueTask<MediaResult> DeleteAsync(string sessionId, CancellationToken cancellationToken)
    {
        if (!_sessions.TryRemove(sessionId, out var session))
        {
            // Of an earlier life of this process, or of an offer that no engine answered in time: any of them may hold it.
            return await DeleteAsync(_owed.GetValueOrDefault(sessionId, _engines.All), sessionId, cancellationToken).ConfigureAwait(false);
        }

        return await session.InTurnAsync(
            () =>
            {
                session.IsDeleted = true;
                return session.Engine is { } engine
                    ? DeleteAsync([engine], sessionId, cancellationToken)
                    : ValueTask.FromResult(MediaResult.Ok());
            }).ConfigureAwait(false) ?? MediaResult.Ok();
    }

    /// <inheritdoc/>
    public async ValueTask<MediaStatistics?> QueryAsync(string sessionId, CancellationToken cancellationToken)
    {
        if (!_sessions.TryGetValue(sessionId, out var session) || session.Engine is not { } engine)
        {
            return null;
        }

        var reply = await AskAsync(engine, sessionId, NgCommands.Query(sessionId), cancellationToken).ConfigureAwait(false);
        if (session.Answer is not null && IsForgotten(reply))
        {
            Lost(sessionId);
        }

        return reply is NgReply.Done done ? NgStatistics.Read(done.Body) : null;
    }

    /// <summary>Whether any engine answers: new sessions find it.</summary>
    public async ValueTask<bool> PingAsync(CancellationToken cancellationToken)
    {
        var replies = await Task.WhenAll(
            _engines.All.Select(engine => AskAsync(engine, "", NgCommands.Ping, cancellationToken).AsTask())).ConfigureAwait(false);
        return replies.Any(reply => reply is NgReply.Done);
    }

    /// <summary>Closes the sockets. Sessions live on at their engines, which end those that carry no media any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _watch.DisposeAsync().ConfigureAwait(false);
        foreach (var engine in _engines.All)
        {
            await engine.DisposeAsync().ConfigureAwait(false);
        }

        _metrics.Dispose();
    }

    private static MediaResult UnknownSession => MediaResult.Failed(MediaFault.Refused, "no such session");

    private static EngineAddress Address(string text) =>
        EngineAddress.TryParse(text, out var address)
            ? address
            : throw new ArgumentException($"'{text}' is no engine address: udp:host:port is needed", nameof(text));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<MediaResult> OfferAsync(
        RelaySession session, MediaOffer offer, CancellationToken cancellationToken)
    {
        try
        {
            return await OfferToEnginesAsync(session, session.Complete(offer), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (session.Engine is null)
            {
                session.IsDeleted = true;
                _sessions.TryRemove(KeyValuePair.Create(offer.SessionId, session));
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<MediaResult> OfferToEnginesAsync(
        RelaySession session, MediaOffer offer, CancellationToken cancellationToken)
    {
        // An engine that was restarted would take it for the first of a session, on other ports than the ends know.
        if (await IsForgottenAsync(offer.SessionId, session, cancellationToken).ConfigureAwait(false))
        {
            Lost(offer.SessionId);
            return MediaResult.Failed(MediaFault.Unavailable, "the engine has lost the session");
        }

        var command = NgCommands.Offer(offer, session.ProfileOfOther(offer.FromTag));
        var result = MediaResult.Failed(MediaFault.Unavailable, "no engine");
        foreach (var engine in session.Engine is { } home ? [home] : _engines.InOrderFor(offer.SessionId))
        {
            result = Description(
                await OfferToEngineAsync(engine, session, offer.SessionId, command, cancellationToken).ConfigureAwait(false), offer.Towards);
            if (result.IsOk)
            {
                session.Engine = engine;
                session.Taken(offer);
                return result;
            }

            if (result.Fault == MediaFault.Refused)
            {
                break; // another engine would refuse it, too
            }
        }

        return result;
    }

    /// <summary>An engine that is late with a session that nobody waits for any more is told to forget it, and not asked whether it has.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<NgReply> OfferToEngineAsync(
        NgClient engine, RelaySession session, string sessionId, BencodeValue.Dictionary command, CancellationToken cancellationToken)
    {
        NgReply? reply = null;
        try
        {
            return reply = await AskAsync(engine, sessionId, command, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (session.Engine is null && reply is null or NgReply.Silent)
            {
                _metrics.Requested("delete");
                await engine.TellAsync(NgCommands.Delete(sessionId)).ConfigureAwait(false);
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<MediaResult> AnswerAsync(
        RelaySession session, MediaAnswer answer, CancellationToken cancellationToken)
    {
        if (session.Offer is not { } offer)
        {
            return UnknownSession;
        }

        answer = session.Complete(answer);
        var engine = session.Engine!;
        if (session.OfferHasGrown
            && await AskAsync(engine, answer.SessionId, NgCommands.Offer(offer, session.ProfileOfOther(offer.FromTag)), cancellationToken).ConfigureAwait(false)
                is not NgReply.Done and var fault)
        {
            return Verdict(fault);
        }

        var result = Description(
            await AskAsync(engine, answer.SessionId, NgCommands.Answer(answer, NgCommands.InsertsDigits(offer)), cancellationToken).ConfigureAwait(false),
            answer.Towards);
        if (result.IsOk)
        {
            session.Taken(answer);
        }

        return result;
    }

    /// <summary>
    /// The engine learns candidates by the exchange being repeated, which changes nothing else. Its own way, the flag
    /// "fragment", cannot be used: in 10.5 it makes the engine forget where to send, and kills it if the end is one that
    /// it has not met.
    /// </summary>
    private async ValueTask<MediaResult> TrickleAsync(
        RelaySession session, MediaTrickle trickle, CancellationToken cancellationToken) =>
        session.TakeCandidates(trickle) && session.Answer is { } answer
            ? (await AnswerAsync(session, answer, cancellationToken).ConfigureAwait(false)) with { Sdp = null }
            : MediaResult.Ok();

    private async ValueTask<MediaResult> PlayDigitAsync(
        RelaySession session, MediaDigit digit, CancellationToken cancellationToken) =>
        session.Answer is { } answer
            ? Verdict(await AskAsync(
                session.Engine!,
                digit.SessionId,
                NgCommands.PlayDigit(digit, answer.FromTag == digit.ToTag ? answer.ToTag : answer.FromTag),
                cancellationToken).ConfigureAwait(false))
            : UnknownSession;

    /// <summary>Who is silent is owed another request: the next is for nobody else.</summary>
    private async ValueTask<MediaResult> DeleteAsync(
        ImmutableArray<NgClient> engines, string sessionId, CancellationToken cancellationToken)
    {
        var command = NgCommands.Delete(sessionId);
        NgReply[] replies = engines is [var only]
            ? [await AskAsync(only, sessionId, command, cancellationToken).ConfigureAwait(false)]
            : await Task.WhenAll(
                engines.Select(engine => AskAsync(engine, sessionId, command, cancellationToken).AsTask())).ConfigureAwait(false);
        if (replies.Any(reply => reply is NgReply.Silent))
        {
            _owed[sessionId] = [.. engines.Where((_, n) => replies[n] is NgReply.Silent)];
        }
        else
        {
            _owed.TryRemove(sessionId, out _);
        }

        return replies.Select(Verdict).FirstOrDefault(verdict => !verdict.IsOk, MediaResult.Ok());
    }

    private static MediaResult Description(NgReply reply, MediaProfile towards) => reply switch
    {
        NgReply.Done done when done.Body.Text("sdp") is { Length: > 0 } sdp =>
            MediaResult.Ok(towards == MediaProfile.PlainRtp ? Descriptions.ForPhones(sdp) : Descriptions.ForWebRtc(sdp)),
        NgReply.Done => MediaResult.Failed(MediaFault.Refused, "a reply without a description"),
        _ => Verdict(reply),
    };

    private static MediaResult Verdict(NgReply reply) => reply switch
    {
        NgReply.Failed failed => MediaResult.Failed(failed.Fault, failed.Reason),
        NgReply.Silent silent => MediaResult.Failed(MediaFault.Unavailable, silent.Reason),
        _ => MediaResult.Ok(),
    };

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<NgReply> AskAsync(
        NgClient engine, string sessionId, BencodeValue.Dictionary command, CancellationToken cancellationToken)
    {
        if (_engines.IsDown(engine) && !ReferenceEquals(command, NgCommands.Ping))
        {
            return new NgReply.Silent($"{engine.Name} is down"); // which the log has said
        }

        var name = command.Text("command") ?? "";
        _metrics.Requested(name);
        var reply = await engine.RequestAsync(command, cancellationToken).ConfigureAwait(false);
        _engines.Note(engine, reply);
        if (Verdict(reply) is { IsOk: false } fault)
        {
            _metrics.Failed(name, fault.Fault);
            Log.CommandFailed(_logger, engine.Name, sessionId, name, fault.Fault, fault.Detail ?? "");
        }

        return reply;
    }
}
