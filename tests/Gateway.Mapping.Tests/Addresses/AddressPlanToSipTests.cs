using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Sip.Messages;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Tests.Addresses;

public sealed class AddressPlanToSipTests
{
    [Theory] // MAPPING 1.1; both spellings are understood whatever the style
    [InlineData("romeo%shakespeare.lit@sip.example.org", "sip:romeo@shakespeare.lit")]
    [InlineData(@"romeo\40shakespeare.lit@sip.example.org", "sip:romeo@shakespeare.lit")]
    [InlineData("romeo%shakespeare.lit@sip.example.org/sip", "sip:romeo@shakespeare.lit")]
    [InlineData("+15551234567@sip.example.org", "sip:+15551234567@pbx.example.net;user=phone")]
    [InlineData("+1-555-123.45(67)@sip.example.org", "sip:+15551234567@pbx.example.net;user=phone")] // RFC 3966 section 5.1.1
    [InlineData("+15551234567%203.0.113.5@sip.example.org", "sip:+15551234567@203.0.113.5")]
    [InlineData("1001@sip.example.org", "sip:1001@pbx.example.net")]
    [InlineData("romeo@sip.example.org", "sip:romeo@pbx.example.net")]
    [InlineData("romeo%elsewhere.example@sip.example.org", "sip:romeo@elsewhere.example")]
    [InlineData(@"romeo%elsewhere.example\3a5070@sip.example.org", "sip:romeo@elsewhere.example:5070")] // A-9
    [InlineData(@"romeo%[2001\3adb8\3a\3a1]\3a5070@sip.example.org", "sip:romeo@[2001:db8::1]:5070")]
    [InlineData("a%b%shakespeare.lit@sip.example.org", "sip:a%25b@shakespeare.lit")] // A-8: the last '%' parts
    [InlineData(@"a%b\40shakespeare.lit@sip.example.org", "sip:a%25b@shakespeare.lit")]
    [InlineData(@"d\27artagnan\20x%shakespeare.lit@sip.example.org", "sip:d'artagnan%20x@shakespeare.lit")]
    [InlineData(@"a\3ab\3cc\3e%shakespeare.lit@sip.example.org", "sip:a%3Ab%3Cc%3E@shakespeare.lit")] // A-7
    [InlineData(@"a\5c40b%shakespeare.lit@sip.example.org", "sip:a%5C40b@shakespeare.lit")] // A-4
    [InlineData(@"a\2plus%shakespeare.lit@sip.example.org", "sip:a%5C2plus@shakespeare.lit")] // A-6
    [InlineData("ré%shakespeare.lit@sip.example.org", "sip:r%C3%A9@shakespeare.lit")]
    [InlineData("bob%bücher.example@sip.example.org", "sip:bob@xn--bcher-kva.example")]
    public void A_JID_at_the_gateway_leads_to_its_SIP_URI(string jid, string uri)
    {
        Assert.Equal(uri, Plans.Plan().ToSip(jid));
        Assert.Equal(uri, Plans.Plan(JidStyle.Escape).ToSip(jid));
    }

    [Theory]
    [InlineData("sip.example.org", AddressProblem.NotFound)] // the gateway itself is nobody to call
    [InlineData("romeo%shakespeare.lit@other.example.org", AddressProblem.NotFound)]
    [InlineData("romeo%@sip.example.org", AddressProblem.Malformed)]
    [InlineData("%shakespeare.lit@sip.example.org", AddressProblem.Malformed)]
    [InlineData(@"\20romeo%shakespeare.lit@sip.example.org", AddressProblem.Malformed)] // A-5
    [InlineData(@"romeo\20%shakespeare.lit@sip.example.org", AddressProblem.Malformed)]
    [InlineData(@"romeo%shakespeare.lit\3a0@sip.example.org", AddressProblem.Malformed)]
    [InlineData(@"romeo%shakespeare.lit\3a05060@sip.example.org", AddressProblem.Malformed)]
    [InlineData(@"romeo%shakespeare.lit\3a65536@sip.example.org", AddressProblem.Malformed)]
    [InlineData(@"romeo%shakespeare.lit\3btransport=tcp@sip.example.org", AddressProblem.Malformed)] // A-9
    [InlineData("romeo%a..b@sip.example.org", AddressProblem.Malformed)]
    [InlineData("romeo%1@sip.example.org", AddressProblem.Malformed)] // no way to spell 0.0.0.1
    [InlineData("romeo%0177.0.0.1@sip.example.org", AddressProblem.Malformed)]
    [InlineData(@"romeo%[\3a\3a1%25eth0]@sip.example.org", AddressProblem.Malformed)]
    [InlineData("juliet%example.org@sip.example.org", AddressProblem.Loop)] // U-41
    [InlineData("x%sip.example.org@sip.example.org", AddressProblem.Loop)]
    [InlineData("x%198.51.100.7@sip.example.org", AddressProblem.Loop)]
    [InlineData("anonymous-0123456789abcdef@sip.example.org", AddressProblem.NotFound)] // A-18
    public void A_JID_without_a_SIP_side_is_a_fault_of_its_kind(string jid, AddressProblem problem) =>
        Assert.Equal($"fault {problem}", Plans.Plan().ToSip(jid));

    [Fact] // A-21
    public void The_trunk_that_serves_the_host_takes_the_request()
    {
        Assert.True(Plans.Plan().TryToSip(Jid.Parse("romeo%shakespeare.lit@sip.example.org"), out var target, out _));
        Assert.Equal("pbx", target.TrunkName);
        Assert.Equal("sip:pbx.example.net:5070;transport=tcp", target.NextHop!.ToString());
        Assert.Equal("gw", target.Credentials!.Username);
        Assert.Null(target.Answer);

        Assert.True(Plans.Plan().TryToSip(Jid.Parse("100%203.0.113.5@sip.example.org"), out target, out _));
        Assert.Equal("provider", target.TrunkName);
        Assert.Null(target.Credentials);
        Assert.Equal(AnswerPolicy.Late, target.Answer);
    }

    [Theory] // A-21: OtherDomains
    [InlineData(OtherDomains.Trunk, "pbx", true)]
    [InlineData(OtherDomains.Direct, null, true)]
    [InlineData(OtherDomains.Refuse, null, false)]
    public void A_host_that_no_trunk_serves_goes_where_the_operator_wants(OtherDomains choice, string? trunk, bool isTarget)
    {
        var plan = new AddressPlan(Plans.Options with { OtherDomains = choice });

        Assert.Equal(isTarget, plan.TryToSip(Jid.Parse("x%elsewhere.example@sip.example.org"), out var target, out var fault));
        Assert.Equal(trunk, target?.TrunkName);
        Assert.Equal(isTarget ? null : AddressProblem.Forbidden, fault?.Problem);
    }

    [Fact]
    public void A_port_that_is_not_the_trunks_is_not_served_by_the_trunk()
    {
        var plan = new AddressPlan(Plans.Options with { OtherDomains = OtherDomains.Direct });

        Assert.True(plan.TryToSip(Jid.Parse(@"x%shakespeare.lit\3a5070@sip.example.org"), out var served, out _));
        Assert.Equal("pbx", served.TrunkName);
        Assert.True(plan.TryToSip(Jid.Parse(@"x%shakespeare.lit\3a5099@sip.example.org"), out var direct, out _));
        Assert.Null(direct.Trunk);
    }

    [Fact] // RFC 3261 section 26.2.2
    public void A_sips_trunk_gets_sips_URIs()
    {
        var trunks = Plans.Options.Trunks.SetItem("pbx", Plans.Options.Trunks["pbx"] with { Uri = "sips:pbx.example.net", Domains = [] });

        Assert.Equal("sips:1001@pbx.example.net", new AddressPlan(Plans.Options with { Trunks = trunks }).ToSip("1001@sip.example.org"));
    }

    [Fact]
    public void An_address_without_a_host_needs_a_default_trunk()
    {
        var plan = new AddressPlan(Plans.Options with { DefaultTrunk = null });

        Assert.Equal("fault NotFound", plan.ToSip("1001@sip.example.org"));
        Assert.Equal("sip:1001@shakespeare.lit", plan.ToSip("1001%shakespeare.lit@sip.example.org"));
    }

    [Fact] // the smallest configuration has one trunk and no DefaultTrunk
    public void The_only_trunk_is_the_default_trunk()
    {
        var plan = new AddressPlan(Plans.Options with { DefaultTrunk = null, Trunks = Plans.Options.Trunks.Remove("provider") });

        Assert.Equal("sip:1001@pbx.example.net", plan.ToSip("1001@sip.example.org"));
    }

    [Fact] // A-10
    public void All_spellings_of_one_SIP_user_have_one_canonical_JID()
    {
        foreach (var spelling in (string[])[
            "romeo%pbx.example.net@sip.example.org", @"romeo\40pbx.example.net@sip.example.org", "romeo@sip.example.org/sip"])
        {
            Assert.True(Plans.Plan().TryCanonical(Jid.Parse(spelling), out var canonical, out _));
            Assert.Equal("romeo%pbx.example.net@sip.example.org", canonical.ToString());
        }

        foreach (var spelling in (string[])[
            "+15551234567@sip.example.org", "+1-555-1234567@sip.example.org", "+15551234567%pbx.example.net@sip.example.org"])
        {
            Assert.True(Plans.Plan().TryCanonical(Jid.Parse(spelling), out var canonical, out _));
            Assert.Equal("+15551234567@sip.example.org", canonical.ToString());
        }
    }

    [Fact] // T-12, U-41
    public void Faults_speak_both_protocols()
    {
        Assert.Equal(
            (404, StanzaErrorCondition.JidMalformed), Of(AddressProblem.Malformed));
        Assert.Equal((404, StanzaErrorCondition.ItemNotFound), Of(AddressProblem.NotFound));
        Assert.Equal((414, StanzaErrorCondition.JidMalformed), Of(AddressProblem.TooLong)); // A-13
        Assert.Equal((416, StanzaErrorCondition.ItemNotFound), Of(AddressProblem.SchemeNotSupported)); // A-20
        Assert.Equal((403, StanzaErrorCondition.Forbidden), Of(AddressProblem.Forbidden));
        Assert.Equal((482, StanzaErrorCondition.PolicyViolation), Of(AddressProblem.Loop));

        static (int, StanzaErrorCondition) Of(AddressProblem problem)
        {
            var fault = new AddressFault(problem, "");
            return (fault.Status, fault.Error.Condition);
        }
    }

    [Fact]
    public void The_password_of_a_trunk_is_in_no_text()
    {
        var plan = Plans.Plan();

        Assert.True(plan.TryToSip(Jid.Parse("1001@sip.example.org"), out var target, out _));
        Assert.DoesNotContain("secret", target.Trunk!.Options.ToString() + target + target.Credentials, StringComparison.Ordinal);
    }
}
