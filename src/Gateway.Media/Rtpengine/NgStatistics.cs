using System.Collections.Immutable;
using System.Globalization;
using Gateway.Media.Relay;

namespace Gateway.Media.Rtpengine;

/// <summary>
/// Reads the reply to "query": tags → medias → streams, of which only those that carry RTP are counted, and SSRC, which has what
/// an end reported by RTCP about a source of the other end. The engine itself measures neither loss nor jitter.
/// </summary>
internal static class NgStatistics
{
    public static MediaStatistics Read(BencodeValue.Dictionary body)
    {
        var reports = body["SSRC"] as BencodeValue.Dictionary;
        ImmutableArray<End> ends = [.. (body["tags"] as BencodeValue.Dictionary)?.Entries.Select(tag => new End(tag.Key, Streams(tag.Value))) ?? []];
        return new MediaStatistics([.. ends.Select(end => end.Counters with
        {
            Sent = ends.Where(other => other != end).SelectMany(other => other.Streams)
                .Select(stream => Reported(stream, reports)).FirstOrDefault(quality => quality is not null),
        })]);
    }

    private static ImmutableArray<BencodeValue.Dictionary> Streams(BencodeValue end) =>
        [.. Items(end, "medias").SelectMany(media => Items(media, "streams")).Where(CarriesRtp)];

    /// <summary>
    /// What the reader of a stream said of it. Losses before the engine are among its losses, for numbers pass as they are; the round
    /// trip is that between the engine and the reader.
    /// </summary>
    private static MediaQuality? Reported(BencodeValue.Dictionary stream, BencodeValue.Dictionary? reports)
    {
        if (reports?[stream.Number("SSRC").ToString(CultureInfo.InvariantCulture)] is not BencodeValue.Dictionary report
            || report["average MOS"] is not BencodeValue.Dictionary average || average.Number("samples") <= 0)
        {
            return null;
        }

        var packets = (stream["stats"] as BencodeValue.Dictionary)?.Number("packets") ?? 0;
        var lost = Math.Clamp(report.Number("cumulative loss"), 0, Math.Max(0, packets));
        var microseconds = average.Number("round-trip time leg");
        return new MediaQuality(
            packets - lost, lost, Math.Max(0, average.Number("jitter")), microseconds > 0 ? microseconds / 1000d : null);
    }

    private static bool CarriesRtp(BencodeValue.Dictionary stream) =>
        stream["flags"] is BencodeValue.List flags && flags.Items.Contains(new BencodeValue.Octets("RTP"));

    private static IEnumerable<BencodeValue.Dictionary> Items(BencodeValue value, string key) =>
        ((value as BencodeValue.Dictionary)?[key] as BencodeValue.List)?.Items.OfType<BencodeValue.Dictionary>() ?? [];

    private sealed record End(string Tag, ImmutableArray<BencodeValue.Dictionary> Streams)
    {
        public MediaEndStatistics Counters
        {
            get
            {
                long packets = 0, bytes = 0, errors = 0, last = 0;
                foreach (var stream in Streams)
                {
                    if (stream["stats"] is not BencodeValue.Dictionary counters)
                    {
                        continue;
                    }

                    packets += counters.Number("packets");
                    bytes += counters.Number("bytes");
                    errors += counters.Number("errors");
                    // The engine starts this clock when it opens the stream; only packets make it mean what it says.
                    last = counters.Number("packets") > 0 ? Math.Max(last, stream.Number("last packet")) : last;
                }

                return new MediaEndStatistics(Tag, packets, bytes, errors) { LastPacket = last };
            }
        }
    }
}
