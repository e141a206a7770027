using System.Text;
using Gateway.Sip.Messages;

namespace Gateway.Sip.Tests.Messages;

public sealed class SipRequestChecksTests
{
    private const string Sdp = "v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nt=0 0\r\n";

    private static SipVerdict Check(string method, string headers = "", string body = "", string to = "<sip:a@b>", string uri = "sip:a@b") =>
        SipRequestChecks.Check(Request(method, headers, body, to, uri), new SipUasPolicy());

    private static SipRequest Request(string method, string headers, string body, string to = "<sip:a@b>", string uri = "sip:a@b") =>
        Assert.IsType<SipRequest>(SipParser.Parse(Encoding.UTF8.GetBytes(
            $"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:c@d>;tag=1\r\nTo: {to}\r\n"
            + $"Call-ID: x\r\nCSeq: 1 {method}\r\n{headers}\r\n{body}")).Message);

    private static int Status(SipVerdict verdict) => verdict switch
    {
        SipVerdict.Respond respond => respond.Status,
        SipVerdict.Drop => -1,
        _ => 0,
    };

    [Theory] // RFC 3261 section 8.2
    [InlineData("INVITE", "Max-Forwards: 0\r\n", 483)] // U-40
    [InlineData("OPTIONS", "Max-Forwards: 0\r\n", 0)]
    [InlineData("INVITE", "Require: 100rel, Timer\r\n", 0)]
    [InlineData("INVITE", "Require: precondition\r\n", 420)] // U-19
    [InlineData("BYE", "Require: x\r\n", 420)]
    [InlineData("CANCEL", "Require: x\r\n", 0)] // U-21
    [InlineData("ACK", "Require: x\r\n", 0)]
    [InlineData("PUBLISH", "", 405)]
    [InlineData("BREW", "", 501)]
    [InlineData("INVITE", "Contact: <sip:a@b\r\n", 400)]
    [InlineData("INVITE", "Route: x\r\n", 400)]
    [InlineData("INVITE", "Record-Route: <sip:a@b>, x\r\n", 400)]
    [InlineData("ACK", "Contact: x\r\n", -1)] // an ACK is never answered
    [InlineData("INVITE", "Accept: text/plain, application/*;q=0.1\r\n", 0)]
    [InlineData("INVITE", "Accept:\r\n", 406)]
    public void Verdict_follows_from_the_headers(string method, string headers, int status) =>
        Assert.Equal(status, Status(Check(method, headers)));

    [Fact] // only what opens a dialog spends hops
    public void Request_inside_a_dialog_is_served_without_hops() =>
        Assert.Equal(0, Status(Check("INVITE", "Max-Forwards: 0\r\n", to: "<sip:a@b>;tag=2")));

    [Theory] // RFC 3261 section 8.2.3, U-21
    [InlineData("Content-Type: application/SDP ; x=y\r\n", Sdp, 0)]
    [InlineData("Content-Type: text/plain\r\n", "x", 415)]
    [InlineData("", "x", 415)]
    [InlineData("Content-Type: text/plain\r\nContent-Disposition: render;handling=optional\r\n", "x", 0)]
    [InlineData("Content-Type: text/plain\r\nContent-Disposition: render;handling=required\r\n", "x", 415)]
    [InlineData("Content-Type: application/sdp\r\nContent-Encoding: gzip\r\n", "x", 415)]
    [InlineData("Content-Type: multipart/mixed;boundary=b\r\n", "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--\r\n", 415)]
    public void Verdict_follows_from_the_body(string headers, string body, int status) =>
        Assert.Equal(status, Status(Check("INVITE", headers, body)));

    [Theory] // RFC 5621 section 3.1
    [InlineData("--b\r\nContent-Type: application/isup\r\n\r\n\u0001\u0002\r\n--b\r\nc: application/sdp\r\nX: y\r\n\r\n" + Sdp + "\r\n--b--\r\n")]
    [InlineData("preamble --b\r\n--b \r\nContent-Type: application/sdp\r\n\r\n" + Sdp + "\r\n--b--")]
    [InlineData("--b\r\nContent-Type: multipart/alternative;boundary=\"c d\"\r\n\r\n--c d\r\nContent-Type: application/sdp\r\n\r\n" + Sdp + "\r\n--c d--\r\n\r\n--b--")]
    public void Description_is_found_inside_a_multipart_body(string body)
    {
        var request = Request("INVITE", "Content-Type: multipart/mixed; boundary=\"b\"\r\n", body);

        Assert.Equal(Sdp, request.SessionDescription);
        Assert.Equal(0, Status(SipRequestChecks.Check(request, new SipUasPolicy())));
    }

    [Theory] // RFC 3261 section 8.2.2.1, A-20
    [InlineData("sips:a@b", 0)]
    [InlineData("tel:+15550100", 0)]
    [InlineData("http://a", 416)]
    [InlineData("sip:a@b?x=y", 400)]
    public void Verdict_follows_from_the_request_uri(string uri, int status) => Assert.Equal(status, Status(Check("INVITE", uri: uri)));
}
