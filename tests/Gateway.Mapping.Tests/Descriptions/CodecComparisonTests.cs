using System.Globalization;
using Gateway.Mapping.Descriptions;
using Gateway.Sip.Sdp;

namespace Gateway.Mapping.Tests.Descriptions;

public sealed class CodecComparisonTests
{
    private static readonly SdpSession Sent = GatewayOffer.For(["audio"]);

    [Theory] // MAPPING 9.2: the numbers of the INVITE are libwebrtc's
    [InlineData("conversations-session-initiate")]
    [InlineData("libwebrtc-session-initiate")]
    [InlineData("monal-session-initiate")]
    [InlineData("movim-session-initiate")]
    [InlineData("dino-session-initiate")] // offers no events: drops those it gets
    public void Answer_of_a_phone_fits_the_offers_of_living_clients(string name) =>
        Assert.Equal(
            new CodecFit.Same(),
            CodecComparison.Compare(Sent, Sample.Sdp(Sample.PhoneAnswer), Sample.Converted(Sample.Jingle(name))));

    [Fact]
    public void Opus_fits_although_its_name_is_spelt_otherwise() =>
        Assert.Equal(new CodecFit.Same(), Compare("RTP/AVP 111", "rtpmap:111 OPUS/48000/2", "111 0", "rtpmap:111 opus/48000/2"));

    [Theory] // R-21
    [InlineData("111", "96")] // Gajim numbers Opus 96
    [InlineData("96", "111")] // RFC 3264 section 6.1: the answerer may have numbers of its own to receive with
    public void Other_number_for_the_same_codec_is_for_the_relay_to_change(string phones, string clients) =>
        Assert.Equal(
            new CodecFit.Renumbered(),
            Compare($"RTP/AVP {phones}", $"rtpmap:{phones} opus/48000/2", clients, $"rtpmap:{clients} opus/48000/2"));

    [Theory] // nobody could tell what a packet of that number is
    [InlineData("111", "96 111", "rtpmap:96 opus/48000/2\r\na=rtpmap:111 speex/16000")] // the phone sends by the INVITE's number
    [InlineData("96", "111 96", "rtpmap:111 opus/48000/2\r\na=rtpmap:96 speex/16000")] // and perhaps by its own
    public void Number_that_means_another_codec_to_the_client_needs_a_reinvite(string phones, string clients, string map) =>
        Assert.Equal(new CodecFit.Reinvite(), Compare($"RTP/AVP {phones}", $"rtpmap:{phones} opus/48000/2", clients, map));

    [Fact] // the phone may send any codec it answered
    public void Codec_that_the_client_lacks_needs_a_reinvite() =>
        Assert.Equal(new CodecFit.Reinvite(), Compare("RTP/AVP 0 8", null, "0", null));

    [Fact]
    public void Events_under_a_number_that_the_client_uses_otherwise_need_a_reinvite() =>
        Assert.Equal(
            new CodecFit.Reinvite(),
            Compare("RTP/AVP 0 126", "rtpmap:126 telephone-event/8000", "0 126", "rtpmap:126 speex/8000"));

    [Fact]
    public void No_common_codec_needs_transcoding_to_what_the_phone_took() =>
        Assert.Equal(
            new CodecFit.Transcode(["PCMU", "PCMA"]), Compare("RTP/AVP 0 8 126", null, "111", "rtpmap:111 opus/48000/2"));

    [Fact]
    public void Stored_answer_is_rewritten_to_the_numbers_of_another_offer()
    {
        var answer = Sample.Sdp(
            """
            v=0
            o=phone 1 1 IN IP4 192.0.2.60
            s=-
            c=IN IP4 192.0.2.60
            t=0 0
            m=audio 4000 RTP/AVP 111 8 18 126
            a=rtpmap:111 opus/48000/2
            a=fmtp:111 useinbandfec=1
            a=rtpmap:126 telephone-event/8000
            a=fmtp:126 0-15
            a=ptime:20
            """);
        var offer = Sample.Sdp(Client("96 8 101", "rtpmap:96 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\na=mid:audio"));

        var audio = Assert.Single(CodecComparison.AnswerFor(offer, answer).Media);

        Assert.Equal<string>(["96", "8", "101"], audio.Formats);
        Assert.Equal(4000, audio.Port);
        Assert.Equal("audio", audio.Value("mid"));
        Assert.Equal("useinbandfec=1", audio.Fmtp("96"));
        Assert.Equal("0-15", audio.Fmtp("101"));
        Assert.DoesNotContain(audio.Attributes, attribute => attribute.Value?.StartsWith("18 ", StringComparison.Ordinal) == true);
        Assert.Equal("20", audio.Value("ptime"));
    }

    [Fact] // R-21
    public void Stored_answer_keeps_its_numbers_for_a_relay_that_renumbers()
    {
        var answer = Sample.Sdp(Text("4000 RTP/AVP 97 18 101", "rtpmap:97 opus/48000/2\r\na=rtpmap:101 telephone-event/8000"));
        var offer = Sample.Sdp(Client("96 126", "rtpmap:96 opus/48000/2\r\na=rtpmap:126 telephone-event/8000\r\na=mid:audio"));

        var audio = Assert.Single(CodecComparison.AnswerFor(offer, answer, keepsNumbers: true).Media);

        Assert.Equal<string>(["97", "101"], audio.Formats);
        Assert.Equal("audio", audio.Value("mid"));
    }

    [Fact] // RFC 6184 section 8.2.2: libwebrtc offers several profiles in the same mode
    public void Codec_that_is_offered_under_several_numbers_keeps_them_in_the_answer()
    {
        const string maps = "97 H264/90000\r\na=fmtp:97 packetization-mode=1;profile-level-id=42001f\r\na=rtpmap:99 H264/90000\r\na=fmtp:99 packetization-mode=1;profile-level-id=42e01f";
        SdpSession Video(string formats) => Sample.Sdp(
            $"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=video 4002 RTP/AVP {formats}\r\na=rtpmap:{maps}\r\n");

        Assert.Equal<string>(["99", "97"], CodecComparison.AnswerFor(Video("97 99"), Video("99 97")).Media[0].Formats);
        Assert.Equal<string>(["97"], CodecComparison.AnswerFor(Video("97"), Video("99 97")).Media[0].Formats); // each number once
    }

    [Fact] // RFC 3264 section 6
    public void Answer_for_another_offer_has_its_m_lines_in_its_order()
    {
        var offer = Sample.Converted(Sample.Jingle("conversations-video-session-initiate"), video: true);
        var reversed = offer with { Media = [offer.Media[1], offer.Media[0]] };

        var answer = CodecComparison.AnswerFor(reversed, Sample.Sdp(Sample.PhoneAnswer));

        Assert.Equal(["video", "audio"], answer.Media.Select(media => media.Media));
        Assert.Equal([0, 4000], answer.Media.Select(media => media.Port));
        Assert.Equal("0", answer.Media[1].Value("mid"));
    }

    [Fact]
    public void Stream_with_events_alone_in_common_is_refused()
    {
        var offer = Sample.Sdp(Client("111 126", "rtpmap:111 opus/48000/2\r\na=rtpmap:126 telephone-event/8000"));

        Assert.True(CodecComparison.AnswerFor(offer, Sample.Sdp(Sample.PhoneAnswer)).Media[0].IsRefused);
    }

    [Fact] // RFC 6184 section 8.2.2
    public void H264_of_another_packetization_mode_is_another_codec()
    {
        var one = Video("packetization-mode=1; profile-level-id=42e01f");
        var zero = Video("profile-level-id=42e01f");

        Assert.NotEqual(CodecIdentity.Of(one, "98"), CodecIdentity.Of(zero, "98"));
        Assert.Equal(CodecIdentity.Of(zero, "98"), CodecIdentity.Of(Video("packetization-mode=0"), "98"));
    }

    [Fact] // J-20, R-41
    public void Offer_of_the_gateway_is_plain_and_no_hold()
    {
        var sdp = Sample.Sdp(GatewayOffer.For(["audio"]).ToString());
        var audio = Assert.Single(sdp.Media);

        Assert.Equal("RTP/AVP", audio.Protocol);
        Assert.Equal<string>(["111", "9", "0", "8", "126", "110"], audio.Formats);
        Assert.False(sdp.IsHold);
        Assert.All(audio.Formats, format => Assert.True(audio.TryRtpMap(format, out _)));
        Assert.Equal(["video", "audio"], GatewayOffer.For(["video", "audio"]).Media.Select(media => media.Media)); // as Movim proposes
    }

    [Theory] // video is never transcoded: numbers that differ are mended by a re-INVITE
    [InlineData("m=video 0 RTP/AVP 96\r\n", "m=video 9 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n", true)]
    [InlineData("", "m=video 9 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n", true)]
    [InlineData("m=video 7000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n", "m=video 9 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n", true)]
    [InlineData("m=video 7000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n", "m=video 9 RTP/AVP 120\r\na=rtpmap:120 VP8/90000\r\n", false)]
    [InlineData("m=video 7000 RTP/AVP 97\r\na=rtpmap:97 VP8/90000\r\n", "m=video 9 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n", false)]
    [InlineData("m=video 7000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n", "m=video 9 RTP/AVP 96\r\na=rtpmap:96 VP9/90000\r\n", false)]
    [InlineData("m=video 7000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n", "", false)]
    public void Video_fits_when_it_was_refused_or_keeps_its_numbers(string answered, string offered, bool fits)
    {
        const string Head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\n";

        Assert.Equal(fits, CodecComparison.VideoFits(
            GatewayOffer.For(["audio", "video"]), Sample.Sdp(Head + answered), Sample.Sdp(Head + offered)));
    }

    private static SdpMedia Video(string fmtp) => new()
    {
        Media = "video",
        Port = 9,
        Protocol = "RTP/AVP",
        Formats = ["98"],
        Attributes = [new("rtpmap", "98 H264/90000"), new("fmtp", "98 " + fmtp)],
    };

    private static CodecFit Compare(string answer, string? answerMap, string client, string? clientMap) => CodecComparison.Compare(
        Sent, Sample.Sdp(Text($"4000 {answer}", answerMap)), Sample.Sdp(Client(client, clientMap)));

    private static string Client(string formats, string? attributes) => Text($"9 UDP/TLS/RTP/SAVPF {formats}", attributes);

    private static string Text(string line, string? attributes) => string.Create(
        CultureInfo.InvariantCulture,
        $"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio {line}\r\n{(attributes is null ? "" : $"a={attributes}\r\n")}");
}
