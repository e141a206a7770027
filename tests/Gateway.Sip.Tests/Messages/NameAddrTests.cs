using Gateway.Sip.Messages;

namespace Gateway.Sip.Tests.Messages;

public sealed class NameAddrTests
{
    [Theory] // RFC 3261 section 20.10
    [InlineData("sip:a@b;tag=1", null, "sip:a@b", "1")]
    [InlineData("<sip:a@b;lr>;tag=1", null, "sip:a@b;lr", "1")]
    [InlineData("\"A. \\\"G\\\" Bell\" <sip:a@b> ; tag = 1", "A. \"G\" Bell", "sip:a@b", "1")]
    [InlineData("Mr. Watson <sip:a@b>", "Mr. Watson", "sip:a@b", null)]
    [InlineData("\"<sip:evil@x>;tag=2\" <sip:a@b>", "<sip:evil@x>;tag=2", "sip:a@b", null)]
    [InlineData("Jürgen (privat)<sip:a@b>;x;tag=1", "Jürgen (privat)", "sip:a@b", "1")]
    [InlineData("<tel:+15550100>;tag=a", null, "tel:+15550100", "a")]
    public void Both_forms_are_read(string text, string? display, string uri, string? tag)
    {
        Assert.True(NameAddr.TryParse(text, out var address));
        Assert.Equal((display, uri, tag), (address.DisplayName, address.Uri.ToString(), address.Tag));
        Assert.True(NameAddr.TryParse(address.ToString(), out var again));
        Assert.Equal(address, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("\"a <sip:a@b>")]
    [InlineData("\"a\" sip:a@b")]
    [InlineData("<sip:a@b")]
    [InlineData("<sip:a@b> x")]
    [InlineData("<sip:a@b>;")]
    [InlineData("<sip:a@b>;;x")]
    [InlineData("<sip:a@b>;x=\"y")]
    [InlineData("a, b <sip:a@b>")]
    [InlineData("sip:a@b?x=y")]
    [InlineData("< sip:a@b>")]
    public void Malformed_address_is_refused(string text) => Assert.False(NameAddr.TryParse(text, out _));

    [Fact]
    public void Display_name_cannot_leave_its_quotes()
    {
        var address = new NameAddr("x\"\r\nVia: y\\", SipUri.Create("a", "b"));

        Assert.Equal("\"x\\\"Via: y\\\\\" <sip:a@b>", address.ToString());
        Assert.True(NameAddr.TryParse(address.ToString(), out var again));
        Assert.Equal("x\"Via: y\\", again.DisplayName);
    }

    [Fact]
    public void Parameters_are_set_and_taken_off()
    {
        var address = new NameAddr(null, SipUri.Create("a", "b")).WithTag("t").WithParameter("+sip.instance", "<urn:uuid:1>");

        Assert.Equal("<sip:a@b>;tag=t;+sip.instance=\"<urn:uuid:1>\"", address.ToString());
        Assert.Equal("<urn:uuid:1>", address.Parameter("+SIP.instance"));
        Assert.Equal("<sip:a@b>;+sip.instance=\"<urn:uuid:1>\"", address.WithTag(null).ToString());
    }
}
