using Gateway.Sip.Messages;

namespace Gateway.Sip.Tests.Messages;

public sealed class SipUriTests
{
    private static SipUri Parsed(string text) => SipUri.TryParse(text, out var uri) ? uri : throw new Xunit.Sdk.XunitException(text);

    [Theory] // RFC 3261 section 19.1.3, RFC 3966
    [InlineData("sip:alice@atlanta.com", "sip", "alice", "atlanta.com", null)]
    [InlineData("sip:alice:secretword@atlanta.com;transport=tcp", "sip", "alice", "atlanta.com", null)]
    [InlineData("sips:alice@atlanta.com?subject=project%20x&priority=urgent", "sips", "alice", "atlanta.com", null)]
    [InlineData("sip:+1-212-555-1212:1234@gateway.com;user=phone", "sip", "+1-212-555-1212", "gateway.com", null)]
    [InlineData("sips:1212@gateway.com", "sips", "1212", "gateway.com", null)]
    [InlineData("sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com", "sip", null, "atlanta.com", null)]
    [InlineData("sip:alice;day=tuesday@atlanta.com", "sip", "alice;day=tuesday", "atlanta.com", null)]
    [InlineData("sip:%61lice@[2001:db8::1]:5070", "sip", "alice", "[2001:db8::1]", 5070)]
    [InlineData("sip:*21%23@pbx_1.local", "sip", "*21#", "pbx_1.local", null)]
    [InlineData("tel:+1-201-555-0123;ext=7", "tel", "+1-201-555-0123", "", null)]
    public void Parts_are_read_and_the_wire_form_kept(string text, string scheme, string? user, string host, int? port)
    {
        var uri = Parsed(text);

        Assert.Equal((scheme, user, host, port), (uri.Scheme, uri.User, uri.Host, uri.Port));
        Assert.Equal(text, uri.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("sip:")]
    [InlineData("alice@example.com")]
    [InlineData("sip:@example.com")]
    [InlineData("sip::pw@example.com")]
    [InlineData("sip:a@")]
    [InlineData("sip:a@b@c")]
    [InlineData("sip:a b@c")]
    [InlineData("sip:a@b:0")]
    [InlineData("sip:a@b:65536")]
    [InlineData("sip:a@b:")]
    [InlineData("sip:a@b:x")]
    [InlineData("sip:a@b;")]
    [InlineData("sip:a@b;;x")]
    [InlineData("sip:a%4@b")]
    [InlineData("sip:a%zz@b")]
    [InlineData("sip:a@b;x=%4")]
    [InlineData("sip:a@2001:db8::1")]
    [InlineData("sip:a@[2001:db8::g]")]
    [InlineData("sip:a@[2001:db8::1")]
    [InlineData("sip:a@[::1]x")]
    [InlineData("sip:a\r\nX: y@b")]
    [InlineData("sip:a<@b")]
    [InlineData("tel:")]
    [InlineData("tel:alice")]
    [InlineData("1sip:a@b")]
    public void Malformed_uri_is_refused(string text) => Assert.False(SipUri.TryParse(text, out _));

    [Theory] // RFC 3261 section 25.1, A-7
    [InlineData("romeo", "romeo")]
    [InlineData("a&=+$,;?/-_.!~*'()z9", "a&=+$,;?/-_.!~*'()z9")]
    [InlineData("a b\"<>@:#%[\\]^`{|}", "a%20b%22%3C%3E%40%3A%23%25%5B%5C%5D%5E%60%7B%7C%7D")]
    [InlineData("jörg😀", "j%C3%B6rg%F0%9F%98%80")]
    [InlineData("x\r\ny", "x%0D%0Ay")]
    public void User_text_is_escaped_on_writing_and_comes_back(string user, string written)
    {
        var uri = SipUri.Create(user, "Example.ORG");

        Assert.Equal($"sip:{written}@example.org", uri.ToString());
        Assert.Equal(user, Parsed(uri.ToString()).User);
        Assert.Equal(written, (Parsed("sip:x@y") with { User = user }).RawUser);
    }

    [Theory] // A-3
    [InlineData("sip:a%00b@h", false)]
    [InlineData("sip:a%0Ab@h", false)]
    [InlineData("sip:a%7Fb@h", false)]
    [InlineData("sip:a%C2%85b@h", false)] // a C1 control
    [InlineData("sip:a%FFb@h", false)]
    [InlineData("sip:a%C3%B6b@h", true)]
    [InlineData("sip:aöb@h", true)]
    [InlineData("sip:a%2500b@h", true)]
    [InlineData("sip:h", true)]
    public void User_that_is_no_text_is_read_and_marked(string text, bool isText)
    {
        Assert.Equal(isText, Parsed(text).IsUserText);
        Assert.Equal(text, Parsed(text).ToString());
    }

    [Fact] // A-16
    public void Parameters_are_escaped_and_decoded()
    {
        var uri = Parsed("sip:a@h;transport=tcp;lr;x=%41").WithParameter("gr", "re;so?u rce>ö").WithParameter("transport", "tls");

        Assert.Equal("sip:a@h;transport=tls;lr;x=%41;gr=re%3Bso%3Fu%20rce%3E%C3%B6", uri.ToString());
        Assert.Equal("re;so?u rce>ö", Parsed(uri.ToString()).Parameter("gr"));
        Assert.Equal("A", uri.Parameter("X"));
        Assert.True(uri.HasParameter("LR"));
        Assert.Null(uri.Parameter("lr"));
        Assert.False(uri.WithoutParameter("lr").HasParameter("lr"));
    }

    [Theory] // RFC 3261 section 19.1.4
    [InlineData("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtlanTa.CoM;Transport=tcp", true)]
    [InlineData("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", true)]
    [InlineData("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on", true)]
    [InlineData(
        "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
        "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com", true)]
    [InlineData(
        "sip:alice@atlanta.com?subject=project%20x&priority=urgent", "sip:alice@atlanta.com?priority=urgent&subject=project%20x", true)]
    [InlineData("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP", false)]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", false)]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp", false)]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp", false)]
    [InlineData("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting", false)]
    [InlineData("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4", false)]
    [InlineData("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off", false)]
    public void Equivalence_is_that_of_the_rfc(string one, string other, bool equal)
    {
        Assert.Equal(equal, SipUriComparer.Instance.Equals(Parsed(one), Parsed(other)));
        Assert.Equal(equal, SipUriComparer.Instance.Equals(Parsed(other), Parsed(one)));
        if (equal)
        {
            Assert.Equal(SipUriComparer.Instance.GetHashCode(Parsed(one)), SipUriComparer.Instance.GetHashCode(Parsed(other)));
        }
    }

    [Theory]
    [InlineData("exa mple.org")]
    [InlineData("example.org\r\n")]
    [InlineData("a@b")]
    [InlineData("")]
    [InlineData("h;x")]
    [InlineData("2001:db8::zz")]
    public void No_uri_is_made_of_a_host_that_is_none(string host)
    {
        Assert.False(SipUri.TryCreate("a", host, null, "sip", out _));
        Assert.Throws<ArgumentException>(() => SipUri.Create("a", host));
    }
}
