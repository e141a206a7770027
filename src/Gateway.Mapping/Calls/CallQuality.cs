using System.Collections.Immutable;
using Gateway.Mapping.Sessions;
using Gateway.Media.Relay;

namespace Gateway.Mapping.Calls;

/// <summary>A relay's counters, as an operator reads them.</summary>
internal static class CallQuality
{
    public static ImmutableArray<MediaDirection> Of(MediaStatistics statistics, DateTimeOffset now) =>
        [.. statistics.Ends.Where(end => end.Tag is CallMedia.UserTag or CallMedia.PhoneTag).SelectMany(end => Directions(end, now))];

    private static IEnumerable<MediaDirection> Directions(MediaEndStatistics end, DateTimeOffset now)
    {
        var side = end.Tag == CallMedia.UserTag ? SessionTraceProtocol.Xmpp : SessionTraceProtocol.Sip;
        TimeSpan? silence = end.LastPacket > 0
            ? TimeSpan.FromSeconds(Math.Max(0, now.ToUnixTimeSeconds() - end.LastPacket)) : null;
        yield return Direction(side, isReceived: true, end.Packets, end.Received) with { Silence = silence };
        if (end.Sent is { } sent)
        {
            yield return Direction(side, isReceived: false, sent.Packets, sent);
        }
    }

    private static MediaDirection Direction(SessionTraceProtocol side, bool isReceived, long packets, MediaQuality? quality) =>
        new(side, isReceived, packets)
        {
            Lost = quality?.Lost,
            Jitter = quality?.Jitter,
            RoundTrip = quality?.RoundTrip,
            Score = quality?.Score,
        };
}
