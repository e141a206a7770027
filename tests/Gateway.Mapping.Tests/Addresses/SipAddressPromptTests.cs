using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Policy;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Tests.Addresses;

public sealed class SipAddressPromptTests
{
    [Theory] // K-9
    [InlineData("romeo@shakespeare.lit", "romeo%shakespeare.lit")]
    [InlineData("  sip:romeo@shakespeare.lit;transport=tcp ", "romeo%shakespeare.lit")]
    [InlineData("romeo@elsewhere.example:5070", @"romeo%elsewhere.example\3a5070")]
    [InlineData("+1 (555) 123-4567", "+15551234567")]
    [InlineData("tel:+1-555-123-4567", "+15551234567")]
    [InlineData("555-1234", "5551234")]
    [InlineData("1001", "1001")]
    [InlineData("romeo", "romeo%pbx.example.net")]
    [InlineData("d'artagnan@shakespeare.lit", @"d\27artagnan%shakespeare.lit")]
    public void What_people_type_has_a_JID(string typed, string localpart) =>
        Assert.Equal($"{localpart}@sip.example.org", Find(Plans.Juliet, typed)?.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("@")]
    [InlineData("romeo@")]
    [InlineData("romeo@a..b")]
    [InlineData("juliet@example.org")] // an XMPP user
    [InlineData("sip:shakespeare.lit")]
    public void What_is_no_SIP_address_has_none(string typed) => Assert.Null(Find(Plans.Juliet, typed));

    [Fact]
    public void Strangers_and_forbidden_hosts_get_no_answer()
    {
        Assert.Null(Find(Jid.Parse("eve@evil.example"), "romeo@shakespeare.lit"));
        Assert.Null(Find(Plans.Juliet, "x@premium.example", new PolicyOptions { DialableDomains = ["only.example"] }));
    }

    private static Jid? Find(Jid asker, string typed, PolicyOptions? policy = null)
    {
        var options = Plans.Options with { Policy = policy ?? new PolicyOptions() };
        var plan = new AddressPlan(options);
        return new SipAddressPrompt(plan, new AccessPolicy(options, plan)).Find(asker, typed);
    }
}
