using Gateway.Testing;

namespace Gateway.Xmpp.Tests.Testing;

/// <summary>The clock that every other test trusts.</summary>
public sealed class VirtualTimeTests
{
    private readonly VirtualTime _time = new();

    [Fact]
    public void Timers_fire_in_order_of_due_time_each_at_its_own_time()
    {
        var fired = new List<(string Name, TimeSpan At)>();
        var start = _time.GetTimestamp();
        using var second = _time.CreateTimer(_ => Note("second"), null, TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        using var first = _time.CreateTimer(_ => Note("first"), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        using var every = _time.CreateTimer(_ => Note("every"), null, TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(1.5));

        _time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal<(string, TimeSpan)>(
            [
                ("first", TimeSpan.FromSeconds(1)), ("every", TimeSpan.FromSeconds(1.5)), ("second", TimeSpan.FromSeconds(2)),
                ("every", TimeSpan.FromSeconds(3)),
            ],
            fired);
        Assert.Equal(1, _time.ArmedTimers);

        void Note(string name) => fired.Add((name, _time.GetElapsedTime(start)));
    }

    [Fact]
    public void Timer_armed_by_another_fires_within_the_same_advance_when_due()
    {
        var fired = 0;
        using var outer = _time.CreateTimer(
            _ => _time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan),
            null,
            TimeSpan.FromSeconds(1),
            Timeout.InfiniteTimeSpan);

        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(1, fired);
    }

    [Fact]
    public async Task Cancellation_after_a_time_obeys_the_clock()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(5), _time);
        var delay = Task.Delay(TimeSpan.FromSeconds(4), _time);

        _time.Advance(TimeSpan.FromSeconds(4));
        await delay;
        Assert.False(source.IsCancellationRequested);

        Assert.True(_time.AdvanceToNextTimer());
        Assert.True(source.IsCancellationRequested);
    }

    [Fact]
    public void Stopped_and_disposed_timers_do_not_fire()
    {
        var fired = 0;
        using var stopped = _time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        var disposed = _time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        stopped.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        disposed.Dispose();

        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(0, fired);
        Assert.Null(_time.NextTimerIn);
    }
}
