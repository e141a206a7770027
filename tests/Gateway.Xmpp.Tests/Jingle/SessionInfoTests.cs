using System.Xml.Linq;
using Gateway.Xmpp.Jingle;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Tests.Jingle;

public sealed class SessionInfoTests
{
    public static TheoryData<string, JingleSessionInfo> Payloads => new()
    {
        { "", new JingleSessionInfo.Ping() },
        { "<ringing xmlns='urn:xmpp:jingle:apps:rtp:info:1'/>", new JingleSessionInfo.Ringing() },
        { "<active xmlns='urn:xmpp:jingle:apps:rtp:info:1'/>", new JingleSessionInfo.Active() },
        { "<hold xmlns='urn:xmpp:jingle:apps:rtp:info:1'/>", new JingleSessionInfo.Hold() },
        { "<unhold xmlns='urn:xmpp:jingle:apps:rtp:info:1'/>", new JingleSessionInfo.Unhold() },
        {
            "<mute xmlns='urn:xmpp:jingle:apps:rtp:info:1' creator='responder' name='audio'/>",
            new JingleSessionInfo.Mute("audio", JingleCreator.Responder)
        },
        { "<unmute xmlns='urn:xmpp:jingle:apps:rtp:info:1'/>", new JingleSessionInfo.Unmute(null, null) },
        {
            "<dtmf xmlns='urn:xmpp:jingle:dtmf:0' code='#' duration='400' volume='42'/>", new JingleSessionInfo.Dtmf('#', 400, 42)
        },
    };

    [Theory] // XEP-0167 section 8, XEP-0181 section 2
    [MemberData(nameof(Payloads))]
    public void Payload_is_read_and_written(string xml, JingleSessionInfo info)
    {
        var read = Reading.Of(Element(xml));
        Assert.Equal(info, read.Info);
        Assert.Equal(info, Reading.Of(JingleWriter.Write(read)).Info);
    }

    [Fact] // XEP-0166 section 10: the session answers unsupported-info
    public void Unknown_payload_is_named() =>
        Assert.Equal(
            new JingleSessionInfo.Unknown(XName.Get("transfer", "urn:xmpp:jingle:transfer:0")),
            Reading.Of(Element("<transfer xmlns='urn:xmpp:jingle:transfer:0' to='nurse@capulet.example'/>")).Info);

    [Theory] // XEP-0181 section 2
    [InlineData("<dtmf xmlns='urn:xmpp:jingle:dtmf:0' code='12'/>", StanzaErrorCondition.FeatureNotImplemented)]
    [InlineData("<dtmf xmlns='urn:xmpp:jingle:dtmf:0' code='E'/>", StanzaErrorCondition.FeatureNotImplemented)]
    [InlineData("<dtmf xmlns='urn:xmpp:jingle:dtmf:0'/>", StanzaErrorCondition.BadRequest)]
    public void Unknown_digit_is_refused(string xml, StanzaErrorCondition condition) =>
        Assert.Equal(condition, Reading.Fault(Element(xml)).Condition);

    [Fact] // XEP-0181 section 2: 100 ms; lower-case letters are meant kindly
    public void Digit_without_duration_lasts_its_default() =>
        Assert.Equal(
            new JingleSessionInfo.Dtmf('D', 100), Reading.Of(Element("<dtmf xmlns='urn:xmpp:jingle:dtmf:0' code='d'/>")).Info);

    [Fact] // R-40: digits are secrets
    public void Digit_is_not_printed() =>
        Assert.DoesNotContain("#", new JingleSessionInfo.Dtmf('#').ToString(), StringComparison.Ordinal);

    [Fact]
    public void Dinos_mute_names_its_content() =>
        Assert.Equal(new JingleSessionInfo.Mute("audio", JingleCreator.Initiator), Reading.Corpus("dino-mute").Info);

    private static XElement Element(string payload) =>
        XElement.Parse($"<jingle xmlns='urn:xmpp:jingle:1' action='session-info' sid='s'>{payload}</jingle>");
}
