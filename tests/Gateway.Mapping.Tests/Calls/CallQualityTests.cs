using Gateway.Mapping.Calls;
using Gateway.Mapping.Sessions;
using Gateway.Media.Relay;

namespace Gateway.Mapping.Tests.Calls;

public sealed class CallQualityTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Both_directions_of_both_sides_are_shown_where_they_are_known()
    {
        var statistics = new MediaStatistics(
        [
            new MediaEndStatistics(CallMedia.UserTag, 100, 16_000, 0)
            {
                LastPacket = Noon.ToUnixTimeSeconds() - 3,
                Received = new MediaQuality(100, 2, 5, 30),
                Sent = new MediaQuality(90, 10, 8, 30),
            },
            new MediaEndStatistics(CallMedia.PhoneTag, 0, 0, 0),
            new MediaEndStatistics("another", 5, 5, 0),
        ]);

        var shown = CallQuality.Of(statistics, Noon);

        Assert.Equal(
            [(SessionTraceProtocol.Xmpp, true, 100), (SessionTraceProtocol.Xmpp, false, 90), (SessionTraceProtocol.Sip, true, 0)],
            shown.Select(one => (one.Side, one.IsReceived, one.Packets)));
        Assert.Equal((2, 5.0, 30.0, TimeSpan.FromSeconds(3)), (shown[0].Lost, shown[0].Jitter, shown[0].RoundTrip, shown[0].Silence));
        Assert.True(shown[0].Score > shown[1].Score);
        Assert.Equal((null, null, null), (shown[2].Lost, shown[2].Score, shown[2].Silence)); // the phone has never sent anything
    }
}
