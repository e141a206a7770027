using Gateway.Mapping.Descriptions;
using Gateway.Sip.Sdp;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Tests.Descriptions;

public sealed class JingleToSdpTests
{
    [Fact] // section 10.2; what the relay needs of Conversations' offer
    public void Offer_of_Conversations_is_a_webrtc_description()
    {
        var sdp = Sample.Converted(Sample.Jingle("conversations-session-initiate"));
        var audio = Assert.Single(sdp.Media);

        Assert.Equal("UDP/TLS/RTP/SAVPF", audio.Protocol);
        Assert.Equal(9, audio.Port);
        Assert.Equal<string>(["111", "63", "9", "102", "0", "8", "13", "110", "126"], audio.Formats);
        Assert.Equal("0", audio.Value("mid"));
        Assert.Equal("BUNDLE 0", sdp.Value("group"));
        Assert.Equal("trickle", audio.Value("ice-options"));
        Assert.True(audio.Has("rtcp-mux"));
        Assert.True(audio.Has("sendrecv"));
        Assert.Equal("bhrE", audio.Value("ice-ufrag"));
        Assert.Equal("Vq9gSw0xyGhnRcPoB1tJtE5R", audio.Value("ice-pwd"));
        Assert.Equal("actpass", audio.Value("setup"));
        Assert.StartsWith("sha-256 4A:AD:B9", audio.Value("fingerprint"), StringComparison.Ordinal);
        Assert.Contains("111 opus/48000/2", audio.Values("rtpmap"));
        Assert.Equal("minptime=10; useinbandfec=1", audio.Fmtp("111"));
        Assert.Equal("111/111", audio.Fmtp("63"));
        Assert.Equal("0-15", audio.Fmtp("126"));
        Assert.Contains("111 transport-cc", audio.Values("rtcp-fb"));
        Assert.Contains("1 urn:ietf:params:rtp-hdrext:ssrc-audio-level", audio.Values("extmap"));
        Assert.True(audio.Has("extmap-allow-mixed"));
        Assert.Contains("3061223487 cname:qoM0ZcVi9KgFxZQr", audio.Values("ssrc"));
        Assert.Equal(SdpDirection.SendRecv, sdp.DirectionOf(audio)); // an address that nobody has is no hold
    }

    [Theory] // clients 7
    [InlineData("conversations-session-initiate")]
    [InlineData("conversations-video-session-initiate")]
    [InlineData("dino-session-initiate")]
    [InlineData("gajim-session-initiate")]
    [InlineData("libwebrtc-session-initiate")]
    [InlineData("monal-session-initiate")]
    [InlineData("movim-session-initiate")]
    public void Every_recorded_offer_has_usable_audio(string name)
    {
        var audio = Sample.Converted(Sample.Jingle(name), video: true).Media[0];

        Assert.Equal("audio", audio.Media);
        Assert.Contains(audio.Formats, format => CodecIdentity.Of(audio, format) is { Encoding: "opus" });
    }

    [Fact] // clients 7: SDES beside the fingerprint, components 1 and 2, link-local addresses
    public void Dinos_keys_second_component_and_link_local_address_are_not_passed_on()
    {
        var sdp = Sample.Converted(Sample.Jingle("dino-session-initiate"));
        var audio = sdp.Media[0];

        Assert.Equal("UDP/TLS/RTP/SAVPF", audio.Protocol);
        Assert.False(audio.Has("crypto"));
        Assert.Equal(
            [
                "1 1 udp 2130706431 192.0.2.21 50100 typ host generation 0",
                "1 1 udp 2130705407 2001:db8::15 50104 typ host generation 0",
            ],
            audio.Values("candidate"));
        Assert.Equal(("192.0.2.1", 9), (sdp.ConnectionOf(audio)!.Address, audio.Port));
        Assert.False(sdp.Has("group"));
    }

    [Fact] // no fingerprint, no keys, no feedback
    public void Client_without_dtls_offers_plain_rtp_over_ice()
    {
        var audio = Sample.Converted(Sample.Jingle("gajim-session-initiate")).Media[0];

        Assert.Equal("RTP/AVP", audio.Protocol);
        Assert.False(audio.Has("setup"));
        Assert.False(audio.Has("rtcp-mux"));
        Assert.Equal(2, audio.Values("candidate").Count()); // not muxed: both components count
    }

    [Fact]
    public void Client_without_dtls_is_refused_where_encryption_is_required()
    {
        var session = Sample.Jingle("gajim-session-initiate");
        var options = new DescriptionOptions { RequireSrtp = true };

        Assert.False(JingleToSdp.TryConvert(
            session, JingleCreator.Initiator, MediaTable.FromJingle(session), options, out _, out var fault));
        Assert.Equal(JingleReason.SecurityError, fault.Condition);
        Assert.Equal(JingleReasonInfo.CryptoRequired, fault.Application);
    }

    [Fact] // as above, where a relay knows no ICE without DTLS
    public void Client_without_dtls_is_refused_where_DTLS_is_required_and_others_are_not()
    {
        bool Converts(string client) => JingleToSdp.TryConvert(
            Sample.Jingle(client), JingleCreator.Initiator, MediaTable.FromJingle(Sample.Jingle(client)),
            new DescriptionOptions { RequireDtls = true }, out _, out _);

        Assert.False(Converts("gajim-session-initiate"));
        Assert.True(Converts("dino-session-initiate"));
    }

    [Fact]
    public void Keys_without_fingerprint_are_offered_as_sdes()
    {
        var content = Sample.Audio("a", new RtpPayloadType(0, "PCMU"));
        var audio = Sample.Converted(Sample.Initiate(content with
        {
            Description = content.Description! with
            {
                Encryption = new RtpEncryption(true, [new RtpCrypto(1, "AES_CM_128_HMAC_SHA1_80", "inline:key", "KDR=1")]),
                Feedback = new RtpFeedback([new RtpFeedbackMessage("nack")], 100),
            },
            Transport = content.Transport! with { Fingerprints = [] },
        })).Media[0];

        Assert.Equal("RTP/SAVPF", audio.Protocol);
        Assert.Equal("1 AES_CM_128_HMAC_SHA1_80 inline:key KDR=1", audio.Value("crypto"));
        Assert.Equal(["* nack", "* trr-int 100"], audio.Values("rtcp-fb"));
    }

    [Theory]
    [InlineData(JingleSenders.Both, JingleCreator.Initiator, "sendrecv")]
    [InlineData(null, JingleCreator.Responder, "sendrecv")]
    [InlineData(JingleSenders.Initiator, JingleCreator.Initiator, "sendonly")]
    [InlineData(JingleSenders.Initiator, JingleCreator.Responder, "recvonly")]
    [InlineData(JingleSenders.Responder, JingleCreator.Initiator, "recvonly")]
    [InlineData(JingleSenders.Responder, JingleCreator.Responder, "sendonly")]
    [InlineData(JingleSenders.None, JingleCreator.Responder, "inactive")]
    public void Senders_are_a_direction_seen_from_the_author(JingleSenders? senders, JingleCreator author, string direction)
    {
        var session = Sample.Initiate(Sample.Audio("a", new RtpPayloadType(0, "PCMU")) with { Senders = senders });

        Assert.True(JingleToSdp.TryConvert(
            session, author, MediaTable.FromJingle(session), new DescriptionOptions(), out var sdp, out _));
        Assert.True(sdp.Media[0].Has(direction));
        if (senders is { } known)
        {
            Assert.Equal(known, SendersDirection.ToSenders(sdp.StatedDirectionOf(sdp.Media[0]), author));
        }
    }

    [Fact] // R-24, against ERR-12
    public void Header_extension_for_the_initiator_is_sendonly_in_its_offer()
    {
        var content = Sample.Audio("a", new RtpPayloadType(0, "PCMU"));
        var audio = Sample.Converted(Sample.Initiate(content with
        {
            Description = content.Description! with { HeaderExtensions = [new RtpHeaderExtension(2, "urn:x", JingleSenders.Initiator)] },
        })).Media[0];

        Assert.Equal("2/sendonly urn:x", audio.Value("extmap"));
    }

    [Fact]
    public void Packet_times_are_the_first_ptime_and_the_least_maximum()
    {
        var audio = Sample.Converted(Sample.Initiate(Sample.Audio(
            "a",
            new RtpPayloadType(0, "PCMU") { MaxPtime = 60 },
            new RtpPayloadType(8, "PCMA") { Ptime = 30, MaxPtime = 40 },
            new RtpPayloadType(9, "G722") { Ptime = 20 }))).Media[0];

        Assert.Equal("30", audio.Value("ptime"));
        Assert.Equal("40", audio.Value("maxptime"));
    }

    [Fact] // R-21, XEP-0167 section 6: static types may lack a name
    public void Payload_that_cannot_be_said_in_sdp_is_left_out()
    {
        var audio = Sample.Converted(Sample.Initiate(Sample.Audio(
            "a",
            new RtpPayloadType(72, "opus", 48000, 2),
            new RtpPayloadType(96, null),
            new RtpPayloadType(97, "two words", 8000),
            new RtpPayloadType(98, "a/b", 8000),
            new RtpPayloadType(18, null),
            new RtpPayloadType(18, "G729")))).Media[0];

        Assert.Equal<string>(["18"], audio.Formats);
        Assert.Equal("18 G729/8000", Assert.Single(audio.Values("rtpmap")));
    }

    [Fact]
    public void Session_without_usable_audio_is_refused_with_the_fitting_reason()
    {
        var pcmu = new RtpPayloadType(0, "PCMU");
        var video = Sample.Audio("v", pcmu) with { Description = new RtpDescription("video") { Payloads = [pcmu] } };
        var file = new JingleContent(JingleCreator.Initiator, "f") { HasUnknownDescription = true, HasUnknownTransport = true };

        Assert.Equal(JingleReason.UnsupportedApplications, FaultOf(file));
        Assert.Equal(JingleReason.UnsupportedApplications, FaultOf(video));
        Assert.Equal(JingleReason.UnsupportedTransports, FaultOf(Sample.Audio("a", pcmu) with { Transport = null }));
        Assert.Equal(JingleReason.IncompatibleParameters, FaultOf(Sample.Audio("a")));
        Assert.Equal(JingleReason.IncompatibleParameters, FaultOf(Sample.Audio("a", new RtpPayloadType(80, "opus"))));
    }

    [Fact] // RFC 3264 section 6: the answer has the offer's m-lines in the offer's order
    public void Accept_follows_the_order_of_our_offer_and_refuses_what_it_leaves_out()
    {
        var table = new MediaTable(
        [
            new MediaLine("video", JingleCreator.Initiator, "v", "video"),
            new MediaLine("audio", JingleCreator.Initiator, "a", "audio"),
            new MediaLine("slides", JingleCreator.Initiator, "s", "video"),
        ]);

        Assert.True(JingleToSdp.TryConvert(
            Sample.Jingle("dino-session-accept"), JingleCreator.Responder, table, new DescriptionOptions(), out var sdp, out _));
        Assert.Equal(["v", "a", "s"], sdp.Media.Select(media => media.Value("mid")));
        Assert.Equal([9, 9, 0], sdp.Media.Select(media => media.Port));
        Assert.Equal("active", sdp.Media[1].Value("setup"));
        Assert.Equal(["q8Wc", "m1Nb"], sdp.Media.Take(2).Select(media => media.Value("ice-ufrag"))); // Dino: per content
    }

    [Fact] // an answer is active or passive whatever the client wrote
    public void Accept_with_actpass_is_taken_for_active()
    {
        var accept = Sample.Initiate(Sample.Audio("a", new RtpPayloadType(0, "PCMU"))) with { Action = JingleAction.SessionAccept };

        Assert.True(JingleToSdp.TryConvert(
            accept, JingleCreator.Responder, MediaTable.FromJingle(accept), new DescriptionOptions(), out var sdp, out _));
        Assert.Equal("active", sdp.Media[0].Value("setup"));
    }

    [Fact]
    public void End_of_candidates_is_passed_on()
    {
        var content = Sample.Audio("a", new RtpPayloadType(0, "PCMU"));
        var session = Sample.Initiate(content with { Transport = content.Transport! with { GatheringComplete = true } });

        Assert.True(Sample.Converted(session).Media[0].Has("end-of-candidates"));
    }

    private static JingleReason FaultOf(JingleContent content)
    {
        var session = Sample.Initiate(content);
        Assert.False(JingleToSdp.TryConvert(
            session, JingleCreator.Initiator, MediaTable.FromJingle(session), new DescriptionOptions(), out _, out var fault));
        return fault.Condition;
    }
}
