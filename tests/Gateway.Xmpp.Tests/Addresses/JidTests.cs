using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Xmpp.Addresses;

namespace Gateway.Xmpp.Tests.Addresses;

public sealed class JidTests
{
    private static readonly Gen<string> Texts = Gen.OneOf(
        ArbMap.Default.GeneratorFor<string>(),
        Gen.Elements("juliet", "É", "ß", "\u03a3", "\uff21", "e\u0301", "\u05d0", "\u0660", "a\u200db", "@", "/", "\ud800", "\u265a", " ", "\0")
            .NonEmptyListOf().Select(parts => string.Concat(parts)));

    [Theory] // RFC 7622 section 3.5, table 1
    [InlineData("juliet@example.com", "juliet", "example.com", null)]
    [InlineData("juliet@example.com/foo", "juliet", "example.com", "foo")]
    [InlineData("juliet@example.com/foo bar", "juliet", "example.com", "foo bar")]
    [InlineData("juliet@example.com/foo@bar", "juliet", "example.com", "foo@bar")]
    [InlineData(@"foo\20bar@example.com", @"foo\20bar", "example.com", null)]
    [InlineData("fussball@example.com", "fussball", "example.com", null)]
    [InlineData("fu\u00dfball@example.com", "fu\u00dfball", "example.com", null)]
    [InlineData("\u03c0@example.com", "\u03c0", "example.com", null)]
    [InlineData("\u03a3@example.com/foo", "\u03c3", "example.com", "foo")]
    [InlineData("\u03c3@example.com/foo", "\u03c3", "example.com", "foo")]
    [InlineData("\u03c2@example.com/foo", "\u03c2", "example.com", "foo")]
    [InlineData("king@example.com/\u265a", "king", "example.com", "\u265a")]
    [InlineData("example.com", null, "example.com", null)]
    [InlineData("example.com/foobar", null, "example.com", "foobar")]
    [InlineData("a.example.com/b@example.net", null, "a.example.com", "b@example.net")]
    public void Legal_address_of_the_specification_is_read(string text, string? local, string domain, string? resource)
    {
        var jid = Jid.Parse(text);

        Assert.Equal((local, domain, resource), (jid.Local, jid.Domain, jid.Resource));
    }

    [Theory] // RFC 7622 section 3.5, table 2
    [InlineData("\"juliet\"@example.com")]
    [InlineData("foo bar@example.com")]
    [InlineData("juliet@example.com/ foo")]
    [InlineData("@example.com/")]
    [InlineData("henry\u2163@example.com")]
    [InlineData("\u265a@example.com")]
    [InlineData("juliet@")]
    [InlineData("/foobar")]
    public void Illegal_address_of_the_specification_is_refused(string text) => Assert.NotEmpty(Fault(text));

    [Theory]
    [InlineData("")]
    [InlineData("juliet@example.com/")]
    [InlineData("a@b@example.com")]
    [InlineData("a&b@example.com")]
    [InlineData("a'b@example.com")]
    [InlineData("a:b@example.com")]
    [InlineData("a<b@example.com")]
    [InlineData("a\u0007@example.com")]
    [InlineData("a\u0000b@example.com/x")]
    [InlineData("a@example.com/x\u0085")]
    [InlineData("a@example..com")]
    [InlineData("a@-example.com")]
    [InlineData("a@exa mple.com")]
    [InlineData("a@example.com:5222")]
    [InlineData("a@[::1")]
    [InlineData("a@[127.0.0.1]")]
    [InlineData("a@[fe80::1%25eth0]")]
    [InlineData("a@[]")]
    [InlineData("a@.")]
    [InlineData("\u200da@example.com")]
    [InlineData("\u05d0a@example.com")] // RFC 5893 section 2: directions mixed
    public void What_is_no_address_is_refused(string text) => Assert.NotEmpty(Fault(text));

    [Fact] // not inline data, whose encoding would replace them
    public void Lone_surrogate_is_refused()
    {
        Assert.NotEmpty(Fault("a@example.com/\ud800"));
        Assert.NotEmpty(Fault("\udc00a@example.com"));
        Assert.NotEmpty(Fault("a@\ud800.example.com"));
    }

    [Theory] // RFC 7622 sections 3.2 and 3.3
    [InlineData("JULIET@EXAMPLE.COM/Balcony", "juliet@example.com/Balcony")]
    [InlineData("juliet@example.com.", "juliet@example.com")]
    [InlineData("e\u0301@example.com", "\u00e9@example.com")]
    [InlineData("\uff21\uff22@example.com", "ab@example.com")]
    [InlineData("a@B\u00dcCHER.example", "a@b\u00fccher.example")]
    [InlineData("a@xn--bcher-kva.example", "a@b\u00fccher.example")]
    [InlineData("a@192.0.2.1", "a@192.0.2.1")]
    [InlineData("a@[2001:DB8:0::1]", "a@[2001:db8::1]")]
    [InlineData("a@host_name", "a@host_name")]
    [InlineData("a@example.com/e\u0301\u00a0x", "a@example.com/\u00e9 x")]
    [InlineData("\u05d0\u05d1@example.com", "\u05d0\u05d1@example.com")]
    public void Spellings_of_one_address_become_one(string text, string prepared) => Assert.Equal(prepared, Jid.Parse(text).ToString());

    [Fact]
    public void Part_of_1023_octets_is_taken_and_of_1024_refused()
    {
        Assert.Equal(1023, Jid.Parse(new string('a', 1023) + "@example.com").Local!.Length);
        Assert.Contains("1023", Fault(new string('a', 1024) + "@example.com"), StringComparison.Ordinal);
        Assert.Contains("1023", Fault(new string('\u00e9', 512) + "@example.com"), StringComparison.Ordinal);
        Assert.Contains("1023", Fault("a@example.com/" + new string('x', 1024)), StringComparison.Ordinal);
    }

    [Fact]
    public void Equality_is_that_of_prepared_text()
    {
        Assert.Equal(Jid.Parse("Juliet@Example.com/Balcony"), Jid.Parse("juliet@example.com/Balcony"));
        Assert.NotEqual(Jid.Parse("juliet@example.com/balcony"), Jid.Parse("juliet@example.com/Balcony"));
        Assert.True(Jid.Parse("juliet@example.com/x").Bare == Jid.Parse("juliet@example.com"));
        Assert.True(Jid.Parse("example.com").IsDomain);
    }

    [Fact]
    public void Resource_is_replaced_or_removed()
    {
        var jid = Jid.Parse("juliet@example.com/balcony");

        Assert.Equal("juliet@example.com/garden", jid.WithResource("garden").ToString());
        Assert.Same(jid.Bare, jid.WithResource(null));
    }

    [Fact]
    public void Preparation_is_idempotent_and_never_throws() => Prop.ForAll(
        Arb.From(Texts.Three()),
        parts =>
        {
            var (local, domain, resource) = parts;
            if (!Jid.TryParse($"{local}@{domain}/{resource}", out var jid, out _)
                && !Jid.TryCreate(local, "example.org", resource, out jid, out _))
            {
                return true;
            }

            return Jid.Parse(jid.ToString()).Equals(jid)
                && jid.ToString().IsNormalized(NormalizationForm.FormC)
                && Encoding.UTF8.GetByteCount(jid.Local ?? "") <= 1023;
        }).QuickCheckThrowOnFailure();

    private static string Fault(string text) =>
        Jid.TryParse(text, out var jid, out var fault) ? throw new Xunit.Sdk.XunitException($"taken as {jid}") : fault;
}
