using FsCheck;
using FsCheck.Fluent;
using Gateway.Media.Embedded.Descriptions;
using Gateway.Media.Rtp;

namespace Gateway.Media.Tests.Embedded.Descriptions;

public sealed class SessionTextTests
{
    private const string Head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";

    [Fact] // RFC 8866
    public void What_a_medium_says_wins_over_what_the_session_says()
    {
        var read = Read(Head + "a=sendonly\r\na=setup:passive\r\nm=audio 4000 RTP/AVP 0\r\nm=video 4002 RTP/AVP 96\r\n"
            + "c=IN IP6 2001:db8::1\r\na=rtpmap:96 VP8/90000\r\na=recvonly\r\na=setup:active\r\n");

        Assert.Equal(
            [("192.0.2.1", MediaDirection.Sends, SetupRole.Passive), ("2001:db8::1", MediaDirection.Receives, SetupRole.Active)],
            read.Media.Select(medium => (medium.Address, medium.Direction, medium.Setup)));
    }

    [Fact] // RFC 3551 section 6
    public void Static_payload_types_need_no_rtpmap_and_an_rtpmap_wins()
    {
        var read = Read(Head + "m=audio 4000 RTP/AVP 9 0 97 111\r\na=rtpmap:0 telephone-event/8000\r\na=rtpmap:111 opus/48000/2\r\n");

        Assert.Equal<PayloadFormat>(
            [new(9, "G722", 8000), new(0, "telephone-event", 8000), new(111, "opus", 48000, 2)], read.Media[0].Payloads);
    }

    [Theory] // RFC 8866 sections 6.4, 6.5
    [InlineData("a=ptime:40\r\n", 40)]
    [InlineData("a=maxptime:10\r\n", 10)]
    [InlineData("a=ptime:40\r\na=maxptime:30\r\n", 30)]
    [InlineData("a=maxptime:120\r\n", 20)]
    public void Packets_are_as_long_as_wanted_and_no_longer_than_allowed(string lines, int time) =>
        Assert.Equal(time, Read(Head + "m=audio 4000 RTP/AVP 0\r\n" + lines).Media[0].PacketTime);

    [Theory]
    [InlineData("m=audio 70000 RTP/AVP 0")]
    [InlineData("m=audio -1 RTP/AVP 0")]
    [InlineData("m=audio 4000 RTP/AVP")]
    [InlineData("nonsense")]
    public void Line_that_cannot_be_read_is_refused(string line) =>
        Assert.False(SessionText.TryRead(Head + line + "\r\n", out _, out _));

    [Theory] // hostile descriptions: refused before anything is kept of them
    [InlineData("a=candidate:1 1 udp 1 192.0.2.1 4000 typ host\r\n", SessionText.MostCandidates)]
    [InlineData("m=audio 4000 RTP/AVP 0\r\n", SessionText.MostMedia)]
    [InlineData("a=x\r\n", SessionText.MostLines)]
    [InlineData("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n", 32)]
    [InlineData("a=fingerprint:sha-256 00\r\n", 16)]
    public void Thousands_of_what_comes_in_tens_are_refused(string line, int most)
    {
        Assert.False(SessionText.TryRead(
            Head + "m=audio 4000 RTP/AVP 0\r\n" + string.Concat(Enumerable.Repeat(line, most + 1)), out _, out var fault));
        Assert.DoesNotContain("192.0.2.1", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Endless_formats_are_refused() => Assert.False(SessionText.TryRead(
        Head + "m=audio 4000 RTP/AVP " + string.Join(' ', Enumerable.Range(0, 4000)) + "\r\n", out _, out _));

    [Fact]
    public void No_text_throws()
    {
        var line = Gen.Elements(
            "v=0", "m=audio 9 RTP/AVP 0 96", "m=", "a=rtpmap:96 ", "a=rtpmap:96 x/y", "a=fmtp:", "a=fmtp:96 ", "c=IN", "c=", "a=candidate:", "a=",
            "a=rtcp:", "a=rtcp:99999999", "a=mid", "a=setup:", "a=crypto", "o=", "=", "a=ptime:-5", "a=rtcp-fb:* ", "a=group:BUNDLE ", "", "\0");
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(
            line.ListOf().Select(lines => string.Join("\r\n", lines)).ToArbitrary(),
            text => SessionText.TryRead(text, out var read, out var fault) == (read is not null && fault is null)));
    }

    private static SessionText Read(string text)
    {
        Assert.True(SessionText.TryRead(text, out var read, out var fault), fault);
        return read;
    }
}
