using Gateway.Mapping.Configuration;
using Gateway.Mapping.Policy;
using Gateway.Mapping.Tests.Addresses;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Tests.Policy;

/// <summary>Where somebody has moved: told where it can be spelt, and reached by the one who asks (E-5, E-7).</summary>
public sealed class NewAddressesTests
{
    [Theory] // section 1 of the mapping; RFC 5122
    [InlineData("xmpp:nurse@example.org", "sip:nurse@example.org")]
    [InlineData("juliet@example.org/balcony", "sip:juliet@example.org")]
    [InlineData("xmpp:romeo%25shakespeare.lit@sip.example.org", "sip:romeo@shakespeare.lit")]
    [InlineData("xmpp:nurse@partner.example", null)] // not a user of the gateway
    [InlineData("xmpp:x%25premium.example@sip.example.org", null)] // nobody may dial that
    [InlineData("xmpp:example.org", null)]
    [InlineData("mailto:nurse@example.org", null)]
    [InlineData("", null)]
    public void New_JID_becomes_a_SIP_address(string jid, string? uri)
    {
        var error = new StanzaError(StanzaErrorCondition.Redirect) { Address = jid };

        Assert.Equal(uri, Addresses().TryToSip(error, out var address) ? address.ToString() : null);
        Assert.False(Addresses().TryToSip(error with { Condition = StanzaErrorCondition.ItemNotFound }, out _));
        Assert.False(Addresses().TryToSip(null, out _));
    }

    [Theory]
    [InlineData(302, "sip:romeo@shakespeare.lit", "romeo%shakespeare.lit@sip.example.org")]
    [InlineData(301, "sip:romeo@shakespeare.lit", "romeo%shakespeare.lit@sip.example.org")]
    [InlineData(302, "sip:nurse@example.org", "nurse@example.org")]
    [InlineData(302, "sip:x@premium.example", null)]
    [InlineData(302, "tel:+14155550100", null)]
    [InlineData(302, "sip:pbx.example.net", null)]
    [InlineData(305, "sip:romeo@shakespeare.lit", null)] // a proxy, and nobody's address
    public void New_contact_becomes_a_JID(int status, string contact, string? jid)
    {
        var failure = new SipFailure(status, "Moved", IsLocal: false) { Contacts = [Plans.Uri("mailto:x@y"), Plans.Uri(contact)] };

        Assert.Equal(jid, Addresses().TryToXmpp(failure, out var address) ? address.ToString() : null);
    }

    private static NewAddresses Addresses()
    {
        var options = Plans.Options with { Policy = new PolicyOptions { DialableDomains = ["shakespeare.lit"] } };
        return new NewAddresses(Plans.Plan(), new AccessPolicy(options, Plans.Plan()));
    }
}
