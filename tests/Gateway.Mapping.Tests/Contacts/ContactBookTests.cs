using System.Collections.Immutable;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Contacts;
using Gateway.Mapping.Policy;
using Gateway.Mapping.Tests.Addresses;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Tests.Contacts;

public sealed class ContactBookTests
{
    private static readonly ImmutableArray<byte> Png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0];
    private static readonly Jid Juliet = Jid.Parse("juliet@example.org/balcony");
    private static readonly Jid Romeo = Jid.Parse("romeo%shakespeare.lit@sip.example.org");

    [Fact] // A-10: one contact, however it is spelt
    public void Configured_name_and_picture_are_found_under_every_spelling()
    {
        var book = Book(o => o with { Contacts = o.Contacts.Add("sip:romeo@shakespeare.lit", new ContactOptions { Name = "Romeo", Avatar = Png }) });
        foreach (var jid in (Jid[])[Romeo, Jid.Parse(@"romeo\40shakespeare.lit@sip.example.org")])
        {
            var card = book.Find(Juliet, jid)!;
            Assert.Equal("Romeo", card.Name);
            Assert.Equal("sip:romeo@shakespeare.lit", card.Uri);
            Assert.Equal("image/png", card.Photo?.MediaType);
            Assert.Null(card.Telephone);
        }
    }

    [Fact]
    public void Trunk_gives_name_and_picture_to_those_without()
    {
        var book = Book(o => o with
        {
            Trunks = o.Trunks.SetItem("pbx", o.Trunks["pbx"] with { Contact = new ContactOptions { Name = "Office", Avatar = Png } }),
        });
        var card = book.Find(Juliet, Jid.Parse("+14155550199@sip.example.org"))!;
        Assert.Equal("Office", card.Name);
        Assert.Equal("+14155550199", card.Telephone);
        Assert.NotNull(card.Photo);
        Assert.Null(book.Find(Juliet, Jid.Parse("x%203.0.113.5@sip.example.org"))!.Photo);
    }

    [Fact] // the name that the SIP user gave, and below it the address
    public void Display_name_is_remembered()
    {
        var book = Book(o => o);
        Assert.Equal("romeo", book.Find(Juliet, Romeo)!.Name);
        Assert.Null(book.NameOf(Romeo));
        book.Remember(Romeo, "Romeo Montague");
        Assert.Equal("Romeo Montague", book.Find(Juliet, Romeo)!.Name);
    }

    [Fact] // K-3: no word on who exists, to those who may not use the gateway
    public void Strangers_and_impossible_addresses_get_no_card()
    {
        var book = Book(o => o);
        Assert.Null(book.Find(Jid.Parse("eve@evil.example/x"), Romeo));
        Assert.Null(book.Find(Juliet, Jid.Parse("anonymous-0123456789abcdef@sip.example.org")));
        Assert.NotNull(book.Find(Juliet, Jid.Parse("sip.example.org")));
    }

    private static ContactBook Book(Func<MappingOptions, MappingOptions> change)
    {
        var options = change(Plans.Options);
        var plan = new AddressPlan(options);
        return new ContactBook(options, plan, new AccessPolicy(options, plan));
    }
}
