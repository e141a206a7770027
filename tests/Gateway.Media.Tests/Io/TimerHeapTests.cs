using FsCheck;
using FsCheck.Fluent;
using Gateway.Media.Io;

namespace Gateway.Media.Tests.Io;

public sealed class TimerHeapTests
{
    [Fact]
    public void Timers_fire_in_the_order_of_their_last_start() =>
        Prop.ForAll<(byte Timer, byte Due, bool Stop)[]>(InOrder).QuickCheckThrowOnFailure();

    [Fact]
    public void Timer_that_is_not_due_stays()
    {
        var heap = new TimerHeap();
        new TestTimer(heap, _ => { }).Start(10);

        Assert.Null(heap.TakeDue(9));
        Assert.Equal(10, heap.NextDue);
        Assert.NotNull(heap.TakeDue(10));
    }

    private static bool InOrder((byte Timer, byte Due, bool Stop)[] history)
    {
        var heap = new TimerHeap();
        var fired = new List<int>();
        var timers = Enumerable.Range(0, 256).Select(i => new TestTimer(heap, _ => fired.Add(i))).ToArray();
        var expected = new Dictionary<int, long>();
        foreach (var (timer, due, stop) in history)
        {
            if (stop)
            {
                timers[timer].Stop();
                expected.Remove(timer);
            }
            else
            {
                timers[timer].Start(due);
                expected[timer] = due;
            }
        }

        var last = -1L;
        var inOrder = true;
        while (heap.TakeDue(255) is { } timer)
        {
            inOrder &= timer.Due >= last;
            last = timer.Due;
            ((TestTimer)timer).Fire(last);
        }

        return inOrder && heap.Count == 0 && heap.NextDue == long.MaxValue && expected.Keys.Order().SequenceEqual(fired.Order());
    }
}
