using System.Text;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Tests.Component;

public sealed class StanzaReaderTests
{
    private const string Open =
        "<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:component:accept' id='s1'>";

    private static readonly XmppComponentOptions Limits = new()
    {
        Domain = "sip.example.org",
        Secret = "secret",
        MaxStanzaOctets = 20_000,
        MaxDepth = 8,
        MaxAttributes = 8,
    };

    [Fact]
    public async Task Stanzas_come_out_one_by_one_with_names_text_and_attributes()
    {
        var items = await ReadAsync(Open
            + "<handshake/> \n<message from='a' xml:lang='en'><body>1 &lt; 2<![CDATA[ & 3]]></body>"
            + "<x:y xmlns:x='urn:x' x:z='&#9;'> <x:w/></x:y></message></stream:stream>");

        Assert.Equal(new StreamItem.Header("s1"), items[0]);
        Assert.Equal(StreamNamespaces.Component + "handshake", Element(items[1]).Name);
        var message = Element(items[2]);
        Assert.Equal("1 < 2 & 3", message.Element(StreamNamespaces.Component + "body")!.Value);
        Assert.Equal("en", message.Attribute(XNamespace.Xml + "lang")!.Value);
        XNamespace x = "urn:x";
        Assert.Equal("\t", message.Element(x + "y")!.Attribute(x + "z")!.Value);
        Assert.Equal(" ", message.Element(x + "y")!.Nodes().OfType<XText>().Single().Value);
        Assert.IsType<StreamItem.Closed>(items[3]);
    }

    [Fact] // what is complete must not wait for what comes after it
    public async Task Stanza_is_read_as_soon_as_its_last_octet_is_there()
    {
        var (ours, theirs) = DuplexPipe.Create();
        var reader = new StanzaReader(ours, Limits);
        await theirs.WriteAsync(Encoding.UTF8.GetBytes(Open));
        Assert.IsType<StreamItem.Header>(await reader.ReadAsync());

        await theirs.WriteAsync("<presence/>"u8.ToArray());
        Assert.Equal("presence", Element(await reader.ReadAsync()).Name.LocalName);
        await theirs.WriteAsync("<message><body>x</body></message>"u8.ToArray());
        Assert.Equal("message", Element(await reader.ReadAsync()).Name.LocalName);
    }

    [Theory] // RFC 6120 section 11.1
    [InlineData("<!DOCTYPE a [<!ENTITY b 'c'>]>" + "<stream:stream/>", "restricted-xml")]
    [InlineData(Open + "<!-- c -->", "restricted-xml")]
    [InlineData(Open + "<message><!-- c --></message>", "restricted-xml")]
    [InlineData(Open + "<?target data?>", "restricted-xml")]
    [InlineData(Open + "<message><?target data?></message>", "restricted-xml")]
    [InlineData(Open + "<message>&b;</message>", "not-well-formed")] // no DTD, so the entity is not declared
    [InlineData(Open + "<message></presence>", "not-well-formed")]
    [InlineData(Open + "<a:message/>", "not-well-formed")]
    [InlineData(Open + "<message a='1' a='2'/>", "not-well-formed")]
    [InlineData(Open + "<message>\u0001</message>", "not-well-formed")]
    [InlineData(Open + "<message>]]></message>", "not-well-formed")]
    [InlineData(Open + "words", "bad-format")]
    [InlineData("<html>", "invalid-namespace")]
    [InlineData("<stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:client' id='1'>", "invalid-namespace")]
    [InlineData("<stream xmlns='jabber:component:accept' id='1'>", "invalid-namespace")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", "unsupported-encoding", "not-well-formed")]
    [InlineData("<?xml version='1.0' encoding='ISO-8859-1'?><stream:stream", "unsupported-encoding")]
    [InlineData("<?xml version='1.0' encoding='nonsense'?><stream:stream", "unsupported-encoding", "not-well-formed")]
    public async Task What_no_stream_may_hold_is_the_right_stream_error(string octets, params string[] conditions)
    {
        var last = (await ReadAsync(octets + new string(' ', 9000)))[^1];

        Assert.Contains(Assert.IsType<StreamItem.Fault>(last).Condition, conditions);
    }

    [Theory] // RFC 6120 section 11.6
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    public async Task Other_encodings_are_refused(string encoding)
    {
        var coding = Encoding.GetEncoding(encoding);

        foreach (var octets in (byte[][])[[.. coding.GetPreamble(), .. coding.GetBytes(Open)], coding.GetBytes(Open)])
        {
            var last = (await ReadAsync(octets))[^1];
            Assert.Contains(Assert.IsType<StreamItem.Fault>(last).Condition, (string[])["unsupported-encoding", "not-well-formed"]);
        }
    }

    [Fact]
    public async Task Invalid_utf8_is_not_well_formed()
    {
        var last = (await ReadAsync([.. Encoding.UTF8.GetBytes(Open + "<message>"), 0xc0, 0xaf, .. "</message>"u8]))[^1];

        Assert.Equal("not-well-formed", Assert.IsType<StreamItem.Fault>(last).Condition);
    }

    [Fact]
    public async Task Stanza_of_the_limit_is_taken_and_a_larger_one_refused()
    {
        var fitting = Open + "<message><body>" + new string('x', Limits.MaxStanzaOctets - 40) + "</body></message>";
        var tooBig = Open + "<message><body>"
            + new string('x', Limits.MaxStanzaOctets) + "</body></message>";

        Assert.IsType<StreamItem.Element>((await ReadAsync(fitting))[1]);
        Assert.Equal("policy-violation", Assert.IsType<StreamItem.Fault>((await ReadAsync(tooBig))[^1]).Condition);
    }

    [Fact]
    public async Task Many_small_stanzas_and_much_white_space_never_reach_the_limit()
    {
        var octets = new StringBuilder(Open);
        for (var i = 0; i < 5000; i++)
        {
            octets.Append("<presence from='a' to='b'/>").Append(' ', 20);
        }

        var items = await ReadAsync(octets.Append(' ', 10_000).Append("<message/></stream:stream>").ToString());

        Assert.Equal(5001, items.OfType<StreamItem.Element>().Count());
        Assert.IsType<StreamItem.Closed>(items[^1]);
    }

    [Fact] // the first stanza and the beginning of the second come in one read
    public async Task White_space_within_a_stanza_counts()
    {
        var octets = Open + "<presence/><message><body>" + new string(' ', 2 * Limits.MaxStanzaOctets) + "</body></message>";

        Assert.Equal("policy-violation", Assert.IsType<StreamItem.Fault>((await ReadAsync(octets))[^1]).Condition);
    }

    [Fact]
    public async Task Too_deep_or_too_many_attributes_is_a_policy_violation()
    {
        var deep = Open + string.Concat(Enumerable.Repeat("<a>", Limits.MaxDepth + 1));
        var wide = Open + "<a " + string.Concat(Enumerable.Range(0, Limits.MaxAttributes + 1).Select(i => $"a{i}='' ")) + "/>";

        Assert.Equal("policy-violation", Assert.IsType<StreamItem.Fault>((await ReadAsync(deep))[^1]).Condition);
        Assert.Equal("policy-violation", Assert.IsType<StreamItem.Fault>((await ReadAsync(wide))[^1]).Condition);
    }

    [Fact]
    public async Task End_in_mid_stanza_is_a_loss_and_no_error_of_the_peer() =>
        Assert.IsType<StreamItem.Lost>((await ReadAsync(Open + "<message><body>"))[^1]);

    [Fact] // names have few places where they are kept, and push each other out; those of the header keep their meaning
    public async Task Invented_names_do_not_pile_up()
    {
        const int Names = 6000;
        var octets = new StringBuilder(Open);
        for (var i = 0; i < Names; i++)
        {
            octets.Append("<message xmlns:p='urn:p'><e").Append(i).Append(" xmlns='urn:").Append(i).Append("' p:a='1'/></message>");
        }

        var items = await ReadAsync(octets.Append("<stream:error/></stream:stream>").ToString());

        Assert.Equal(Names + 1, items.OfType<StreamItem.Element>().Count());
        Assert.Equal(StreamNamespaces.Streams + "error", Element(items[^2]).Name);
    }

    [Fact]
    public void Random_and_mutated_octets_never_throw() => Prop.ForAll(
        Arb.From(Mutated()),
        octets => ReadAsync(octets).GetAwaiter().GetResult()[^1] is StreamItem.Fault or StreamItem.Lost or StreamItem.Closed)
        .QuickCheckThrowOnFailure();

    private static Gen<byte[]> Mutated()
    {
        var valid = Encoding.UTF8.GetBytes(Open + "<iq from='a@b' to='c' type='set' id='1'><jingle xmlns='urn:xmpp:jingle:1' sid='&#x31;'>"
            + "<content name='é'><![CDATA[x]]></content></jingle></iq><message><body>x</body></message></stream:stream>");
        var edits = Gen.Choose(0, valid.Length - 1).SelectMany(at => Gen.Choose(0, 255).Select(octet => (At: at, Octet: (byte)octet)));
        return Gen.OneOf(
            ArbMap.Default.GeneratorFor<byte[]>(),
            edits.NonEmptyListOf().Select(list =>
            {
                var copy = (byte[])valid.Clone();
                foreach (var (at, octet) in list)
                {
                    copy[at] = octet;
                }

                return copy;
            }),
            Gen.Choose(0, valid.Length).Select(length => valid[..length]));
    }

    private static Task<List<StreamItem>> ReadAsync(string octets) => ReadAsync(Encoding.UTF8.GetBytes(octets));

    private static async Task<List<StreamItem>> ReadAsync(byte[] octets)
    {
        var reader = new StanzaReader(new MemoryStream(octets), Limits);
        var items = new List<StreamItem>();
        do
        {
            items.Add(await reader.ReadAsync());
        }
        while (items[^1] is StreamItem.Header or StreamItem.Element);

        return items;
    }

    private static XElement Element(StreamItem item) => Assert.IsType<StreamItem.Element>(item).Content;
}
