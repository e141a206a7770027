using System.Xml.Linq;
using Gateway.Xmpp.Disco;
using Gateway.Xmpp.Routing;

namespace Gateway.Xmpp.Tests.Routing;

public sealed class StanzaRouterTests
{
    private static readonly XNamespace Ns = "urn:example:x";

    [Fact]
    public void Second_handler_for_one_key_throws_at_start_up()
    {
        var router = new StanzaRouter()
            .OnMessage(Ns, (_, _) => StanzaResult.Done)
            .OnIqGet(Ns, (_, _) => StanzaResult.Done)
            .OnIqSet(Ns, (_, _) => StanzaResult.Done)
            .OnIqGet(Ns + "q", (_, _) => StanzaResult.Done)
            .OnPlainMessage(_ => StanzaResult.Done);

        Assert.Throws<InvalidOperationException>(() => router.OnMessage(Ns, (_, _) => StanzaResult.Done));
        Assert.Throws<InvalidOperationException>(() => router.OnIqGet(Ns, (_, _) => StanzaResult.Done));
        Assert.Throws<InvalidOperationException>(() => router.OnIqSet(Ns, (_, _) => StanzaResult.Done));
        Assert.Throws<InvalidOperationException>(() => router.OnIqGet(Ns + "q", (_, _) => StanzaResult.Done));
        Assert.Throws<InvalidOperationException>(() => router.OnPlainMessage(_ => StanzaResult.Done));
    }

    [Fact] // D-1: a hash that was sent must stay true
    public void Registration_after_the_caps_hash_is_known_throws()
    {
        var router = new StanzaRouter();
        var disco = new ServiceDiscovery(new ServiceDiscoveryOptions { Domain = "sip.example.org", DomainIdentities = [] }, router);
        router.Advertise(Ns);

        Assert.NotEmpty(disco.CapsVer);
        Assert.Throws<InvalidOperationException>(() => router.Advertise("urn:example:late"));
    }
}
