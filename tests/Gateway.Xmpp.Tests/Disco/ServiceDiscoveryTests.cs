using System.Xml.Linq;
using Gateway.Xmpp.Disco;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Tests.Component;

namespace Gateway.Xmpp.Tests.Disco;

public sealed class ServiceDiscoveryTests : IDisposable
{
    private readonly ServiceDiscovery _disco;
    private readonly RoutedStanzas _routed;

    public ServiceDiscoveryTests()
    {
        var router = new StanzaRouter();
        _disco = new ServiceDiscovery(
            new ServiceDiscoveryOptions
            {
                Domain = "sip.example.org",
                DomainIdentities = [new("gateway", "test", "Gateway"), new("gateway", "pstn")],
            },
            router);
        router.Register(new Ping()).Register(new SoftwareVersion("gateway", "1.2.3"))
            .Advertise("urn:xmpp:jingle:1").Advertise(@"jid\20escaping", DiscoTargets.Domain);
        _routed = new RoutedStanzas(router);
    }

    public void Dispose() => _routed.Dispose();

    [Theory] // section 2 of what clients expect: Dino asks without a node, on the full JID
    [InlineData("romeo@sip.example.org/phone")]
    [InlineData("romeo@sip.example.org")]
    public void User_is_a_phone_with_the_registered_features(string asked)
    {
        var info = Ask(asked, null);

        Assert.Equal(
            ("client", "phone"),
            (Attribute(info.Elements().First(), "category"), Attribute(info.Elements().First(), "type")));
        Assert.Equal<string?>(
            [
                "http://jabber.org/protocol/caps", "http://jabber.org/protocol/disco#info", "http://jabber.org/protocol/disco#items",
                "jabber:iq:version", "urn:xmpp:jingle:1", "urn:xmpp:ping",
            ],
            Features(info));
    }

    [Fact] // K-9
    public void Domain_is_a_gateway_with_features_of_its_own()
    {
        var info = Ask("sip.example.org", null);

        Assert.Equal<string?>(["test", "pstn"], info.Elements(ServiceDiscovery.InfoNamespace + "identity").Select(i => Attribute(i, "type")));
        Assert.Contains(@"jid\20escaping", Features(info));
        Assert.DoesNotContain("urn:xmpp:jingle:1", Features(info));
    }

    [Fact] // D-1; XEP-0115 section 6.2: the node is given back, and the hash is that of the answer
    public void Caps_node_is_answered_with_itself_and_matches_its_hash()
    {
        var caps = _disco.CapsElement();
        var node = $"{Attribute(caps, "node")}#{Attribute(caps, "ver")}";

        var info = Ask("romeo@sip.example.org/phone", node);

        Assert.Equal(node, Attribute(info, "node"));
        Assert.Equal(Attribute(caps, "ver"), CapsHash.Compute(info));
        Assert.Equal("sha-1", Attribute(caps, "hash"));
        Assert.Equal("https://sip.example.org/", Attribute(caps, "node"));
    }

    [Fact]
    public void Caps_of_the_domain_are_answered_by_the_domain_only()
    {
        var caps = _disco.CapsElement(DiscoTargets.Domain);
        var node = $"{Attribute(caps, "node")}#{Attribute(caps, "ver")}";

        Assert.Equal(Attribute(caps, "ver"), CapsHash.Compute(Ask("sip.example.org", node)));
        Assert.NotEqual(_disco.CapsVer, Attribute(caps, "ver"));
        _routed.Sent.Clear();
        _routed.Receive(Query("romeo@sip.example.org", node));
        Assert.Equal(("error", "item-not-found"), _routed.TheAnswer());
    }

    [Theory] // XEP-0030 section 3.2
    [InlineData("disco#info", "nonsense")]
    [InlineData("disco#info", "https://sip.example.org/")]
    [InlineData("disco#items", "http://jabber.org/protocol/commands")]
    public void Unknown_node_is_not_found(string protocol, string node)
    {
        _routed.Receive(Query("romeo@sip.example.org/phone", node, protocol));

        Assert.Equal(("error", "item-not-found"), _routed.TheAnswer());
    }

    [Fact]
    public void There_are_no_items()
    {
        _routed.Receive(Query("sip.example.org", null, "disco#items"));

        Assert.Empty(Assert.Single(_routed.Sent).Elements().Single().Elements());
    }

    [Fact] // XEP-0092
    public void Version_is_told()
    {
        _routed.Receive("<iq from='juliet@example.org/b' to='sip.example.org' type='get' id='1'><query xmlns='jabber:iq:version'/></iq>");

        Assert.Equal("gateway1.2.3", Assert.Single(_routed.Sent).Elements().Single().Value);
    }

    private XElement Ask(string to, string? node)
    {
        _routed.Sent.Clear();
        _routed.Receive(Query(to, node));
        return Assert.Single(_routed.Sent).Elements().Single();
    }

    private static string Query(string to, string? node, string protocol = "disco#info") =>
        $"<iq from='juliet@example.org/b' to='{to}' type='get' id='1'><query xmlns='http://jabber.org/protocol/{protocol}'"
        + (node is null ? "/></iq>" : $" node='{node}'/></iq>");

    private static IEnumerable<string?> Features(XElement info) =>
        info.Elements(ServiceDiscovery.InfoNamespace + "feature").Select(feature => Attribute(feature, "var"));

    private static string? Attribute(XElement element, string name) => element.Attribute(name)?.Value;
}
