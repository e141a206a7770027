using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Gateway.Media.Relay;
using Microsoft.Extensions.Logging;

namespace Gateway.Media.Rtpengine;

/// <summary>The media relay that rtpengine daemons provide, spoken to by their ng protocol over UDP.</summary>
public sealed class RtpengineRelay : IMediaRelay, IAsyncDisposable
{
    private readonly EngineRoster _engines;
    private readonly ConcurrentDictionary<string, NgClient> _sessions = new(StringComparer.Ordinal);
    private readonly MediaMetrics _metrics;
    private readonly ILogger _logger;

    /// <summary>Opens no socket yet: an engine is first looked for when a session needs it.</summary>
    /// <exception cref="ArgumentException">No engine, or an address that <see cref="EngineAddress"/> cannot read.</exception>
    public RtpengineRelay(RtpengineOptions options, TimeProvider time, ILogger<RtpengineRelay> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Engines.IsDefaultOrEmpty)
        {
            throw new ArgumentException("at least one engine is needed", nameof(options));
        }

        _logger = logger;
        _metrics = new MediaMetrics(() => _sessions.Count);
        _engines = new EngineRoster(
            [.. options.Engines.Select(text => new NgClient(Address(text), options, time, _metrics, logger))],
            options.RestAfterFailure,
            time,
            logger);
    }

    /// <summary>For tests, which run many relays in one process.</summary>
    internal Meter Meter => _metrics.Meter;

    /// <inheritdoc/>
    public async ValueTask<MediaResult> OfferAsync(MediaOffer offer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(offer);
        var command = NgCommands.Offer(offer);
        if (_sessions.TryGetValue(offer.SessionId, out var known))
        {
            return Description(await AskAsync(known, offer.SessionId, command, cancellationToken).ConfigureAwait(false));
        }

        var result = MediaResult.Failed(MediaFault.Unavailable, "no engine");
        foreach (var engine in _engines.InOrderFor(offer.SessionId))
        {
            result = Description(await AskAsync(engine, offer.SessionId, command, cancellationToken).ConfigureAwait(false));
            if (result.IsOk)
            {
                _sessions[offer.SessionId] = engine;
            }

            if (result.Fault is MediaFault.None or MediaFault.Refused)
            {
                break; // another engine would refuse it, too
            }
        }

        return result;
    }

    /// <inheritdoc/>
    public async ValueTask<MediaResult> AnswerAsync(MediaAnswer answer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return Description(
            await AskAsync(EngineOf(answer.SessionId), answer.SessionId, NgCommands.Answer(answer), cancellationToken)
                .ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async ValueTask<MediaResult> TrickleAsync(MediaTrickle trickle, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(trickle);
        return Verdict(
            await AskAsync(EngineOf(trickle.SessionId), trickle.SessionId, NgCommands.Trickle(trickle), cancellationToken)
                .ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async ValueTask<MediaResult> DeleteAsync(string sessionId, CancellationToken cancellationToken)
    {
        var engine = EngineOf(sessionId);
        _sessions.TryRemove(sessionId, out _);
        return Verdict(
            await AskAsync(engine, sessionId, NgCommands.Delete(sessionId), cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async ValueTask<MediaStatistics?> QueryAsync(string sessionId, CancellationToken cancellationToken) =>
        await AskAsync(EngineOf(sessionId), sessionId, NgCommands.Query(sessionId), cancellationToken).ConfigureAwait(false)
            is NgReply.Done done ? NgStatistics.Read(done.Body) : null;

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
        foreach (var engine in _engines.All)
        {
            await engine.DisposeAsync().ConfigureAwait(false);
        }

        _metrics.Dispose();
    }

    private static EngineAddress Address(string text) =>
        EngineAddress.TryParse(text, out var address)
            ? address
            : throw new ArgumentException($"'{text}' is no engine address: udp:host:port is needed", nameof(text));

    private static MediaResult Description(NgReply reply) => reply switch
    {
        NgReply.Done done when done.Body.Text("sdp") is { Length: > 0 } sdp => MediaResult.Ok(sdp),
        NgReply.Done => MediaResult.Failed(MediaFault.Refused, "a reply without a description"),
        _ => Verdict(reply),
    };

    private static MediaResult Verdict(NgReply reply) => reply switch
    {
        NgReply.Failed failed => MediaResult.Failed(failed.Fault, failed.Reason),
        NgReply.Silent silent => MediaResult.Failed(MediaFault.Unavailable, silent.Reason),
        _ => MediaResult.Ok(),
    };

    private NgClient EngineOf(string sessionId) =>
        _sessions.TryGetValue(sessionId, out var engine) ? engine : _engines.InOrderFor(sessionId).First();

    private async ValueTask<NgReply> AskAsync(
        NgClient engine, string sessionId, BencodeValue.Dictionary command, CancellationToken cancellationToken)
    {
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
