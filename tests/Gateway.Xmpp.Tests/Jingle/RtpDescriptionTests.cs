using Gateway.Xmpp.Jingle;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Tests.Jingle;

public sealed class RtpDescriptionTests
{
    [Fact] // XEP-0167 section 4; prefixed elements are the same elements
    public void Browsers_description_with_prefixed_elements_is_read_whole()
    {
        var description = Reading.Corpus("libwebrtc-session-initiate").Contents[0].Description!;

        Assert.Equal([111, 63, 9, 0, 8, 13, 110, 126], description.Payloads.Select(payload => payload.Id));
        Assert.True(description.RtcpMux);
        Assert.Equal<RtpParameter>(
            [new("minptime", "10"), new("useinbandfec", "1")], description.Payloads[0].Parameters);
        Assert.Equal<RtpFeedbackMessage>([new("transport-cc")], description.Payloads[0].Feedback.Messages);
        Assert.Equal([1, 4], description.HeaderExtensions.Select(extension => extension.Id));
    }

    [Fact] // clients 7: red's parameter has no value in libwebrtc's Jingle, and no name in Conversations'
    public void Parameter_without_name_or_without_value_is_kept_as_it_came()
    {
        Assert.Equal<RtpParameter>(
            [new("111/111", null)], Reading.Corpus("libwebrtc-session-initiate").Contents[0].Description!.Payloads[1].Parameters);
        Assert.Equal<RtpParameter>(
            [new("", "111/111")], Reading.Corpus("conversations-session-initiate").Contents[0].Description!.Payloads[1].Parameters);
    }

    [Fact] // XEP-0167 section 7
    public void Crypto_is_kept_and_its_key_not_printed()
    {
        var encryption = Reading.Corpus("dino-session-initiate").Contents[0].Description!.Encryption!;

        Assert.False(encryption.Required);
        Assert.Equal([1, 2], encryption.Cryptos.Select(crypto => crypto.Tag));
        Assert.StartsWith("inline:", encryption.Cryptos[0].KeyParams, StringComparison.Ordinal);
        Assert.DoesNotContain("inline", encryption.Cryptos[0].ToString(), StringComparison.Ordinal);
    }

    [Fact] // XEP-0339
    public void Sources_and_their_groups_are_read()
    {
        var video = Reading.Corpus("conversations-video-session-initiate").Contents[1].Description!;

        Assert.Equal<uint>([2301230316, 386328120], Assert.Single(video.SourceGroups).Sources);
        Assert.Equal<RtpParameter>([new("cname", "qoM0ZcVi9KgFxZQr")], Assert.Single(video.Sources).Parameters);
    }

    [Fact] // XEP-0293, XEP-0167 section 4
    public void Feedback_interval_bandwidth_and_packet_times_are_read()
    {
        var description = Reading.Description(
            """
            <payload-type id='0' ptime='20' maxptime='60'/>
            <rtcp-fb xmlns='urn:xmpp:jingle:apps:rtp:rtcp-fb:0' type='nack' subtype='pli'/>
            <rtcp-fb-trr-int xmlns='urn:xmpp:jingle:apps:rtp:rtcp-fb:0' value='100'/>
            <bandwidth type='AS'>128</bandwidth><bandwidth type='TIAS'>many</bandwidth>
            """);

        Assert.Equal(100, description.Feedback.TrrInterval);
        Assert.Equal<RtpFeedbackMessage>([new("nack", "pli")], description.Feedback.Messages);
        Assert.Equal<RtpBandwidth>([new("AS", 128)], description.Bandwidths);
        Assert.True(description.Payloads[0] is { Name: null, ClockRate: null, Channels: 1, Ptime: 20, MaxPtime: 60 });
    }

    [Theory]
    [InlineData("senders='initiator'", JingleSenders.Initiator)]
    [InlineData("senders='responder'", JingleSenders.Responder)]
    [InlineData("senders='whoever'", JingleSenders.Both)]
    [InlineData("", JingleSenders.Both)]
    public void Header_extension_of_odd_direction_is_for_both(string attribute, JingleSenders senders) =>
        Assert.Equal(
            senders,
            Reading.Description($"<rtp-hdrext xmlns='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0' id='3' uri='u' {attribute}/>")
                .HeaderExtensions[0].Senders);

    [Theory] // RTP payload types are 0 to 127 (RFC 3550)
    [InlineData("<payload-type name='opus'/>")]
    [InlineData("<payload-type id='128' name='opus'/>")]
    [InlineData("<payload-type id='-1' name='opus'/>")]
    [InlineData("<payload-type id='x' name='opus'/>")]
    [InlineData("<payload-type id='96' name='op&#10;us'/>")]
    [InlineData("<payload-type id='96' name='x'><parameter name='a' value='1&#13;&#10;a=evil'/></payload-type>")]
    public void Payload_without_a_valid_number_or_with_line_breaks_is_a_bad_request(string payload) =>
        Assert.Equal(StanzaErrorCondition.BadRequest, Reading.Fault(Reading.Initiate(payload)).Condition);
}
