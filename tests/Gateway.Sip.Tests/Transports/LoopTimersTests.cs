using Gateway.Sip.Transports;
using Gateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Sip.Tests.Transports;

public sealed class LoopTimersTests
{
    private readonly VirtualTime _time = new();
    private readonly List<(int Timer, TimeSpan At)> _fired = [];

    [Fact]
    public void Timers_far_apart_fire_on_time_and_those_close_together_at_one_stroke_and_in_order()
    {
        using var metrics = new SipMetrics();
        var loop = new SipLoop(_time, metrics, NullLogger.Instance);
        var start = _time.GetUtcNow();
        int[] due = [500, 510, 530, 549, 600, 601, 32_000];
        foreach (var after in due.Reverse())
        {
            loop.Post(() => LoopTimer.Start(loop, TimeSpan.FromMilliseconds(after), () => _fired.Add((after, _time.GetUtcNow() - start))));
        }

        var strokes = 0;
        while (_time.AdvanceToNextTimer())
        {
            strokes++;
        }

        (int, int)[] expected = [(500, 500), (510, 550), (530, 550), (549, 550), (600, 600), (601, 650), (32_000, 32_000)];
        Assert.Equal(expected, _fired.Select(fired => (fired.Timer, (int)fired.At.TotalMilliseconds)));
        Assert.Equal(5, strokes);
    }
}
