using System.Runtime.CompilerServices;
using System.Text;
using System.Xml.Linq;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.StreamXml;

namespace Gateway.Xmpp.Tests.StreamXml;

/// <summary>What anybody on the network can make up must not stay in memory.</summary>
public sealed class InventedNamesTests
{
    /// <summary>Used for as long as the process lives, as those of protocols are.</summary>
    private static readonly XNamespace Spoken = "urn:test:spoken";

    private readonly StanzaParser _parser = new(new XmppComponentOptions { Domain = "sip.example.org", Secret = "secret" });

    public InventedNamesTests() => Assert.IsType<StreamItem.Header>(Read(
        "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:component:accept' id='s1'>"));

    [Fact]
    public void Names_that_are_made_up_without_end_are_not_kept()
    {
        var query = Element("<iq><query xmlns='urn:test:spoken'><item/></query></iq>");
        Assert.Equal(Spoken + "item", query.Descendants().Last().Name);
        var invented = Invented();
        for (var collections = 0; collections < 10 && invented.IsAlive; collections++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(invented.IsAlive);
        Assert.Equal(Spoken + "item", Element("<iq><query xmlns='urn:test:spoken'><item/></query></iq>").Descendants().Last().Name);
    }

    [Fact] // one who fills one namespace with nonsense takes nothing from the others
    public void Each_namespace_has_names_of_its_own()
    {
        for (var i = 0; i < 2 * InventedNames.MostKept; i++)
        {
            InventedNames.Get("urn:test:filled", $"made-up-{i}");
        }

        XNamespace other = "urn:test:other";
        Assert.Same(other + "new", InventedNames.Get(other, "new"));
    }

    [Fact] // nor from those who speak the protocol that it belongs to
    public void Words_of_the_gateway_are_known_in_a_namespace_that_is_full()
    {
        XNamespace full = "urn:test:full"; // not one of the protocol: other tests of this process read those
        for (var i = 0; i < 2 * InventedNames.MostKept; i++)
        {
            InventedNames.Get(full, $"invented-{i}");
        }

        foreach (var word in (string[])["content", "reason", "creator", "sid", "to", "type", "body", "propose"])
        {
            Assert.Same(full + word, InventedNames.Get(full, word));
        }

        Assert.NotEqual(full, InventedNames.Get(full, "one-too-many").Namespace);
    }

    /// <summary>By a stream that is over: one that goes on holds the names that it met last.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)] // so that nothing on the stack holds the stanza
    private static WeakReference Invented()
    {
        var stream = new InventedNamesTests();
        for (var i = 0; i < 2 * InventedNames.MostKept; i += 64)
        {
            stream.Element($"<iq><query xmlns='urn:test:spoken'>{string.Concat(Enumerable.Range(i, 64).Select(n => $"<made-up-{n}/>"))}</query></iq>");
        }

        var made = stream.Element("<iq><query xmlns='urn:test:spoken'><one-more/></query></iq>").Descendants().Last().Name;
        Assert.Equal("one-more", made.LocalName);
        return new WeakReference(made);
    }

    private XElement Element(string xml) => Assert.IsType<StreamItem.Element>(Read(xml)).Content;

    private StreamItem? Read(string xml) => _parser.Next(Encoding.UTF8.GetBytes(xml), out _);
}
