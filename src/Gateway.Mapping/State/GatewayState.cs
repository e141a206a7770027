using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Gateway.Mapping.Presence;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Gateway.Mapping.State;

/// <summary>
/// The one writer of a store: takes changes at once and writes them behind, in order, those of <see cref="Gathering"/> in one
/// transaction: a transaction for each step of each call would cost more than the calls themselves. A store that fails for a
/// while holds nobody up; what it missed is written when it works again.
/// </summary>
public sealed class GatewayState : IStateJournal, ISubscriberStore, IAsyncDisposable
{
    private const int QueueLimit = 200_000;
    private const int BatchLimit = 2_000;

    /// <summary>How long changes are gathered, hence what a crash may cost; an orderly end waits for none of it.</summary>
    internal static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5); // for what is still to be written at the end

    private readonly IGatewayStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<GatewayState> _logger;
    private readonly Channel<StoreChange> _changes =
        Channel.CreateBounded<StoreChange>(new BoundedChannelOptions(QueueLimit) { SingleReader = true });

    private readonly ResiliencePipeline _patience;
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Meter _meter = new("Gateway.Mapping");
    private readonly Counter<long> _lost;
    private Task _writer = Task.CompletedTask;
    private StoredState _stored = new();
    private int _waiting;
    private int _isFull;
    private volatile string? _whyNotWritten;

    /// <summary>Touches nothing before <see cref="OpenAsync"/>.</summary>
    public GatewayState(IGatewayStore store, TimeProvider time, ILogger<GatewayState> logger)
    {
        _store = store;
        _time = time;
        _logger = logger;
        _lost = _meter.CreateCounter<long>(
            "gateway.mapping.state.lost", description: "Changes that were not kept because the store could not write for long");
        _meter.CreateObservableGauge(
            "gateway.mapping.state.waiting", () => Volatile.Read(ref _waiting), description: "Changes that are not yet in the store");
        _patience = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<StoreException>(),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromSeconds(1),
                MaxDelay = TimeSpan.FromSeconds(30),
                OnRetry = failed =>
                {
                    _whyNotWritten = failed.Outcome.Exception!.Message;
                    Log.StoreFailed(_logger, _store.Location, _whyNotWritten);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }

    /// <summary>Opens the store and reads what it holds. Before the first session, once.</summary>
    /// <param name="earlierSubscribers">The file in which version 0.1 kept subscriptions: taken over once, then renamed.</param>
    /// <param name="cancellationToken">Cuts it short.</param>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public async Task<StoredState> OpenAsync(string? earlierSubscribers, CancellationToken cancellationToken)
    {
        _stored = await _store.OpenAsync(cancellationToken).ConfigureAwait(false);
        if (earlierSubscribers is not null && File.Exists(earlierSubscribers))
        {
            await TakeOverAsync(earlierSubscribers, cancellationToken).ConfigureAwait(false);
        }

        _writer = Task.Run(WriteChangesAsync, CancellationToken.None);
        return _stored;
    }

    /// <summary>Why the store could not be written when that was tried last; null when it could. What changes is tried again until then.</summary>
    public string? WhyNotWritten => _whyNotWritten;

    /// <inheritdoc/>
    public void Write(StoreChange change)
    {
        Interlocked.Increment(ref _waiting);
        if (_changes.Writer.TryWrite(change))
        {
            return;
        }

        Interlocked.Decrement(ref _waiting);
        _lost.Add(1);
        if (Interlocked.Exchange(ref _isFull, 1) == 0)
        {
            Log.StoreFull(_logger, _store.Location, QueueLimit);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyCollection<PresenceSubscription>> LoadAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyCollection<PresenceSubscription>>(_stored.Subscriptions);

    /// <inheritdoc/>
    public void Add(PresenceSubscription subscription) => Write(new StoreChange.KeepSubscription(subscription));

    /// <inheritdoc/>
    public void Remove(PresenceSubscription subscription) => Write(new StoreChange.ForgetSubscription(subscription));

    /// <summary>Writes what is still to be written, within a few seconds, and closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        _changes.Writer.TryComplete();
        await _ending.CancelAsync().ConfigureAwait(false);
        try
        {
            await _writer.WaitAsync(Farewell, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await _stopping.CancelAsync().ConfigureAwait(false);
            await _writer.ConfigureAwait(false);
        }

        await _store.DisposeAsync().ConfigureAwait(false);
        _meter.Dispose();
        _ending.Dispose();
        _stopping.Dispose();
    }

    private async Task WriteChangesAsync()
    {
        var batch = new StoreBatch();
        try
        {
            while (await _changes.Reader.WaitToReadAsync(_stopping.Token).ConfigureAwait(false))
            {
                // As long as there is something to write at each look, nobody who brings a change has to wake this task.
                do
                {
                    await Task.Delay(Gathering, _time, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
                while (await WriteAsync(batch).ConfigureAwait(false));
            }
        }
        catch (OperationCanceledException)
        {
            var left = Volatile.Read(ref _waiting);
            _lost.Add(left);
            Log.StoreLeft(_logger, left, _store.Location);
        }
    }

    /// <summary>False when there is nothing to write.</summary>
    private async Task<bool> WriteAsync(StoreBatch batch)
    {
        var taken = 0;
        while (taken < BatchLimit && _changes.Reader.TryRead(out var change))
        {
            batch.Add(change);
            taken++;
        }

        if (taken == 0)
        {
            return false;
        }

        try
        {
            await _patience.ExecuteAsync(
                async cancel => await _store.WriteAsync(batch.Changes, cancel).ConfigureAwait(false), _stopping.Token).ConfigureAwait(false);
            _whyNotWritten = null;
        }
#pragma warning disable CA1031 // a change that no store can take must not be the last that is written
        catch (Exception mistake) when (!_stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            _lost.Add(batch.Changes.Count);
            Log.StoreMistake(_logger, batch.Changes.Count, _store.Location, mistake);
        }

        batch.Clear();
        Interlocked.Add(ref _waiting, -taken);
        Interlocked.Exchange(ref _isFull, 0);
        return true;
    }

    private async Task TakeOverAsync(string path, CancellationToken cancellationToken)
    {
        var (kept, damaged) = await SubscriberFile.ReadAsync(path, cancellationToken).ConfigureAwait(false);
        await _store.WriteAsync([.. kept.Select(subscription => new StoreChange.KeepSubscription(subscription))], cancellationToken)
            .ConfigureAwait(false);
        File.Move(path, path + ".imported", overwrite: true);
        _stored = _stored with { Subscriptions = [.. _stored.Subscriptions.Union(kept)] };
        Log.TakenOver(_logger, kept.Count, path, damaged);
    }
}
