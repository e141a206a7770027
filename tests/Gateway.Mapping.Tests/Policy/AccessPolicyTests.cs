using Gateway.Mapping.Configuration;
using Gateway.Mapping.Policy;
using Gateway.Mapping.Tests.Addresses;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Tests.Policy;

public sealed class AccessPolicyTests
{
    [Theory] // design section 4: the default is the parent domain of the component
    [InlineData("juliet@example.org", true)]
    [InlineData("juliet@example.org/balcony", true)]
    [InlineData("example.org", true)]
    [InlineData("juliet@other.example.org", false)]
    [InlineData("juliet@partner.example", false)]
    [InlineData("romeo@sip.example.org", false)]
    public void By_default_the_users_of_the_parent_domain_may_use_the_gateway(string jid, bool may) =>
        Assert.Equal(may, Policy(new PolicyOptions()).MayUse(Jid.Parse(jid)));

    [Fact] // an empty list is what it says, and does not open the gateway to a whole domain
    public void Where_nobody_is_allowed_nobody_may_use_the_gateway()
    {
        var policy = Policy(new PolicyOptions { AllowedCallers = [] });

        Assert.False(policy.MayUse(Jid.Parse("juliet@example.org")));
        Assert.True(policy.MayBeCalled(Jid.Parse("juliet@example.org"))); // LocalDomains
    }

    [Theory]
    [InlineData("nurse@partner.example/x", true)]
    [InlineData("eve@partner.example", false)]
    [InlineData("anyone@guests.example", true)]
    [InlineData("juliet@example.org", false)]
    public void Domains_and_bare_JIDs_may_be_allowed(string jid, bool may) => Assert.Equal(
        may,
        Policy(new PolicyOptions { AllowedCallers = ["nurse@partner.example", "guests.example"] }).MayUse(Jid.Parse(jid)));

    [Theory]
    [InlineData("juliet@example.org", true)] // LocalDomains
    [InlineData("anyone@guests.example", true)]
    [InlineData("nurse@partner.example", false)]
    [InlineData("example.org", false)]
    public void Users_that_are_local_allowed_or_aliased_may_be_called(string jid, bool may) =>
        Assert.Equal(may, Policy(new PolicyOptions { AllowedCallers = ["guests.example"] }).MayBeCalled(Jid.Parse(jid)));

    [Theory]
    [InlineData("1001@sip.example.org", true)] // what a trunk serves
    [InlineData("100%203.0.113.5@sip.example.org", true)]
    [InlineData("x%friends.example@sip.example.org", true)]
    [InlineData("x%a.b.partner.example@sip.example.org", true)]
    [InlineData("x%partner.example@sip.example.org", false)]
    [InlineData("x%premium.example@sip.example.org", false)]
    public void Only_listed_hosts_may_be_dialled(string jid, bool may)
    {
        var policy = Policy(new PolicyOptions { DialableDomains = ["friends.example", "*.partner.example"] });

        Assert.True(Plans.Plan().TryToSip(Jid.Parse(jid), out var target, out _));
        Assert.Equal(may, policy.MayDial(target));
        Assert.True(Policy(new PolicyOptions()).MayDial(target));
    }

    private static AccessPolicy Policy(PolicyOptions policy) => new(Plans.Options with { Policy = policy }, Plans.Plan());
}
