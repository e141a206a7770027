using Gateway.Mapping.Descriptions;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Tests.Descriptions;

public sealed class SdpToJingleTests
{
    private const string Us = "romeo%montague.example@sip.capulet.example/sip";

    [Fact] // clients 4, rules 4 to 7
    public void Offer_of_the_relay_is_a_session_initiate_that_strict_clients_take()
    {
        var relay = Sample.Relay("active"); // whatever the relay says: an offer is actpass
        var jingle = SdpToJingle.Initiate(relay, MediaTable.FromSdp(relay), "sid", Us);

        Assert.Equal(JingleAction.SessionInitiate, jingle.Action);
        Assert.Equal(Us, jingle.Initiator);
        var content = Assert.Single(jingle.Contents);
        Assert.True(content is { Creator: JingleCreator.Initiator, Name: "0", Senders: JingleSenders.Both });
        Assert.True(content.Description!.RtcpMux);
        Assert.Equal([111, 0, 126], content.Description.Payloads.Select(payload => payload.Id));
        Assert.All(content.Description.Payloads, payload => Assert.Equal(20, payload.Ptime)); // R-23
        Assert.Equal<RtpParameter>([new("events", "0-15")], content.Description.Payloads[2].Parameters);
        Assert.True(Assert.Single(content.Transport!.Fingerprints) is { Hash: "sha-256", Setup: DtlsSetup.ActPass });
        Assert.StartsWith("0A:0B:B9", content.Transport.Fingerprints[0].Value, StringComparison.Ordinal);
        Assert.Equal<string>(["0"], Assert.Single(jingle.Groups).Names);
        Assert.Equal(["198.51.100.7", "203.0.113.1"], content.Transport.Candidates.Select(candidate => candidate.Address));
        Assert.True(content.Transport.Candidates[1] is
        {
            Type: IceCandidateType.ServerReflexive,
            RelatedAddress: "198.51.100.7",
            RelatedPort: 30000,
            Generation: 2,
        });
    }

    [Fact] // R-26; libwebrtc with max-bundle refuses an offer without a group, and rtpengine 10.5 writes none
    public void One_stream_is_a_bundle_of_its_own()
    {
        var relay = Sample.Relay("actpass");
        relay = relay with { Attributes = relay.Attributes.RemoveAll(attribute => attribute.Name == "group") };

        var jingle = SdpToJingle.Initiate(relay, MediaTable.FromSdp(relay), "sid", Us);

        Assert.Equal<string>(["0"], Assert.Single(jingle.Groups).Names);
    }

    [Fact] // R-30, clients 4 rule 4
    public void Accept_is_active_and_answers_under_the_clients_names()
    {
        var accept = Accept(Sample.Jingle("conversations-session-initiate"), "actpass");
        var content = Assert.Single(accept.Contents);

        Assert.Equal(JingleAction.SessionAccept, accept.Action);
        Assert.Equal("yN6vVwEvLGxKZmlQ1sdN9w", accept.Sid);
        Assert.Equal(Us, accept.Responder);
        Assert.Equal("0", content.Name);
        Assert.Equal(DtlsSetup.Active, content.Transport!.Fingerprints[0].Setup);
        Assert.Equal<string>(["0"], Assert.Single(accept.Groups).Names);
        Assert.Equal(
            DtlsSetup.Passive,
            Accept(Sample.Jingle("conversations-session-initiate"), "passive").Contents[0].Transport!.Fingerprints[0].Setup);
    }

    [Theory] // clients 4, rule 3: media sets must match exactly; libwebrtc hears audio beside it only in these two cases
    [InlineData("a=ssrc:77 cname:x", JingleSenders.None)]
    [InlineData("", JingleSenders.Responder)]
    public void Video_that_never_reached_the_phone_is_accepted_and_not_sent(string source, JingleSenders senders)
    {
        var offer = Sample.Jingle("conversations-video-session-initiate");
        var relay = Sample.Sdp($"{Sample.Relay("active")}{source}{(source.Length > 0 ? "\r\n" : "")}");
        Assert.True(SdpToJingle.TryAccept(relay, offer, MediaTable.FromJingle(offer), Us, out var accept, out _));

        Assert.Equal(["0", "1"], accept.Contents.Select(content => content.Name));
        var (audio, video) = (accept.Contents[0], accept.Contents[1]);
        Assert.Equal(JingleSenders.Both, audio.Senders);
        Assert.Equal(senders, video.Senders);
        Assert.Equal("video", video.Description!.Media);
        Assert.True(video.Description.RtcpMux);
        Assert.Equal([96], video.Description.Payloads.Select(payload => payload.Id));
        Assert.Equal(audio.Transport, video.Transport);
        Assert.Equal<string>(["0", "1"], Assert.Single(accept.Groups).Names);
    }

    [Fact] // clients 4, rule 3; Dino bundles nothing
    public void Video_that_the_phone_refused_is_accepted_and_sent_by_nobody()
    {
        var offer = Sample.Jingle("conversations-video-session-initiate") with { Groups = [] };
        var relay = Sample.Relay("active");
        var refused = relay with
        {
            Media = relay.Media.Add(relay.Media[0] with { Media = "video", Port = 0, Formats = ["96"], Attributes = [new("mid", "1")] }),
        };

        Assert.True(SdpToJingle.TryAccept(refused, offer, MediaTable.FromJingle(offer, video: true), Us, out var accept, out _));
        Assert.Equal(JingleSenders.None, accept.Contents[1].Senders);
        Assert.Empty(accept.Groups);
    }

    [Fact] // clients 3: Dino as offerer takes the first payload of the accept
    public void Codec_comes_before_events_in_an_accept()
    {
        var relay = Sample.Relay("active");
        var odd = relay.WithMedia(0, relay.Media[0] with { Formats = ["126", "111", "0"] });
        var offer = Sample.Jingle("conversations-session-initiate");

        Assert.True(SdpToJingle.TryAccept(odd, offer, MediaTable.FromJingle(offer), Us, out var accept, out _));
        Assert.Equal([111, 0, 126], accept.Contents[0].Description!.Payloads.Select(payload => payload.Id));
    }

    [Fact] // R-25, XEP-0293 section 4, XEP-0294 section 4
    public void Accept_says_nothing_that_was_not_offered()
    {
        var relay = Sample.Relay("active");
        var more = relay.WithMedia(0, relay.Media[0]
            .AddAttribute("rtcp-fb", "111 transport-cc").AddAttribute("rtcp-fb", "111 nack").AddAttribute("rtcp-fb", "* ccm fir")
            .AddAttribute("extmap", "1 urn:ietf:params:rtp-hdrext:ssrc-audio-level").AddAttribute("extmap", "9 urn:unoffered")
            with
            { Formats = ["111", "0", "126", "18"] });
        var offer = Sample.Jingle("conversations-session-initiate");

        Assert.True(SdpToJingle.TryAccept(more, offer, MediaTable.FromJingle(offer), Us, out var accept, out _));
        var description = accept.Contents[0].Description!;
        Assert.Equal([111, 0, 126], description.Payloads.Select(payload => payload.Id));
        Assert.Equal(["transport-cc"], description.Payloads[0].Feedback.Messages.Select(message => message.Type));
        Assert.Empty(description.Feedback.Messages);
        Assert.Equal([1], description.HeaderExtensions.Select(extension => extension.Id));
    }

    [Fact]
    public void Answer_without_a_common_codec_is_no_accept()
    {
        var relay = Sample.Relay("active");
        var offer = Sample.Jingle("conversations-session-initiate");
        var table = MediaTable.FromJingle(offer);

        Assert.False(SdpToJingle.TryAccept(
            relay.WithMedia(0, relay.Media[0] with { Formats = ["126"] }), offer, table, Us, out _, out var events));
        Assert.Equal(JingleReason.IncompatibleParameters, events.Condition);
        Assert.False(SdpToJingle.TryAccept(
            relay.WithMedia(0, relay.Media[0] with { Port = 0 }), offer, table, Us, out _, out var refused));
        Assert.Equal(JingleReason.IncompatibleParameters, refused.Condition);
    }

    [Fact] // clients 4 rule 15: a call that begins on hold must be able to widen later
    public void Audio_begins_as_both_even_when_the_phone_holds()
    {
        var relay = Sample.Relay("active");
        var offer = Sample.Jingle("conversations-session-initiate");
        var held = relay.WithMedia(0, relay.Media[0].WithDirection(Gateway.Sip.Sdp.SdpDirection.SendOnly));

        Assert.True(SdpToJingle.TryAccept(held, offer, MediaTable.FromJingle(offer), Us, out var accept, out _));
        Assert.Equal(JingleSenders.Both, accept.Contents[0].Senders);
    }

    [Fact] // clients 4, rule 4: no fingerprint in transport-info
    public void Transport_info_holds_credentials_and_candidates_alone()
    {
        var relay = Sample.Relay("active");
        var info = SdpToJingle.TransportInfo(relay, MediaTable.FromSdp(relay), "sid")!;
        var transport = Assert.Single(info.Contents).Transport!;

        Assert.Equal(JingleAction.TransportInfo, info.Action);
        Assert.Null(info.Contents[0].Description);
        Assert.Equal("GwUf", transport.Ufrag);
        Assert.Equal(2, transport.Candidates.Length);
        Assert.Empty(transport.Fingerprints);
    }

    [Fact] // R-24, R-25
    public void Session_level_credentials_and_odd_lines_are_understood()
    {
        var sdp = Sample.Sdp(
            """
            v=0
            o=- 8 1 IN IP4 198.51.100.7
            s=-
            t=0 0
            a=ice-ufrag:abcd
            a=ice-pwd:efgh
            a=fingerprint:sha-256 AA:BB
            a=setup:actpass
            a=extmap-allow-mixed
            m=audio 9 UDP/TLS/RTP/SAVPF 0 77 99 x
            c=IN IP4 0.0.0.0
            a=extmap:3/recvonly urn:x a=b c
            a=extmap:x urn:y
            a=rtcp-fb:0 nack pli
            a=rtcp-fb:* trr-int 100
            a=rtcp-fb:0
            a=ssrc-group:FID 1 2 z
            a=ssrc:1 cname:x
            a=ssrc:1 flag
            a=ssrc:z cname:y
            a=candidate:1 1 UDP
            a=candidate:1 1 UDP 1 example.org 9 typ host
            b=AS:64
            """);

        var content = Assert.Single(SdpToJingle.Initiate(sdp, MediaTable.FromSdp(sdp), "s", Us).Contents);
        var description = content.Description!;

        Assert.Equal("abcd", content.Transport!.Ufrag);
        Assert.Empty(content.Transport.Candidates);
        Assert.Equal([0], description.Payloads.Select(payload => payload.Id));
        Assert.True(description.ExtmapAllowMixed);
        Assert.Equal(JingleSenders.Responder, Assert.Single(description.HeaderExtensions).Senders);
        Assert.Equal(100, description.Feedback.TrrInterval);
        Assert.True(Assert.Single(description.Payloads[0].Feedback.Messages) is { Type: "nack", Subtype: "pli" });
        Assert.Equal<uint>([1, 2], Assert.Single(description.SourceGroups).Sources);
        Assert.Equal<RtpParameter>([new("cname", "x"), new("flag", null)], Assert.Single(description.Sources).Parameters);
        Assert.Equal<RtpBandwidth>([new("AS", 64)], description.Bandwidths);
    }

    private static JingleElement Accept(JingleElement offer, string setup)
    {
        Assert.True(SdpToJingle.TryAccept(
            Sample.Relay(setup), offer, MediaTable.FromJingle(offer), Us, out var accept, out var fault), fault?.Text);
        return accept;
    }
}
