using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

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
internal sealed class EngineWatch(RtpengineOptions options, TimeProvider time, IEngineObserver observer, ILogger logger)
    : IAsyncDisposable
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

    [SuppressMessage("Design", "CA1031", Justification = "An engine that nobody asks any more would be down for good.")]
    private async Task WatchAsync(NgClient engine)
    {
        var state = new State(0, false, 0);
        while (true)
        {
            try
            {
                state = await LookAsync(engine, state).ConfigureAwait(false);
            }
            catch (Exception exception) when (!_stopping.IsCancellationRequested)
            {
                Log.WatchFailed(logger, engine.Name, exception);
            }

            await Task.Delay(options.PingEvery, time, _stopping.Token).ConfigureAwait(false); // a name that is not found fails at once
        }
    }

    private async Task<State> LookAsync(NgClient engine, State state)
    {
        if (await engine.RequestAsync(NgCommands.Ping, _stopping.Token).ConfigureAwait(false) is not NgReply.Silent)
        {
            if (state.Missed > 0)
            {
                await observer.OnBackAsync(engine, _stopping.Token).ConfigureAwait(false);
            }

            return new State(0, false, 0);
        }

        state = state with { Missed = state.Missed + 1 };
        if (state.Missed == InVain)
        {
            observer.OnDown(engine);
            return state with { DownAt = time.GetTimestamp() };
        }

        if (state.Missed > InVain && !state.IsLost && time.GetElapsedTime(state.DownAt) >= options.LostAfter)
        {
            observer.OnLost(engine);
            return state with { IsLost = true };
        }

        return state;
    }

    /// <summary>Of one engine: pings in vain in a row, and whether and since when it is down.</summary>
    private readonly record struct State(int Missed, bool IsLost, long DownAt);
}
