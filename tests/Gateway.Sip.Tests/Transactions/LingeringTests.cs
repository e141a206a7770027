using Gateway.Sip.Transactions;
using Gateway.Sip.Tests.UserAgent;
using Gateway.Testing;

namespace Gateway.Sip.Tests.Transactions;

/// <summary>Timers J and K of RFC 3261 table 4.</summary>
public sealed class LingeringTests : IDisposable
{
    private static readonly TimeSpan Stay = TimeSpan.FromSeconds(32);

    private readonly VirtualTime _time = new();
    private readonly InlineLoop _loop;
    private readonly List<string> _expired = [];
    private readonly Lingering<string, string> _lingering;

    public LingeringTests()
    {
        _loop = new InlineLoop(_time);
        _lingering = new(_loop, (key, value) => _expired.Add(key + value));
    }

    public void Dispose() => _loop.Dispose();

    [Fact]
    public void Each_stays_for_its_time_behind_one_timer()
    {
        _lingering.Add("a", "1", Stay);
        _time.Advance(TimeSpan.FromSeconds(1));
        _lingering.Add("b", "2", Stay);

        Assert.Equal(1, _loop.Metrics.Timers);
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(["a1"], _expired);
        Assert.True(_lingering.TryGet("b", out var value));
        Assert.Equal("2", value);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["a1", "b2"], _expired);
        Assert.Equal(0, _lingering.Count);
        Assert.Equal(0, _loop.Metrics.Timers);
    }

    [Fact]
    public void Those_that_end_close_together_end_at_one_stroke()
    {
        foreach (var key in (string[])["a", "b", "c"])
        {
            _lingering.Add(key, "", Stay);
            _time.Advance(Lingering<string, string>.Slack / 4);
        }

        var strokes = 0;
        while (_time.AdvanceToNextTimer())
        {
            strokes++;
        }

        Assert.Equal(["a", "b", "c"], _expired);
        Assert.Equal(2, strokes);
    }

    [Fact]
    public void What_is_removed_and_entered_again_stays_for_its_own_time()
    {
        _lingering.Add("other", "", Stay);
        _lingering.Add("a", "1", Stay);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(_lingering.Remove("a", out _));
        _lingering.Add("a", "2", Stay);

        _time.Advance(TimeSpan.FromSeconds(22));
        Assert.Equal(["other"], _expired);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["other", "a2"], _expired);
    }

    [Fact]
    public void Without_entries_there_is_no_timer()
    {
        _lingering.Add("a", "1", Stay);
        _lingering.Remove("a", out _);

        Assert.Equal(0, _loop.Metrics.Timers);
        Assert.Empty(_expired);
    }
}
