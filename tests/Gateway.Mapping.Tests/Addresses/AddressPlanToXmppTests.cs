using Gateway.Mapping.Addresses;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Tests.Addresses;

public sealed class AddressPlanToXmppTests
{
    [Theory] // MAPPING 1.2, A-14
    [InlineData("sip:juliet@example.org", "juliet@example.org")]
    [InlineData("sips:juliet@EXAMPLE.org:5061;transport=tls?Subject=x", "juliet@example.org")]
    [InlineData("sip:Juliet@example.org", "juliet@example.org")]
    [InlineData("sip:juliet:secret@example.org", "juliet@example.org")]
    [InlineData("sip:d'artagnan@example.org", @"d\27artagnan@example.org")] // A-3
    [InlineData("sip:a%3Cb%26c@example.org", @"a\3cb\26c@example.org")]
    [InlineData("sip:a%5C27b@example.org", @"a\5c27b@example.org")] // A-4
    [InlineData("sip:eve%40evil.example@example.org", @"eve\40evil.example@example.org")] // no other domain is forged
    [InlineData("sip:juliet%40example.org@198.51.100.7", "juliet@example.org")]
    [InlineData("sip:juliet%40partner.example@gateway.example", "juliet@partner.example")]
    [InlineData("sip:juliet%25partner.example@198.51.100.7:5060", "juliet@partner.example")]
    [InlineData(@"sip:d%5C27artagnan%40partner.example@198.51.100.7", @"d\27artagnan@partner.example")]
    [InlineData("sip:1001@198.51.100.7", "juliet@example.org")]
    [InlineData("sip:1001@pbx.example.net;user=phone", "juliet@example.org")]
    [InlineData("sip:+14155550123@198.51.100.7", "nurse@example.org")]
    [InlineData("sip:+1-415-555-0123;ext=7@198.51.100.7;user=phone", "nurse@example.org")] // A-19
    [InlineData("tel:+1-415-555-0123;ext=7", "nurse@example.org")]
    [InlineData("tel:1001;phone-context=example.org", "juliet@example.org")]
    public void A_Request_URI_means_an_XMPP_user(string uri, string user) => Assert.Equal(user, Plans.Plan().ToXmpp(uri));

    [Theory]
    [InlineData("sip:198.51.100.7", 404)] // A-20
    [InlineData("sip:nobody@198.51.100.7", 404)]
    [InlineData("sip:1002@pbx.example.net", 404)]
    [InlineData("sip:null-%00-null@example.org", 404)] // A-3, RFC 4475 section 3.1.1.4
    [InlineData("sip:a%0D%0Ab@example.org", 404)]
    [InlineData("sip:a%FFb@example.org", 404)]
    [InlineData("sip:%20juliet@example.org", 404)] // A-5
    [InlineData("sip:juliet%20@example.org", 404)]
    [InlineData("sip:%40example.org@198.51.100.7", 404)]
    [InlineData("sip:juliet%40@198.51.100.7", 404)]
    [InlineData("sip:juliet%40example.org%2Fphone@198.51.100.7", 404)]
    [InlineData("tel:+14155550199", 404)]
    [InlineData("http://example.org/", 416)]
    [InlineData("xmpp:juliet@example.org", 416)]
    [InlineData("sip:1001%40sip.example.org@198.51.100.7", 482)] // U-41
    public void A_Request_URI_without_an_XMPP_user_has_its_status(string uri, int status) =>
        Assert.Equal($"fault {status}", Plans.Plan().ToXmpp(uri));

    [Fact] // A-13
    public void A_user_part_beyond_1023_octets_is_too_long()
    {
        Assert.Equal($"{new string('a', 1023)}@example.org", Plans.Plan().ToXmpp($"sip:{new string('a', 1023)}@example.org"));
        Assert.Equal("fault 414", Plans.Plan().ToXmpp($"sip:{new string('a', 1024)}@example.org"));
        Assert.Equal("fault 414", Plans.Plan().ToXmpp($"sip:{new string('\'', 342)}@example.org")); // three octets each
        Assert.Equal("fault 414", Plans.Plan().Caller($"<sip:{new string('a', 1023)}@shakespeare.lit>"));
    }

    [Theory] // A-14, J-27
    [InlineData("juliet@example.org/balcony", "sip:juliet@example.org")]
    [InlineData("juliet@partner.example", "sip:juliet%40partner.example@198.51.100.7")]
    [InlineData(@"d\27artagnan@example.org", "sip:d'artagnan@example.org")]
    [InlineData(@"d\27artagnan@partner.example", "sip:d%5C27artagnan%40partner.example@198.51.100.7")]
    [InlineData("ré@example.org", "sip:r%C3%A9@example.org")]
    [InlineData(@"a\5cb@example.org", "sip:a%5C5cb%40example.org@198.51.100.7")] // an escape that need not be there
    [InlineData("1001@example.org", "sip:1001%40example.org@198.51.100.7")] // the alias is another user
    public void An_XMPP_caller_has_a_SIP_URI(string caller, string uri) =>
        Assert.Equal(uri, Plans.Plan().XmppCallerToSip(Jid.Parse(caller)).Uri.ToString());

    [Fact]
    public void Where_the_SIP_host_is_a_domain_of_users_a_name_with_an_at_sign_goes_as_a_whole_JID()
    {
        var plan = new AddressPlan(Plans.Options with { SipHost = "example.org" });

        Assert.Equal("sip:juliet@example.org", plan.XmppCallerToSip(Plans.Juliet).Uri.ToString());
        Assert.Equal(
            "sip:a%5C40b%40example.org@example.org", plan.XmppCallerToSip(Jid.Parse(@"a\40b@example.org")).Uri.ToString());
        Assert.Equal(@"a\40b@example.org", plan.ToXmpp("sip:a%5C40b%40example.org@example.org"));
        Assert.Equal("juliet@partner.example", plan.ToXmpp("sip:juliet%40partner.example@example.org"));
    }

    [Fact] // J-27
    public void The_display_name_is_the_nick_else_the_bare_JID()
    {
        Assert.Equal("Juliet", Plans.Plan().XmppCallerToSip(Plans.Juliet, " Juliet ").DisplayName);
        Assert.Equal("juliet@example.org", Plans.Plan().XmppCallerToSip(Plans.Juliet, "\u202e \r\n").DisplayName);
    }

    [Fact] // E-6: nothing of a name breaks out of its header
    public void A_nick_cannot_inject_header_fields()
    {
        var from = Plans.Plan().XmppCallerToSip(Plans.Juliet, "Eve\" <sip:eve@evil>\r\nX-Evil: 1\0\u202e" + new string('x', 500));

        var text = from.ToString();
        Assert.DoesNotContain(text, c => char.IsControl(c) || c == '\u202e');
        Assert.True(text.Length < 250);
        Assert.True(Sip.Messages.NameAddr.TryParse(text, out var again));
        Assert.Equal("sip:juliet@example.org", again.Uri.ToString());
    }
}
