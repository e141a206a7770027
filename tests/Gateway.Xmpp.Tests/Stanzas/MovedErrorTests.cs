using System.Xml.Linq;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Tests.Stanzas;

/// <summary>Errors that name another address: RFC 6120 sections 8.3.3.5, 8.3.3.14.</summary>
public sealed class MovedErrorTests
{
    [Theory]
    [InlineData(StanzaErrorCondition.Gone)]
    [InlineData(StanzaErrorCondition.Redirect)]
    public void Address_is_written_and_read(StanzaErrorCondition condition)
    {
        var written = StanzaErrors.Write(new StanzaError(condition) { Address = "xmpp:romeo@afterlife.example" });
        var read = StanzaErrors.Read(new XElement("presence", new XAttribute("type", "error"), written));
        Assert.Equal((condition, "xmpp:romeo@afterlife.example"), (read.Condition, read.Address));
    }

    [Fact]
    public void Other_conditions_have_no_address_and_a_long_one_is_left_out()
    {
        Assert.Null(Read(new XElement(StreamNamespaces.StanzaErrors + "forbidden", "text")).Address);
        Assert.Null(Read(new XElement(StreamNamespaces.StanzaErrors + "gone", new string('a', 4000))).Address);
        Assert.Null(Read(new XElement(StreamNamespaces.StanzaErrors + "gone")).Address);
        Assert.Empty(StanzaErrors.Write(new StanzaError(StanzaErrorCondition.Forbidden) { Address = "x@y" }).Value);
    }

    private static StanzaError Read(XElement condition) => StanzaErrors.Read(new XElement("iq", new XElement("error", condition)));
}
