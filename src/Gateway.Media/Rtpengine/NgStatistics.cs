using Gateway.Media.Relay;

namespace Gateway.Media.Rtpengine;

/// <summary>Reads the reply to "query": tags → medias → streams, of which only those that carry RTP are counted.</summary>
internal static class NgStatistics
{
    public static MediaStatistics Read(BencodeValue.Dictionary body) => new(
        [.. (body["tags"] as BencodeValue.Dictionary)?.Entries.Select(tag => End(tag.Key, tag.Value)) ?? []]);

    private static MediaEndStatistics End(string tag, BencodeValue end)
    {
        long packets = 0, bytes = 0, errors = 0, last = 0;
        foreach (var stream in Items(end, "medias").SelectMany(media => Items(media, "streams")).Where(CarriesRtp))
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

        return new MediaEndStatistics(tag, packets, bytes, errors) { LastPacket = last };
    }

    private static bool CarriesRtp(BencodeValue.Dictionary stream) =>
        stream["flags"] is BencodeValue.List flags && flags.Items.Contains(new BencodeValue.Octets("RTP"));

    private static IEnumerable<BencodeValue.Dictionary> Items(BencodeValue value, string key) =>
        ((value as BencodeValue.Dictionary)?[key] as BencodeValue.List)?.Items.OfType<BencodeValue.Dictionary>() ?? [];
}
