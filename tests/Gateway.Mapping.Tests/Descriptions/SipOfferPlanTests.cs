using Gateway.Mapping.Descriptions;
using Gateway.Sip.Sdp;

namespace Gateway.Mapping.Tests.Descriptions;

public sealed class SipOfferPlanTests
{
    private const string Linphone =
        """
        v=0
        o=mickey 2890 1 IN IP4 192.0.2.50
        s=Talk
        c=IN IP4 192.0.2.50
        t=0 0
        m=image 5000 udptl t38
        m=audio 7078 RTP/AVP 96 97 98 0 18 13 99 100 101
        a=rtpmap:96 opus/48000/2
        a=fmtp:96 useinbandfec=1
        a=rtpmap:97 speex/16000
        a=fmtp:97 vbr=on
        a=rtpmap:98 AMR/8000
        a=fmtp:98 octet-align=1
        a=rtpmap:99 telephone-event/48000
        a=rtpmap:100 telephone-event/16000
        a=rtpmap:101 telephone-event/8000
        a=rtcp-fb:* trr-int 1000
        m=video 9078 RTP/AVP 96
        a=rtpmap:96 VP8/90000
        m=audio 7080 RTP/AVP 0
        m=message 2855 TCP/MSRP *
        """;

    [Fact]
    public void Client_is_shown_one_audio_stream_with_the_codecs_of_browsers()
    {
        Assert.True(SipOfferPlan.TryMake(Sample.Sdp(Linphone), video: false, out var plan));

        var audio = Assert.Single(plan.Filtered.Media);
        Assert.Equal<string>(["96", "97", "0", "99", "100", "101"], audio.Formats);
        Assert.DoesNotContain(audio.Values("rtpmap"), value => value.Contains("AMR", StringComparison.Ordinal));
        Assert.DoesNotContain(audio.Values("fmtp"), value => value.StartsWith("98 ", StringComparison.Ordinal));
        Assert.Contains("* trr-int 1000", audio.Values("rtcp-fb"));
        Assert.Equal<string>(["audio"], plan.Media);
        Assert.Empty(plan.Transcode);
        Assert.Equal<bool>([false, true, false, false, false], plan.Kept);
    }

    [Fact] // R-38, RFC 8643: what a phone offers beside plain RTP
    public void Relay_is_not_told_of_ICE_and_DTLS_that_phones_are_answered_without()
    {
        Assert.True(SipOfferPlan.TryMake(
            Sample.Sdp(
                "v=0\no=- 1 1 IN IP4 192.0.2.9\ns=-\nc=IN IP4 192.0.2.9\nt=0 0\na=ice-pwd:pwdpwdpwdpwdpwdpwdpwdpwd\na=fingerprint:sha-256 AB\n"
                + "m=audio 4000 RTP/AVP 0\na=ice-ufrag:abcd\na=setup:actpass\na=candidate:1 1 UDP 1 192.0.2.9 4000 typ host\na=ptime:20\n"),
            video: false, out var plan));
        Assert.Empty(plan.Filtered.Attributes);
        Assert.Equal(["ptime"], plan.Filtered.Media[0].Attributes.Select(attribute => attribute.Name));
    }

    [Fact] // a client without PCMU and its like still hears the phone; it stands last, so it is picked for want of others only
    public void Offer_without_Opus_gets_it_from_the_relay()
    {
        Assert.True(SipOfferPlan.TryMake(
            Sample.Sdp("v=0\no=- 1 1 IN IP4 192.0.2.9\ns=-\nc=IN IP4 192.0.2.9\nt=0 0\nm=audio 4000 RTP/AVP 0 8\n"), video: false, out var plan));
        Assert.Equal<string>(["opus"], plan.Transcode);
    }

    [Fact] // RFC 3264 section 6: as many m-lines as the offer, in its order
    public void Answer_refuses_the_streams_that_went_nowhere_in_their_places()
    {
        Assert.True(SipOfferPlan.TryMake(Sample.Sdp(Linphone), video: true, out var plan));
        Assert.Equal<string>(["audio", "video"], plan.Media);
        var answer = Sample.Sdp(
            """
            v=0
            o=- 1 1 IN IP4 198.51.100.7
            s=-
            c=IN IP4 198.51.100.7
            t=0 0
            m=audio 30000 RTP/AVP 0
            m=video 30002 RTP/AVP 96
            a=rtpmap:96 VP8/90000
            """);

        var full = Sample.Sdp(plan.Restore(answer).ToString());

        Assert.Equal(["image", "audio", "video", "audio", "message"], full.Media.Select(media => media.Media));
        Assert.Equal([0, 30000, 30002, 0, 0], full.Media.Select(media => media.Port));
        Assert.Equal(
            ["udptl", "RTP/AVP", "RTP/AVP", "RTP/AVP", "TCP/MSRP"], full.Media.Select(media => media.Protocol));
        Assert.Equal<string>(["t38"], full.Media[0].Formats);
    }

    [Fact] // RFC 4568 section 7.1: SRTP needs a=crypto
    public void Plain_stream_is_taken_when_one_without_its_keys_is_offered_beside_it()
    {
        var offer = Audio("0", "ptime:20");
        var both = offer with { Media = [offer.Media[0] with { Protocol = "RTP/SAVP" }, offer.Media[0] with { Protocol = "RTP/AVPF" }] };
        Assert.True(SipOfferPlan.TryMake(both, video: false, out var plan));

        var answer = plan.Restore(Sample.Sdp(Sample.PhoneAnswer));

        Assert.Equal([0, 4000], answer.Media.Select(media => media.Port));
    }

    [Fact]
    public void Answer_with_fewer_streams_refuses_the_rest()
    {
        Assert.True(SipOfferPlan.TryMake(Sample.Sdp(Linphone), video: true, out var plan));

        var full = plan.Restore(Sample.Sdp(Sample.PhoneAnswer));

        Assert.Equal([0, 4000, 0, 0, 0], full.Media.Select(media => media.Port));
    }

    [Fact]
    public void Offer_without_a_common_codec_is_transcoded()
    {
        Assert.True(SipOfferPlan.TryMake(Audio("18 4 101", "rtpmap:101 telephone-event/8000"), video: false, out var plan));

        Assert.Equal<string>(["opus", "PCMU"], plan.Transcode);
        Assert.Equal<string>(["18", "4", "101"], plan.Filtered.Media[0].Formats);
    }

    [Theory] // RFC 3264 section 6.1: what rtpengine answers for a codec that it does not know is no answer
    [InlineData("18", "0", false)]
    [InlineData("18 101", "0 101", false)] // events are no voice
    [InlineData("18", "18", true)]
    [InlineData("18 0", "0", true)]
    public void Answer_without_any_codec_of_the_offer_is_none(string offered, string answered, bool isAnswer)
    {
        Assert.True(SipOfferPlan.TryMake(Audio(offered, "rtpmap:101 telephone-event/8000"), video: false, out var plan));

        Assert.Equal(isAnswer, plan.IsAnsweredBy(Audio(answered, "rtpmap:101 telephone-event/8000")));
    }

    [Theory] // 488
    [InlineData("m=image 5000 udptl t38")]
    [InlineData("m=audio 0 RTP/AVP 0")]
    [InlineData("m=audio 9 TCP/MSRP 0")]
    [InlineData("m=audio 5000 RTP/SAVP 0")]
    [InlineData("m=audio 5000 UDP/TLS/RTP/SAVPF 0")]
    [InlineData("m=audio 5000 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000")]
    [InlineData("m=audio 5000 RTP/AVP 99")]
    [InlineData("m=video 5000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000")]
    public void Offer_without_usable_audio_is_not_taken(string line) =>
        Assert.False(SipOfferPlan.TryMake(
            Sample.Sdp($"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n{line}\r\n"), video: true, out _));

    [Fact] // R-25, U-33
    public void Phone_is_not_shown_what_ends_in_the_relay()
    {
        var sdp = Sample.Sdp(
            """
            v=0
            o=- 1 1 IN IP4 198.51.100.7
            s=-
            c=IN IP4 198.51.100.7
            t=0 0
            a=group:BUNDLE 0
            a=ice-lite
            m=audio 30000 RTP/AVP 111 63 0
            a=mid:0
            a=rtpmap:111 opus/48000/2
            a=rtpmap:63 red/48000/2
            a=fmtp:63 111/111
            a=rtcp-fb:111 transport-cc
            a=extmap:1 urn:x
            a=ssrc:1 cname:x
            a=candidate:1 1 UDP 1 198.51.100.7 30000 typ host
            a=ptime:20
            a=sendrecv
            """);

        var trimmed = PhoneProfile.Trim(sdp);

        Assert.Empty(trimmed.Attributes);
        Assert.Equal<string>(["111", "0"], trimmed.Media[0].Formats);
        Assert.Equal(["rtpmap", "ptime", "sendrecv"], trimmed.Media[0].Attributes.Select(attribute => attribute.Name));
    }

    [Fact]
    public void Description_over_dtls_is_left_as_it_is()
    {
        var relay = Sample.Relay("actpass");

        Assert.Equal(relay, PhoneProfile.Trim(relay));
    }

    private static SdpSession Audio(string formats, string attribute) => Sample.Sdp(
        $"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 5000 RTP/AVP {formats}\r\na={attribute}\r\n");
}
