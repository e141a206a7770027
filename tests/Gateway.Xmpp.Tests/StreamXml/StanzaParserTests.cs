using System.Text;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.StreamXml;

namespace Gateway.Xmpp.Tests.StreamXml;

public sealed class StanzaParserTests
{
    private const string Header =
        "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:component:accept' id='s1'>";

    private static readonly XmppComponentOptions Limits = new()
    {
        Domain = "sip.example.org", Secret = "secret", MaxStanzaOctets = 20_000, MaxDepth = 40, MaxAttributes = 20,
    };

    [Fact] // the runtime's reader is right about XML: the same tree, or both refuse
    public void What_is_read_is_what_another_reader_reads()
    {
        var (accepted, refused) = (0, 0);
        Prop.ForAll(Arb.From(Streams()), stream =>
        {
            var expected = ReferenceReader.Read(stream);
            var items = Items(stream, stream.Length);
            _ = expected is null ? refused++ : accepted++;
            return (items[^1] is StreamItem.Closed == expected is not null && (expected is null || AreSame(expected, items)))
                .Label($"{items[^1]} instead of {(expected is null ? "refusal" : "elements")}: {Encoding.UTF8.GetString(stream)}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

        Assert.True(accepted > 300, $"{accepted} of them were accepted"); // or little was compared
        Assert.True(refused > 300, $"{refused} of them were refused");
    }

    [Fact] // a server's writes say nothing of where a stanza ends
    public void Octets_that_trickle_in_are_read_as_if_they_came_at_once() => Prop.ForAll(
        Arb.From(Streams().SelectMany(stream => Gen.Choose(1, 30).Select(size => (Stream: stream, Size: size)))),
        one =>
        {
            var (whole, trickled) = (Items(one.Stream, one.Stream.Length), Items(one.Stream, one.Size));
            return whole.Count == trickled.Count && whole.Zip(trickled).All(pair => pair switch
            {
                (StreamItem.Element a, StreamItem.Element b) => XNode.DeepEquals(a.Content, b.Content),
                var (a, b) => a == b,
            });
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    [Theory] // sections of XML 1.0 and of Namespaces in XML 1.0
    [InlineData("<a b='1'c='2'/>")] // 3.1: white space between attributes
    [InlineData("<a b=1/>")]
    [InlineData("<a b/>")]
    [InlineData("<a b='<'/>")]
    [InlineData("< a/>")]
    [InlineData("<a/ >")]
    [InlineData("<></>")]
    [InlineData("<a></ a>")]
    [InlineData("<a></a b='1'>")]
    [InlineData("<1a/>")]
    [InlineData("<a>&#0;</a>")] // 4.1 and 2.2: characters
    [InlineData("<a>&#xD800;</a>")]
    [InlineData("<a>&#xFFFF;</a>")]
    [InlineData("<a>&#x110000;</a>")]
    [InlineData("<a>&#99999999999999999999;</a>")]
    [InlineData("<a>&#;</a>")]
    [InlineData("<a>&#x;</a>")]
    [InlineData("<a>&#X41;</a>")]
    [InlineData("<a>&lt</a>")]
    [InlineData("<a>&nbsp;</a>")]
    [InlineData("<a>&</a>")]
    [InlineData("<a>\u001f</a>")]
    [InlineData("<a>\uffff</a>")]
    [InlineData("<a b='\u0000'/>")]
    [InlineData("<a><![CDATA[\u0002]]></a>")]
    [InlineData("<a>]]></a>")] // 2.4
    [InlineData("<a><![cdata[x]]></a>")]
    [InlineData("<a b='1' b='2'/>")] // 3.1: unique attributes
    [InlineData("<a xmlns:p='urn:1' xmlns:q='urn:1' p:b='1' q:b='2'/>")] // names 6.3
    [InlineData("<a xmlns='urn:1' xmlns='urn:2'/>")]
    [InlineData("<a xmlns:p='urn:1' xmlns:p='urn:2'/>")]
    [InlineData("<p:a/>")] // names 5: declared prefixes
    [InlineData("<a p:b=''/>")]
    [InlineData("<a><b xmlns:p='urn:1'/><p:c/></a>")]
    [InlineData("<a xmlns:p=''/>")] // names 2.2, 3
    [InlineData("<a xmlns:xml='urn:1'/>")]
    [InlineData("<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>")]
    [InlineData("<a xmlns='http://www.w3.org/2000/xmlns/'/>")]
    [InlineData("<a xmlns:xmlns='urn:1'/>")]
    [InlineData("<xmlns:a/>")]
    [InlineData("<a:b:c xmlns:a='urn:1'/>")]
    [InlineData("<:a/>")]
    [InlineData("<a:/>")]
    [InlineData("<stream:a></a>")]
    [InlineData("<!ELEMENT a ANY>")]
    [InlineData("</a>")]
    public void What_is_not_well_formed_is_refused(string octets)
    {
        var last = Items(Encoding.UTF8.GetBytes(Header + octets), int.MaxValue)[^1];

        Assert.Equal("not-well-formed", Assert.IsType<StreamItem.Fault>(last).Condition);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<?xml version='1.0'?>")]
    [InlineData("<?xml\tversion = \"1.0\" encoding='UTF-8' standalone='yes' ?>\r\n")]
    [InlineData(" \n")]
    public void Prologue_of_a_stream_is_taken(string prologue) =>
        Assert.Equal(new StreamItem.Header("s1"), Items(Encoding.UTF8.GetBytes(prologue + Header), 1)[0]);

    [Theory] // XML 1.0 section 2.8; RFC 6120 section 11.1
    [InlineData("<?xml version='1.1'?>", "not-well-formed")]
    [InlineData("<?xml encoding='utf-8'?>", "not-well-formed")]
    [InlineData("<?xml version='1.0' standalone='maybe'?>", "not-well-formed")]
    [InlineData("<?xml version='1.0' encoding='utf-16'?>", "unsupported-encoding")]
    [InlineData(" <?xml version='1.0'?>", "restricted-xml")]
    [InlineData("<?xml-stylesheet href='a'?>", "restricted-xml")]
    [InlineData("<!DOCTYPE stream>", "restricted-xml")]
    [InlineData("<!-- -->", "restricted-xml")]
    [InlineData("text", "unsupported-encoding")]
    [InlineData("\ufeff", "unsupported-encoding")]
    public void Any_other_prologue_is_refused(string prologue, string condition)
    {
        var last = Items(Encoding.UTF8.GetBytes(prologue + Header), int.MaxValue)[^1];

        Assert.Equal(condition, Assert.IsType<StreamItem.Fault>(last).Condition);
    }

    [Fact] // an unknown value is an error that need not be reported (XML 1.0 section 2.10); servers pass it on, and must not end our stream
    public void Any_value_of_the_attribute_for_white_space_is_taken() =>
        Assert.IsType<StreamItem.Element>(Items(Encoding.UTF8.GetBytes(Header + "<message xml:space='x'/>"), 5)[1]);

    [Fact]
    public void Stanza_one_octet_over_the_limit_is_refused_wherever_the_octets_are()
    {
        foreach (var (begin, end) in new[] { ("<a>", "</a>"), ("<a b='", "'/>"), ("<a><![CDATA[", "]]></a>"), ("<a", "/>"), ("<a><b/>", "</a>") })
        {
            var filling = new string(' ', Limits.MaxStanzaOctets - begin.Length - end.Length);

            Assert.IsType<StreamItem.Element>(Items(Encoding.UTF8.GetBytes(Header + begin + filling + end), 1000)[1]);
            var last = Items(Encoding.UTF8.GetBytes(Header + begin + filling + ' ' + end), 1000)[^1];
            Assert.Equal("policy-violation", Assert.IsType<StreamItem.Fault>(last).Condition);
        }
    }

    private static bool AreSame(IReadOnlyList<XElement> expected, IReadOnlyList<StreamItem> items)
    {
        var read = items.OfType<StreamItem.Element>().Select(item => item.Content).ToArray();
        return read.Length == expected.Count && read.Zip(expected).All(pair => XNode.DeepEquals(pair.First, pair.Second));
    }

    /// <summary>Everything up to the end or the first fault; an end that is not there is not told.</summary>
    private static List<StreamItem> Items(byte[] octets, int size)
    {
        var parser = new StanzaParser(Limits);
        var items = new List<StreamItem> { new StreamItem.Lost("nothing was read") };
        for (var (start, end) = (0, 0); ;)
        {
            var item = parser.Next(octets.AsSpan(start..end), out var taken);
            start += taken;
            if (item is not null)
            {
                items.Add(item);
            }

            if (item is StreamItem.Closed or StreamItem.Fault)
            {
                return items[1..];
            }

            if (item is null && end == octets.Length)
            {
                return [.. items[1..], items[0]];
            }

            end = item is null ? (int)Math.Min((long)end + size, octets.Length) : end;
        }
    }

    private static Gen<byte[]> Streams()
    {
        var whole = from prologue in Often("", "<?xml version='1.0'?>", "<?xml version='1.0' encoding='UTF-8'?>\n", "<?xml version=\"1.1\"?>", " <?xml version='1.0'?>")
                    from stanzas in Element(3).ListOf().Select(string.Concat)
                    from end in Often("</stream:stream>", "</stream:stream >", "</stream>", " ")
                    select Encoding.UTF8.GetBytes(prologue + Header + stanzas + end);
        var cut = whole.SelectMany(stream => Place(stream).SelectMany(at =>
            Gen.Elements("<", ">", "&", "'", "\"", "]]>", "<!--", "<?", "=", ":", "/", "\0", " ", "&#x41;", "xmlns=''", "é", "\ufffe").Select(bad =>
                (byte[])[.. stream[..at], .. Encoding.UTF8.GetBytes(bad), .. stream[(at + (at % 2))..]])));
        var broken = whole.SelectMany(stream => Place(stream).SelectMany(at => Gen.Choose(0, 255).Select(octet =>
        {
            var copy = (byte[])stream.Clone();
            copy[at] = (byte)octet;
            return copy;
        })));
        return Gen.Frequency((4, whole), (1, cut), (1, broken));
    }

    /// <summary>Somewhere behind the header.</summary>
    private static Gen<int> Place(byte[] stream) => Gen.Choose(stream.AsSpan().LastIndexOf("id='s1'"u8) + 8, stream.Length - 1);

    private static Gen<string> Element(int depth) =>
        from name in Often("message", "body", "p:a", "é", "a-b.c_1", "xml:b", "q:d", "1a", "a:b:c", "p:", "·")
        from declared in Gen.Frequency((8, Gen.Constant(name.StartsWith("p:", StringComparison.Ordinal) ? " xmlns:p='urn:p'" : "")), (1, Gen.Constant("")))
        from attributes in Attribute().ListOf().Select(list => string.Concat(list.DistinctBy(one => one.Split('=')[0].Trim()).Take(4)))
        from space in Often("", " ", "\r\n")
        from content in depth == 0 ? Gen.Constant("") : Content(depth - 1).ListOf().Select(list => string.Concat(list.Take(4)))
        from isEmpty in Gen.Elements(true, false, false)
        select isEmpty ? $"<{name}{declared}{attributes}{space}/>" : $"<{name}{declared}{attributes}{space}>{content}</{name}{space}>";

    private static Gen<string> Attribute() =>
        from name in Gen.Frequency(
            (30, Gen.Elements("id", "to", "from", "type", "xml:lang", "é", "stream:x", "a.b")),
            (18, Gen.Elements("xmlns='urn:1'", "xmlns=''", "xmlns:q='urn:q'", "xmlns:stream='urn:s'", "xmlns:xml='http://www.w3.org/XML/1998/namespace'")),
            (1, Gen.Elements("p:b", "q:b", "b:", ":c", "xmlns:xmlns='a'", "xmlns:q=''", "xmlns:xml='urn:x'", "xmlns:y='http://www.w3.org/2000/xmlns/'")))
        from value in Often("", "a", "&lt;&#65;&#x1F600;", "a\tb\r\nc\rd\ne", "é\u2028😀", ">", "]]>", "\"", "<", "&", "&#x0;", "&bad;", "\u0001", "\uffff")
        from sign in Often("=", " = ", "=\n", " ")
        select name.Contains('\'', StringComparison.Ordinal) ? " " + name : $" {name}{sign}'{value}'";

    private static Gen<string> Content(int depth) => Gen.Frequency(
        (3, Element(depth)),
        (4, Often("text", " ", "a\r\nb\rc", "&amp;&gt;&apos;&quot;", "&#10;&#xd;&#9;", "<![CDATA[ a<b>&c; ]] ]]>", "é\ud83d\ude00", "]]", "]>", "<!-- -->", "<?a?>", "&b;", "&#xFFFE;", "]]>", "<![CDATA[")));

    /// <summary>Mostly one of the first.</summary>
    private static Gen<string> Often(params string[] texts) =>
        Gen.Frequency([.. texts.Select((text, i) => (i < texts.Length / 2 ? 60 : 1, Gen.Constant(text)))]);
}
