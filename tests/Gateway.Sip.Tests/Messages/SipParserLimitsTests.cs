using System.Net;
using System.Text;
using Gateway.Sip.Messages;

namespace Gateway.Sip.Tests.Messages;

public sealed class SipParserLimitsTests
{
    private static string Options(string headers, string body = "") =>
        "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1;rport\r\nFrom: <sip:c@d>;tag=1\r\nTo: <sip:a@b>\r\n"
        + "Call-ID: x\r\nCSeq: 1 OPTIONS\r\n" + headers + "\r\n" + body;

    private static SipParseResult Parsed(string text) => SipParser.Parse(Encoding.UTF8.GetBytes(text));

    private static string Lines(int count) => string.Concat(Enumerable.Repeat("X: y\r\n", count));

    [Fact]
    public void Largest_message_is_read_answered_and_given_its_source()
    {
        var head = Options("Via: " + string.Join(",", Enumerable.Repeat("SIP/2.0/UDP h", 2000)) + "\r\n" + Lines(200));
        var result = Parsed(head + new string('b', SipLimits.Message - head.Length));

        var request = Assert.IsType<SipRequest>(result.Message).WithSource(new IPEndPoint(IPAddress.IPv6Loopback, 65535));
        Assert.Equal("::1", request.TopVia.Received);
        Assert.True(SipParser.Parse(SipMessageBuilder.Response(request, 200, toTag: "t").BuildResponse().Raw).IsMessage);
    }

    [Fact]
    public void Larger_message_is_dropped()
    {
        Assert.Equal(513, Parsed(Options("") + new string('b', SipLimits.Message)).Fault?.Status);
        Assert.False(Parsed(Options("X: " + new string('y', SipLimits.HeaderSection) + "\r\n")).Fault?.CanRespond);
    }

    [Fact]
    public void Header_fields_are_counted()
    {
        Assert.True(Parsed(Options(Lines(SipLimits.HeaderFields - 5))).IsMessage);
        Assert.Equal("Too Many Header Fields", Parsed(Options(Lines(SipLimits.HeaderFields - 4))).Fault?.Phrase);
    }

    [Fact]
    public void Header_section_that_does_not_end_is_refused() =>
        Assert.Equal("Header Section Not Ended", Parsed(Options("")[..^2]).Fault?.Phrase);

    [Theory] // U-45
    [InlineData("X: a\0b\r\n")]
    [InlineData("X: a\nVia: b\r\n")]
    [InlineData("X: a\rb\r\n")]
    [InlineData("X\0: b\r\n")]
    public void Control_characters_in_a_header_are_answered_400(string header)
    {
        var fault = Parsed(Options(header)).Fault;

        Assert.Equal("Control Character in Header", fault?.Phrase);
        Assert.False(fault!.ToResponse("t").HasHeader("X"));
    }

    [Theory]
    [InlineData("Max-Forwards: 256\r\n")]
    [InlineData("Max-Forwards: -1\r\n")]
    [InlineData("Max-Forwards: 7x\r\n")]
    [InlineData("Expires: 4294967296\r\n")]
    [InlineData("Content-Length: 1\r\n")]
    [InlineData("Content-Length: +0\r\n")]
    [InlineData("No colon\r\n")]
    [InlineData("B@d: x\r\n")]
    [InlineData(": x\r\n")]
    [InlineData("f: <sip:e@f>\r\n")]
    public void Malformed_headers_are_answered_400(string header)
    {
        var fault = Parsed(Options(header)).Fault;

        Assert.Equal(400, fault?.Status);
        Assert.True(fault!.CanRespond);
    }

    [Theory] // RFC 5626 section 3.5.1
    [InlineData("")]
    [InlineData("\r\n")]
    [InlineData("\r\n\r\n")]
    public void Line_ends_alone_are_a_keep_alive(string text) => Assert.True(Parsed(text).Fault?.IsKeepAlive);

    [Theory]
    [InlineData("\0\0\0\0")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("ACK sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n\r\n")]
    [InlineData("OPTIONS sip:a@b SIP/2.0\r\nVia: nonsense\r\n\r\n")]
    [InlineData("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h\r\n\r\n")]
    public void What_cannot_be_answered_is_dropped(string text)
    {
        var fault = Parsed(text).Fault;

        Assert.False(fault!.CanRespond);
        Assert.False(fault.IsKeepAlive);
        Assert.Throws<InvalidOperationException>(() => fault.ToResponse("t"));
    }

    [Fact] // RFC 3261 section 7.3.1
    public void Headers_that_are_no_lists_are_not_split()
    {
        var request = Assert.IsType<SipRequest>(Parsed(Options(
            "Date: Sat, 13 Nov 2010\r\nk: a , b\r\nSupported: c\r\nX-List: a, b\r\nContact: \"x, y\" <sip:a,b@c>, <sip:d@e>\r\n")).Message);

        Assert.Equal(["Sat, 13 Nov 2010"], request.HeaderValues("date"));
        Assert.Equal(["a", "b", "c"], request.HeaderValues("Supported"));
        Assert.True(request.HasToken("supported", "B"));
        Assert.Equal(["a, b"], request.HeaderValues("x-list"));
        Assert.Equal(["\"x, y\" <sip:a,b@c>", "<sip:d@e>"], request.HeaderValues("m"));
    }
}
