using System.Xml.Linq;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Stanzas;
using Gateway.Xmpp.VCard;

namespace Gateway.Xmpp.Tests.VCard;

public sealed class VCardExtensionTests : IVCardSource
{
    private static readonly XNamespace V4 = VCardExtension.V4;
    private readonly StanzaRouter _router = new();
    private VCardCard? _card = new("Romeo")
    {
        Uri = "sip:romeo@example.org", Telephone = "+14155550123", Photo = new VCardPhoto("image/png", [1, 2, 3], "70"),
    };

    public VCardExtensionTests() => new VCardExtension(this).Register(_router);

    public VCardCard? Find(Jid asker, Jid asked) => _card;

    [Fact] // XEP-0054 section 3.1
    public void Old_format_has_name_number_and_picture()
    {
        XNamespace temp = "vcard-temp";
        var card = Ask(temp + "vCard")!;
        Assert.Equal("Romeo", card.Element(temp + "FN")?.Value);
        Assert.Equal("+14155550123", card.Element(temp + "TEL")?.Element(temp + "NUMBER")?.Value);
        Assert.Equal("image/png", card.Element(temp + "PHOTO")?.Element(temp + "TYPE")?.Value);
        Assert.Equal("AQID", card.Element(temp + "PHOTO")?.Element(temp + "BINVAL")?.Value);
    }

    [Fact] // XEP-0292 section 4, RFC 6351
    public void New_format_has_the_same()
    {
        var card = Ask(V4 + "vcard")!;
        Assert.Equal("Romeo", card.Element(V4 + "fn")?.Element(V4 + "text")?.Value);
        Assert.Equal("tel:+14155550123", card.Element(V4 + "tel")?.Element(V4 + "uri")?.Value);
        Assert.Equal("data:image/png;base64,AQID", card.Element(V4 + "photo")?.Element(V4 + "uri")?.Value);
    }

    [Fact] // K-3
    public void Without_a_card_nothing_is_told()
    {
        _card = null;
        Assert.Null(Ask(V4 + "vcard"));
    }

    [Fact] // XEP-0153 section 3.1
    public void Picture_is_named_in_presence_by_its_hash()
    {
        XNamespace update = "vcard-temp:x:update";
        Assert.Equal("70", VCardExtension.PhotoUpdate(_card!.Photo)?.Element(update + "photo")?.Value);
        Assert.Null(VCardExtension.PhotoUpdate(null));
    }

    private XElement? Ask(XName name)
    {
        var element = new XElement(
            "iq", new XAttribute("type", "get"), new XAttribute("id", "1"), new XAttribute("from", "a@b/c"), new XAttribute("to", "d@e"),
            new XElement(name));
        Assert.True(Stanza.TryRead(element, out var stanza, out _));
        return _router.Handle((IqStanza)stanza, element.Elements().First()) is StanzaResult.Answer answer ? answer.Payload : null;
    }
}
