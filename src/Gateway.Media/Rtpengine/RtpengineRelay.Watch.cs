using Gateway.Media.Relay;

namespace Gateway.Media.Rtpengine;

/// <summary>What becomes of sessions whose engine dies, or forgets them.</summary>
public sealed partial class RtpengineRelay : IEngineObserver
{
    /// <summary>Begins to look after the engines, now and until the end: <see cref="IsAvailable"/> then tells what is known of them,
    /// and of sessions that are lost a notice is given.</summary>
    public void Watch() => _watch.Start(_engines.All);

    /// <inheritdoc/>
    void IEngineObserver.OnDown(NgClient engine) => _engines.Down(engine);

    /// <inheritdoc/>
    void IEngineObserver.OnLost(NgClient engine)
    {
        foreach (var (sessionId, _) in SessionsAt(engine))
        {
            Lost(sessionId);
        }
    }

    /// <inheritdoc/>
    async ValueTask IEngineObserver.OnBackAsync(NgClient engine, CancellationToken cancellationToken)
    {
        _engines.Up(engine);
        foreach (var (sessionId, session) in SessionsAt(engine))
        {
            if (await IsForgottenAsync(sessionId, session, cancellationToken).ConfigureAwait(false))
            {
                Lost(sessionId);
            }
        }
    }

    private IEnumerable<KeyValuePair<string, RelaySession>> SessionsAt(NgClient engine) =>
        _sessions.Where(one => one.Value.Engine == engine);

    /// <summary>
    /// Whether the engine was restarted since both ends met there. One that only knew an offer then is begun anew by the next: the
    /// end that answers learns where.
    /// </summary>
    private async ValueTask<bool> IsForgottenAsync(string sessionId, RelaySession session, CancellationToken cancellationToken) =>
        session is { Engine: { } engine, Answer: not null }
        && IsForgotten(await AskAsync(engine, sessionId, NgCommands.Query(sessionId), cancellationToken).ConfigureAwait(false));

    private static bool IsForgotten(NgReply reply) => reply is NgReply.Failed { Fault: MediaFault.Unavailable };

    private void Lost(string sessionId) => _notices.OnNotice(new MediaNotice.Lost(sessionId));
}
