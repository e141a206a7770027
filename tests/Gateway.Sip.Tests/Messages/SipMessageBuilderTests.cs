using System.Net;
using System.Text;
using Gateway.Sip.Messages;

namespace Gateway.Sip.Tests.Messages;

public sealed class SipMessageBuilderTests
{
    private const string Invite =
        "INVITE sip:bob@biloxi.example.com;transport=udp SIP/2.0\r\n"
        + "v: SIP/2.0/UDP pc33.atlanta.example.com:5066;branch=z9hG4bKnashds8;rport, SIP/2.0/TCP 192.0.2.9;branch=z9hG4bKx\r\n"
        + "Max-Forwards: 70\r\n"
        + "To: Bob <sip:bob@biloxi.example.com>\r\n"
        + "f: \"Alice \\\"A\\\"\" <sip:alice@atlanta.example.com>;tag=1928301774\r\n"
        + "i: a84b4c76e66710\r\n"
        + "CSeq: 314159 INVITE\r\n"
        + "Record-Route: <sip:p2.example.com;lr>\r\nRecord-Route: <sip:p1.example.com;lr>\r\n"
        + "m: <sip:alice@pc33.atlanta.example.com>\r\n"
        + "c: application/sdp\r\n"
        + "l: 4\r\n\r\nv=0\r\n more";

    private static SipRequest Parsed(string text) =>
        Assert.IsType<SipRequest>(SipParser.Parse(Encoding.UTF8.GetBytes(text)).Message);

    [Fact] // RFC 3261 sections 7.3.3, 18.3
    public void Compact_forms_are_read_as_their_headers_and_bytes_after_the_body_left_out()
    {
        var invite = Parsed(Invite);

        Assert.Equal(SipMethod.Invite, invite.Method);
        Assert.Equal("a84b4c76e66710", invite.CallId);
        Assert.Equal(new CSeq(314159, SipMethod.Invite), invite.CSeq);
        Assert.Equal("Alice \"A\"", invite.From.DisplayName);
        Assert.Equal("1928301774", invite.From.Tag);
        Assert.Equal("z9hG4bKnashds8", invite.TopVia.Branch);
        Assert.Equal(["UDP", "TCP"], invite.Vias.Select(v => v.Transport));
        Assert.Equal("v=0\r", Encoding.UTF8.GetString(invite.Body.Span));
        Assert.Equal("application/sdp", invite.ContentType);
        Assert.Equal("sip:alice@pc33.atlanta.example.com", invite.Contact?.Uri.ToString());
    }

    [Fact] // RFC 3261 sections 8.2.6.2, 12.1.1
    public void Response_carries_the_headers_of_the_request_and_a_to_tag()
    {
        var response = SipMessageBuilder.Response(Parsed(Invite), 180, toTag: "8321234356").BuildResponse();

        Assert.Equal(
            "SIP/2.0 180 Ringing\r\n"
            + "Via: SIP/2.0/UDP pc33.atlanta.example.com:5066;branch=z9hG4bKnashds8;rport, SIP/2.0/TCP 192.0.2.9;branch=z9hG4bKx\r\n"
            + "From: \"Alice \\\"A\\\"\" <sip:alice@atlanta.example.com>;tag=1928301774\r\n"
            + "To: Bob <sip:bob@biloxi.example.com>;tag=8321234356\r\n"
            + "Call-ID: a84b4c76e66710\r\nCSeq: 314159 INVITE\r\n"
            + "Record-Route: <sip:p2.example.com;lr>\r\nRecord-Route: <sip:p1.example.com;lr>\r\n"
            + "Content-Length: 0\r\n\r\n",
            response.ToString());
        Assert.Equal("8321234356", response.To.Tag);
    }

    [Fact] // RFC 3581 section 4, U-33
    public void Source_of_a_request_is_written_into_its_top_via_only()
    {
        var invite = Parsed(Invite).WithSource(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 9988));

        Assert.Equal("192.0.2.1", invite.TopVia.Received);
        Assert.Equal(9988, invite.TopVia.RPort);
        Assert.Equal(["z9hG4bKnashds8", "z9hG4bKx"], invite.Vias.Select(v => v.Branch!));
        Assert.Equal("v=0\r", Encoding.UTF8.GetString(invite.Body.Span));
    }

    [Theory] // RFC 3261 section 18.2.1, RFC 3581 section 4
    [InlineData("SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1")]
    [InlineData("SIP/2.0/UDP 192.0.2.1;received=203.0.113.9", "SIP/2.0/UDP 192.0.2.1")]
    [InlineData("SIP/2.0/UDP 192.0.2.1;rport;x", "SIP/2.0/UDP 192.0.2.1;rport=9988;x;received=192.0.2.1")]
    [InlineData("SIP/2.0/UDP h;received=203.0.113.9", "SIP/2.0/UDP h;received=192.0.2.1")]
    [InlineData("SIP/2.0/UDP [::ffff:192.0.2.1];rport=1", "SIP/2.0/UDP [::ffff:192.0.2.1];rport=9988;received=192.0.2.1")]
    public void Received_and_rport_say_what_was_seen_and_not_what_was_sent(string via, string expected)
    {
        Assert.True(SipVia.TryParse(Encoding.UTF8.GetBytes(via), out var parsed));
        Assert.Equal(expected, parsed.WithSource(new IPEndPoint(IPAddress.Parse("::ffff:192.0.2.1"), 9988)).ToString());
    }

    [Fact] // RFC 3261 section 19.1.1, table 1
    public void Headers_of_a_contact_do_not_go_into_a_request_uri()
    {
        Assert.True(SipUri.TryParse("sip:a@b;x=y?Route=%3Csip:c%3E", out var contact));

        Assert.StartsWith("BYE sip:a@b;x=y SIP/2.0\r\n", SipMessageBuilder.Request(SipMethod.Bye, contact).BuildRequest().ToString());
    }

    [Theory] // nothing passes from a value into a header of its own
    [InlineData("a\r\nX: y")]
    [InlineData("a\nb")]
    [InlineData("a\0")]
    public void Control_characters_in_a_value_are_refused(string value) =>
        Assert.Throws<ArgumentException>(() =>
            SipMessageBuilder.Request(SipMethod.Options, SipUri.Create("a", "b")).Add("Subject", value));

    [Fact]
    public void Control_characters_in_a_phrase_are_dropped() =>
        Assert.Equal("a X: y", SipMessageBuilder.Response(Parsed(Invite), 486, "a\r\n X: y").BuildResponse().Phrase);

    [Fact]
    public void Built_request_is_read_back_the_same()
    {
        var built = SipMessageBuilder.Request(SipMethod.Message, SipUri.Create("romeo", "example.org", 5070))
            .PushVia(SipVia.Create("udp", "::1", 5062, "z9hG4bK1"))
            .Add("Max-Forwards", 70)
            .Add("From", new NameAddr("Juliet \"J\"\r\n", SipUri.Create("juliet%x@y", "example.com")).WithTag("t1"))
            .Add("To", new NameAddr(null, SipUri.Create("romeo", "example.org")))
            .Add("Call-ID", "c1@h").Add("CSeq", "1 MESSAGE").Body("text/plain", "Grüße").BuildRequest();

        var read = Assert.IsType<SipRequest>(SipParser.Parse(built.Raw).Message);

        Assert.Equal(built.ToString(), read.ToString());
        Assert.Equal(built.From, read.From);
        Assert.Equal("juliet%x@y", read.From.Uri.User);
        Assert.Equal("sip:juliet%25x%40y@example.com", read.From.Uri.ToString());
        Assert.Equal("[::1]", read.TopVia.SentByHost);
        Assert.Equal("Grüße", Encoding.UTF8.GetString(read.Body.Span));
    }
}
