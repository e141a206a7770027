using Gateway.Mapping.Calls;
using Gateway.Mapping.Errors;
using Gateway.Sip.Sdp;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Tests.Calls;

public sealed class CallWarningsTests
{
    [Theory] // MAPPING 11.1, RFC 3261 section 20.43
    [InlineData(JingleReason.SecurityError, 399)]
    [InlineData(JingleReason.IncompatibleParameters, 305)]
    [InlineData(JingleReason.FailedApplication, 305)]
    [InlineData(JingleReason.MediaError, 305)]
    [InlineData(JingleReason.UnsupportedApplications, 304)]
    [InlineData(JingleReason.UnsupportedTransports, 302)]
    public void Refusal_for_its_media_says_which(JingleReason reason, int code) => Assert.Equal(code, CallWarnings.Of(reason)!.Code);

    [Fact]
    public void Every_488_for_a_reason_has_a_warning_and_nothing_else_has() => Assert.All(
        Enum.GetValues<JingleReason>(), reason => Assert.Equal(CallReasons.StatusFor(reason) == 488, CallWarnings.Of(reason) is not null));

    [Theory]
    [InlineData("m=audio 4000 RTP/AVP 97\r\na=rtpmap:97 X-NOBODYS/8000\r\n", 305)]
    [InlineData("m=image 4000 udptl t38\r\n", 304)]
    [InlineData("m=audio 0 RTP/AVP 0\r\n", 304)]
    [InlineData("", 304)]
    public void Offer_that_nothing_can_be_carried_of_lacks_audio_or_a_format(string media, int code)
    {
        var text = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n" + media;
        Assert.Equal(code, CallWarnings.Of(text).Code);
        Assert.True(SdpSession.TryParse(text, out var offer, out _));
        Assert.Equal(code, CallWarnings.Of(offer).Code);
    }
}
