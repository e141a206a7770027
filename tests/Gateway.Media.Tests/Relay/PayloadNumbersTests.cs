using Gateway.Media.Relay;

namespace Gateway.Media.Tests.Relay;

public sealed class PayloadNumbersTests
{
    private const string Answer = "v=0\r\nm=audio 4000 RTP/AVP 0 111 126\r\na=rtpmap:0 PCMU/8000\r\n"
        + "a=rtpmap:111 opus/48000/2\r\na=rtpmap:126 telephone-event/8000\r\n";

    [Theory]
    [InlineData("a=rtpmap:111 opus/48000/2\r\na=rtpmap:126 telephone-event/8000\r\n", true)]
    [InlineData("a=rtpmap:111 OPUS/48000/2\r\n", true)]
    [InlineData("a=rtpmap:96 opus/48000/2\r\na=rtpmap:126 telephone-event/8000\r\n", false)]
    [InlineData("a=rtpmap:111 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\n", false)]
    [InlineData("a=rtpmap:111 opus/48000/2\r\na=rtpmap:110 telephone-event/48000\r\n", true)] // another codec altogether
    [InlineData("", true)]
    public void Stored_answer_fits_an_offer_that_numbers_its_codecs_alike(string rtpmaps, bool fits) =>
        Assert.Equal(fits, PayloadNumbers.Agree($"v=0\r\nm=audio 9 RTP/AVP 0\r\n{rtpmaps}", Answer));
}
