using Gateway.Xmpp.Component;

namespace Gateway.Xmpp.Tests.Component;

public sealed class LinkWatchdogTests
{
    [Theory] // octets read at each tick; then what each tick asks for
    [InlineData(new long[] { 9, 9, 9, 9, 9 }, "Alive Alive Alive Ping Dead")]
    [InlineData(new long[] { 0, 0, 0, 0 }, "Alive Alive Ping Dead")]
    [InlineData(new long[] { 9, 9, 9, 9, 10, 10, 10, 10, 10 }, "Alive Alive Alive Ping Alive Alive Alive Ping Dead")]
    [InlineData(new long[] { 1, 2, 3, 4, 5, 6 }, "Alive Alive Alive Alive Alive Alive")]
    public void Silence_is_pinged_and_then_ends_the_link(long[] octets, string verdicts)
    {
        var watchdog = new LinkWatchdog(SilentTicks: 3);
        var seen = new List<WatchdogVerdict>();
        foreach (var read in octets)
        {
            (watchdog, var verdict) = watchdog.Tick(read);
            seen.Add(verdict);
        }

        Assert.Equal(verdicts, string.Join(' ', seen));
    }
}
