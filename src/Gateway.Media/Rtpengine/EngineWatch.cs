namespace Gateway.Media.Rtpengine;

/// <summary>What becomes of an engine, as <see cref="EngineWatch"/> sees it.</summary>
internal interface IEngineObserver
{
    /// <summary>It has not answered twice in a row: no session is given to it until it does.</summary>
    void OnDown(NgClient engine);

    /// <summary>It has been down for so long that nobody who talked through it can be waiting still.</summary>
    void OnLost(NgClient engine);

    /// <summary>It answers again, after one ping in vain or many: perhaps it was restarted, and remembers nothing.</summary>
    ValueTask OnBackAsync(NgClient engine, CancellationToken cancellationToken);
}

/// <summary>
/// Asks engines again and again whether they are there, so that it is known before a call needs one. One ping in vain, repetitions
/// included, proves nothing: this process may have been the slow one. The second, sent after it, does.
/// </summary>
internal sealed class EngineWatch(RtpengineOptions options, TimeProvider time, IEngineObserver observer) : IAsyncDisposable
{
    private const int InVain = 2;

    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;

    public void Start(IEnumerable<NgClient> engines) => _watching = Task.WhenAll(engines.Select(WatchAsync));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task WatchAsync(NgClient engine)
    {
        var (missed, isLost, downAt) = (0, false, 0L);
        while (true)
        {
            if (await engine.RequestAsync(NgCommands.Ping, _stopping.Token).ConfigureAwait(false) is not NgReply.Silent)
            {
                if (missed > 0)
                {
                    (missed, isLost) = (0, false);
                    await observer.OnBackAsync(engine, _stopping.Token).ConfigureAwait(false);
                }
            }
            else if (++missed == InVain)
            {
                downAt = time.GetTimestamp();
                observer.OnDown(engine);
            }
            else if (missed > InVain && !isLost && time.GetElapsedTime(downAt) >= options.LostAfter)
            {
                isLost = true;
                observer.OnLost(engine);
            }

            await Task.Delay(options.PingEvery, time, _stopping.Token).ConfigureAwait(false); // a name that is not found fails at once
        }
    }
}
