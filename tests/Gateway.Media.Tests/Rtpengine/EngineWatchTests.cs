using Gateway.Media.Rtpengine;
using Gateway.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Media.Tests.Rtpengine;

public sealed class EngineWatchTests
{
    /// <summary>A call's fault met while it is told must not leave the engine unasked: it would be down for good.</summary>
    [Fact]
    public async Task Fault_of_who_is_told_does_not_end_the_watch()
    {
        await using var server = await RtpengineServer.StartAsync();
        var told = new Faulty();
        using var metrics = new MediaMetrics(() => 0);
        var options = new RtpengineOptions
        {
            Engines = [server.Address], RequestTimeout = TimeSpan.FromMilliseconds(200), PingEvery = TimeSpan.FromMilliseconds(20),
        };
        Assert.True(EngineAddress.TryParse(server.Address, out var address));
        await using var engine = new NgClient(address, options, TimeProvider.System, metrics, NullLogger.Instance);
        await using var watch = new EngineWatch(options, TimeProvider.System, told, NullLogger.Instance);

        watch.Start([engine]);
        await server.StopAsync();
        await told.Down.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await server.RestartAsync();

        await told.Back.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    private sealed class Faulty : IEngineObserver
    {
        public TaskCompletionSource Down { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Back { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void OnDown(NgClient engine)
        {
            Down.TrySetResult();
            throw new InvalidOperationException();
        }

        public void OnLost(NgClient engine)
        {
        }

        public ValueTask OnBackAsync(NgClient engine, CancellationToken cancellationToken)
        {
            Back.TrySetResult();
            return ValueTask.CompletedTask;
        }
    }
}
