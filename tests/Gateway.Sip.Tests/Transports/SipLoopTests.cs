using Gateway.Sip.Transports;
using Gateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Sip.Tests.Transports;

/// <summary>The loop between real threads.</summary>
public sealed class SipLoopTests : IAsyncDisposable
{
    private readonly SipMetrics _metrics = new();
    private readonly SipLoop _loop;

    public SipLoopTests() => _loop = new SipLoop(TimeProvider.System, _metrics, NullLogger.Instance);

    public async ValueTask DisposeAsync()
    {
        await _loop.CompleteAsync();
        _metrics.Dispose();
    }

    [Fact]
    public async Task What_many_threads_post_runs_one_at_a_time_and_in_the_order_of_each()
    {
        const int Each = 5_000;
        var (inside, last, disorder) = (0, new int[4], 0);
        await Task.WhenAll(Enumerable.Range(0, last.Length).Select(thread => Task.Run(() =>
        {
            for (var i = 1; i <= Each; i++)
            {
                var number = i;
                _loop.Post(() =>
                {
                    disorder += Interlocked.Increment(ref inside) != 1 || last[thread] != number - 1 ? 1 : 0;
                    last[thread] = number;
                    Interlocked.Decrement(ref inside);
                });
            }
        })));
        await _loop.CompleteAsync().WaitAsync(Eventually.Patience);

        Assert.Equal(0, disorder);
        Assert.All(last, number => Assert.Equal(Each, number));
    }

    [Fact] // a table that two threads enter at the same time is in disorder for all calls
    public async Task A_timer_is_started_and_stopped_by_work_of_the_loop_only()
    {
        LoopTimer? timer = null;
        Assert.Throws<InvalidOperationException>(() => LoopTimer.Start(_loop, TimeSpan.FromHours(1), () => { }));
        _loop.Post(() => timer = LoopTimer.Start(_loop, TimeSpan.FromHours(1), () => { }));
        Assert.NotNull(timer);

        Assert.Throws<InvalidOperationException>(timer.Stop);
        var elsewhere = new TaskCompletionSource<Exception?>();
        _loop.Post(() => Task.Run(() => elsewhere.SetResult(Record.Exception(_loop.VerifyTurn))).Wait(Eventually.Patience)); // while the loop runs
        Assert.IsType<InvalidOperationException>(await elsewhere.Task);
    }

    [Fact]
    public void A_fault_in_one_item_is_counted_and_the_next_runs()
    {
        var ran = false;
        _loop.Post(() => throw new InvalidOperationException("ours"));
        _loop.Post(() => ran = true);

        Assert.True(ran);
        Assert.Equal(1, _metrics.Faults);
    }
}
