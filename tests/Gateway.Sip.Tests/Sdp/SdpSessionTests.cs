using Gateway.Sip.Sdp;

namespace Gateway.Sip.Tests.Sdp;

public sealed class SdpSessionTests
{
    private const string Full =
        "v=0\r\no=jdoe 3724394400 3724394405 IN IP4 198.51.100.1\r\ns=Call to John Smith\r\ni=SDP Offer #1\r\n"
        + "u=http://www.jdoe.example.com/home.html\r\ne=Jane Doe <jane@jdoe.example.com>\r\np=+1 617 555-6011\r\n"
        + "c=IN IP4 198.51.100.1\r\nb=CT:128\r\nt=0 0\r\nr=7d 1h 0 25h\r\nk=prompt\r\nY=kept\r\na=group:BUNDLE 0 1\r\na=ice-lite\r\n"
        + "m=audio 49170/2 RTP/AVP 0 96\r\ni=voice\r\nc=IN IP6 2001:db8::2\r\nb=AS:64\r\nQ=x\r\na=rtpmap:96 opus/48000/2\r\n"
        + "a=fmtp:96 useinbandfec=1;stereo=0\r\na=sendonly\r\na=mid:0\r\n"
        + "m=video 0 UDP/TLS/RTP/SAVPF 99\r\n";

    private static SdpSession Parsed(string text) => SdpSession.TryParse(text, out var session, out var fault)
        ? session
        : throw new Xunit.Sdk.XunitException(fault);

    private static SdpSession WithAudio(string session, string media) =>
        Parsed($"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n{session}t=0 0\r\nm=audio 4000 RTP/AVP 0\r\n{media}");

    [Fact] // RFC 8866 section 5
    public void Description_is_written_as_it_was_read_unknown_lines_in_their_place() =>
        Assert.Equal(Full, Parsed(Full).ToString());

    [Fact] // RFC 8866 section 9
    public void Bare_line_feeds_and_a_missing_last_line_end_are_read() =>
        Assert.Equal(Full, Parsed(Full.Replace("\r\n", "\n").TrimEnd()).ToString());

    [Fact]
    public void Parts_are_read()
    {
        var session = Parsed(Full);
        var audio = session.Media[0];

        Assert.Equal(new SdpOrigin("jdoe", "3724394400", 3724394405, "IN", "IP4", "198.51.100.1"), session.Origin);
        Assert.Equal("BUNDLE 0 1", session.Value("group"));
        Assert.True(session.Has("ice-lite"));
        Assert.Equal(2, audio.PortCount);
        Assert.Equal("2001:db8::2", session.ConnectionOf(audio)?.Address);
        Assert.Equal("198.51.100.1", session.ConnectionOf(session.Media[1])?.Address);
        Assert.True(audio.TryRtpMap("96", out var opus));
        Assert.Equal(new SdpRtpMap(96, "opus", 48000, 2), opus);
        Assert.True(audio.TryRtpMap("0", out var pcmu));
        Assert.Equal("PCMU", pcmu.Encoding);
        Assert.False(audio.TryRtpMap("97", out _));
        Assert.Equal("useinbandfec=1;stereo=0", audio.Fmtp("96"));
        Assert.Equal(SdpDirection.SendOnly, audio.StatedDirection);
        Assert.True(session.Media[1].IsRefused);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\r\n\r\n")]
    [InlineData("v=1\r\no=- 1 1 IN IP4 h\r\n")]
    [InlineData("v=0\r\ns=-\r\nt=0 0\r\n")]
    [InlineData("v=0\r\no=- 1 99999999999999999999999 IN IP4 h\r\n")]
    [InlineData("v=0\r\no=- x 1 IN IP4 h\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 h\r\nm=audio 65536 RTP/AVP 0\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 h\r\nm=audio -1 RTP/AVP 0\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 h\r\nm=audio 1/0 RTP/AVP 0\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 h\r\nnonsense\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 h\r\nc=IN IP4\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 h\r\nb=AS:lots\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 h\r\na=:x\r\n")]
    public void Malformed_description_is_refused(string text) => Assert.False(SdpSession.TryParse(text, out _, out _));

    [Theory]
    [InlineData("m=audio 4000 RTP/AVP 0\r\n", 33)]
    [InlineData("a=x\r\n", 513)]
    [InlineData("i=x\r\n", 2048)]
    public void Description_beyond_the_limits_is_refused(string line, int times)
    {
        const string Head = "v=0\r\no=- 1 1 IN IP4 h\r\n";

        Assert.False(SdpSession.TryParse(Head + string.Concat(Enumerable.Repeat(line, times)), out _, out _));
        Assert.True(SdpSession.TryParse(Head + string.Concat(Enumerable.Repeat(line, times - 3)), out _, out _));
    }

    [Theory] // RFC 3264 section 8.4, R-10, R-12
    [InlineData("c=IN IP4 192.0.2.1\r\n", "", SdpDirection.SendRecv, false)]
    [InlineData("c=IN IP4 192.0.2.1\r\n", "a=sendonly\r\n", SdpDirection.SendOnly, true)]
    [InlineData("c=IN IP4 192.0.2.1\r\n", "a=sendonly \r\n", SdpDirection.SendOnly, true)]
    [InlineData("c=IN IP4 192.0.2.1\r\na=inactive\r\n", "", SdpDirection.Inactive, true)]
    [InlineData("c=IN IP4 192.0.2.1\r\na=inactive\r\n", "a=sendrecv\r\n", SdpDirection.SendRecv, false)]
    [InlineData("c=IN IP4 0.0.0.0\r\n", "", SdpDirection.SendOnly, true)]
    [InlineData("", "c=IN IP4 0.0.0.0\r\na=recvonly\r\n", SdpDirection.Inactive, true)]
    [InlineData("c=IN IP4 0.0.0.0\r\n", "c=IN IP4 192.0.2.1\r\n", SdpDirection.SendRecv, false)]
    [InlineData("c=IN IP4 192.0.2.1\r\n", "a=recvonly\r\n", SdpDirection.RecvOnly, false)]
    public void Hold_is_seen_in_direction_and_address(string session, string media, SdpDirection direction, bool isHold)
    {
        var sdp = WithAudio(session, media);

        Assert.Equal(direction, sdp.DirectionOf(sdp.Media[0]));
        Assert.Equal(isHold, sdp.IsHold);
    }

    [Fact] // RFC 8839 section 4.2.5, R-12
    public void Placeholder_address_of_ice_is_no_hold()
    {
        var sdp = WithAudio("c=IN IP4 0.0.0.0\r\n", "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n");
        sdp = sdp.WithMedia(0, sdp.Media[0] with { Port = 9 });

        Assert.Equal(SdpDirection.SendRecv, sdp.DirectionOf(sdp.Media[0]));
        Assert.False(sdp.IsHold);
    }

    [Fact]
    public void Copies_change_what_they_say_and_nothing_else()
    {
        var sdp = Parsed(Full).WithDirection(SdpDirection.Inactive).WithVersion(7);

        Assert.Equal(
            Full.Replace("3724394405", "7").Replace("a=sendonly\r\na=mid:0\r\n", "a=mid:0\r\na=inactive\r\n"), sdp.ToString());
        Assert.Equal("m=audio 0 RTP/AVP 0 96\r\ni=voice\r\n", sdp.Media[0].Refused().ToString());
        Assert.Equal(["1", "2"], sdp.Media[0].AddAttribute("x", "1").AddAttribute("x", "2").Values("x"));
        Assert.Equal(["3"], sdp.Media[0].AddAttribute("x", "1").AddAttribute("x", "2").WithAttribute("x", "3").Values("x"));
    }

    [Fact]
    public void Line_ends_in_a_value_begin_no_line()
    {
        var sdp = Parsed(Full) with { SessionName = "x\r\na=evil", Attributes = [new("tool", "a\nb=AS:1")] };

        Assert.Equal("xa=evil", Parsed(sdp.ToString()).SessionName);
        Assert.Equal("ab=AS:1", Parsed(sdp.ToString()).Value("tool"));
    }
}
