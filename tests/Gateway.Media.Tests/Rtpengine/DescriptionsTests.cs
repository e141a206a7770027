using FsCheck;
using FsCheck.Fluent;
using Gateway.Media.Rtpengine;

namespace Gateway.Media.Tests.Rtpengine;

public sealed class DescriptionsTests
{
    private const string Ice = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 0\r\na=mid:a\r\na=ice-ufrag:abcd\r\n"
        + "m=video 9 RTP/AVP 96\r\na=mid:v\r\na=ice-ufrag:abcd\r\n";

    [Fact] // RFC 8840 section 4.1
    public void Trickle_is_said_in_every_medium_once() =>
        Assert.Equal(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 0\r\na=mid:a\r\na=ice-ufrag:abcd\r\na=ice-options:trickle\r\n"
            + "m=video 9 RTP/AVP 96\r\na=mid:v\r\na=ice-ufrag:abcd\r\na=ice-options:trickle\r\n",
            Descriptions.WithTrickle(Descriptions.WithTrickle(Ice)));

    [Fact]
    public void Description_without_ICE_says_nothing_of_trickle()
    {
        const string plain = "v=0\r\nm=audio 4000 RTP/AVP 0\r\n";

        Assert.Equal(plain, Descriptions.WithTrickle(plain));
    }

    [Fact] // RFC 8840 section 9, R-35
    public void Candidates_go_to_the_medium_that_their_fragment_names()
    {
        const string fragment = "a=ice-ufrag:abcd\r\nm=video 9 RTP/AVP 0\r\na=mid:v\r\na=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\n";

        Assert.True(Descriptions.TryAddCandidates(Ice, fragment, out var once));
        Assert.True(Descriptions.TryAddCandidates(once, fragment, out var twice));

        Assert.Equal(Ice + "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\n", once);
        Assert.Equal(once, twice);
    }

    [Theory]
    [InlineData("a=candidate:1 2 udp 1 192.0.2.1 5000 typ host")]
    [InlineData("a=candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype active")]
    [InlineData("a=candidate:1 1 udp 1 0c0ffee0-1111-2222-3333-444455556666.local 5000 typ host")]
    [InlineData("a=candidate:garbage")]
    public void Candidates_of_no_use_are_left_out(string candidate)
    {
        Assert.True(Descriptions.TryAddCandidates(Ice, $"m=audio 9 RTP/AVP 0\r\na=mid:a\r\n{candidate}\r\n", out var grown));

        Assert.Equal(Ice, grown);
    }

    [Fact]
    public void Candidates_of_another_generation_are_not_added() =>
        Assert.False(Descriptions.TryAddCandidates(
            Ice, "a=ice-ufrag:efgh\r\nm=audio 9 RTP/AVP 0\r\na=mid:a\r\na=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\n", out _));

    [Fact]
    public void Flood_of_candidates_ends_at_the_limit()
    {
        var flood = "m=audio 9 RTP/AVP 0\r\na=mid:a\r\n" + string.Concat(
            Enumerable.Range(1, 1000).Select(port => $"a=candidate:1 1 udp 1 192.0.2.1 {port} typ host\r\n"));

        Assert.True(Descriptions.TryAddCandidates(Ice, flood, out var grown));

        Assert.Equal(Descriptions.MostCandidates, grown.Split("a=candidate:").Length - 1);
    }

    [Fact] // a browser that was told a source plays no other, and the engine's own is not known
    public void Sources_of_a_phone_are_not_announced_to_a_browser() => Assert.Equal(
        "v=0\r\nm=audio 4000 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n",
        Descriptions.ForWebRtc("v=0\r\nm=audio 4000 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=ssrc:1 cname:x\r\na=ssrc-group:FID 1 2\r\na=msid:a b\r\n"));

    [Fact]
    public void Phones_are_spared_what_they_cannot_know()
    {
        const string sdp = "v=0\r\na=group:BUNDLE 0\r\nm=audio 4000 RTP/AVP 0\r\na=mid:0\r\na=rtpmap:0 PCMU/8000\r\n"
            + "a=rtcp-fb:0 nack\r\na=extmap:1 urn:x\r\na=ssrc:1 cname:x\r\na=midi:kept\r\na=ptime:20\r\n";

        Assert.Equal(
            "v=0\r\nm=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=midi:kept\r\na=ptime:20\r\n", Descriptions.ForPhones(sdp));
    }

    [Theory] // with ICE too: an address that changed between the two would change the other end's ports
    [InlineData("")]
    [InlineData("a=ice-ufrag:abcd\r\n")]
    public void Media_for_an_end_still_to_come_stay_on_the_machine(string ice) => Assert.Equal(
        "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 0\r\n" + ice,
        Descriptions.WithoutNowhere("v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 9 RTP/AVP 0\r\n" + ice));

    [Theory]
    [InlineData("v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 0\r\n")]
    [InlineData("v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 0\r\nm=video 0 RTP/AVP 96\r\n")]
    public void Other_addresses_are_left_alone(string sdp) => Assert.Equal(sdp, Descriptions.WithoutNowhere(sdp));

    [Fact]
    public void No_text_throws() =>
        Prop.ForAll(Texts().ToArbitrary(), Texts().ToArbitrary(), (sdp, fragment) =>
        {
            _ = Descriptions.WithTrickle(sdp);
            _ = Descriptions.ForPhones(sdp);
            _ = Descriptions.WithoutNowhere(sdp);
            return Descriptions.TryAddCandidates(sdp, fragment, out var grown) == grown is not null;
        }).QuickCheckThrowOnFailure();

    private static Gen<string> Texts() => Gen.Elements(
            "m=", "m=audio 9 RTP/AVP 0", "a=mid:a", "a=mid", "a=ice-ufrag:abcd", "a=ice-options:x", "a=candidate:", "a=", "o=", "o=-", "\r",
            "", "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host", "a=candidate:1 1 udp", "c=IN IP4 0.0.0.0", "\0", "é")
        .ArrayOf().Select(lines => string.Join("\n", lines));
}
