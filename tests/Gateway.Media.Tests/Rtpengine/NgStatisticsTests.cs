using Gateway.Media.Relay;
using Gateway.Media.Rtpengine;
using static Gateway.Media.Rtpengine.BencodeValue;

namespace Gateway.Media.Tests.Rtpengine;

/// <summary>The reply to "query" of rtpengine 10.5.3, shortened to what is read.</summary>
public sealed class NgStatisticsTests
{
    [Fact]
    public void What_an_end_reports_of_the_other_is_how_it_hears()
    {
        var read = NgStatistics.Read(Reply(("7", Report(loss: 40, jitter: 3, leg: 25_400))));

        Assert.Equal<MediaEndStatistics>(
            [new("user", 1000, 172_000, 0) { LastPacket = 50 }, new("phone", 900, 154_800, 2) { LastPacket = 51, Sent = new(960, 40, 3, 25.4) }],
            read.Ends);
        Assert.InRange(read.Ends[1].Sent!.Score!.Value, 3, 4.3);
    }

    [Fact]
    public void End_that_reports_nothing_has_no_figures() =>
        Assert.All(NgStatistics.Read(Reply()).Ends, end => Assert.Null(end.Sent));

    [Theory] // whatever an end puts into its reports
    [InlineData(-5, 0, 0, 1000, 0)]
    [InlineData(16_777_215, -1, -1, 0, 1000)]
    public void Figures_that_cannot_be_are_not_shown(long loss, long jitter, long leg, long packets, long lost) => Assert.Equal(
        new MediaQuality(packets, lost, 0, null), NgStatistics.Read(Reply(("7", Report(loss, jitter, leg)))).Ends[1].Sent);

    [Fact] // a source that is no longer heard, or was never
    public void Reports_of_other_sources_are_nobodys() =>
        Assert.All(NgStatistics.Read(Reply(("8", Report(1, 1, 1)))).Ends, end => Assert.Null(end.Sent));

    [Fact]
    public void Reply_without_tags_has_no_ends() => Assert.Empty(NgStatistics.Read(Map()).Ends);

    private static Dictionary Reply(params (string Ssrc, Dictionary Report)[] reports) => Map(
        ("SSRC", Map([.. reports.Select(report => (report.Ssrc, (BencodeValue)report.Report))])),
        ("tags", Map(("user", End(7, 1000, 0, 50)), ("phone", End(9, 900, 2, 51)))));

    private static Dictionary Report(long loss, long jitter, long leg) => Map(
        ("cumulative loss", new Integer(loss)),
        ("average MOS", Map(
            ("jitter", new Integer(jitter)), ("round-trip time", new Integer(2 * leg)), ("round-trip time leg", new Integer(leg)), ("samples", new Integer(2)))));

    private static Dictionary End(long ssrc, long packets, long errors, long last) => Map(("medias", Items(Map(("streams", Items(
        Stream("RTP", ssrc, packets, errors, last), Stream("RTCP", ssrc, 4, 0, 99)))))));

    private static Dictionary Stream(string kind, long ssrc, long packets, long errors, long last) => Map(
        ("flags", new List([new Octets(kind), new Octets("filled")])),
        ("SSRC", new Integer(ssrc)),
        ("last packet", new Integer(last)),
        ("stats", Map(("packets", new Integer(packets)), ("bytes", new Integer(172 * packets)), ("errors", new Integer(errors)))));

    private static List Items(params BencodeValue[] items) => new([.. items]);

    private static Dictionary Map(params (string Key, BencodeValue Value)[] entries) =>
        new([.. entries.Select(entry => KeyValuePair.Create(entry.Key, entry.Value))]);
}
