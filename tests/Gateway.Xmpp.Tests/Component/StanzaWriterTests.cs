using System.Text;
using System.Xml;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Tests.Component;

public sealed class StanzaWriterTests
{
    private static readonly XNamespace Other = "urn:other";

    [Fact]
    public void Stanza_takes_the_streams_namespace_and_payloads_keep_theirs() => Assert.Equal(
        "<message to='a'><body>x</body><p xmlns='urn:other'><q/><r xmlns=''/><body xmlns='jabber:client'/></p><error/></message>",
        Written(new XElement(
            "message",
            new XAttribute("to", "a"),
            new XElement(StreamNamespaces.Client + "body", "x"),
            new XElement(Other + "p", new XElement(Other + "q"), new XElement("r"), new XElement(StreamNamespaces.Client + "body")),
            new XElement(StreamNamespaces.Component + "error"))));

    [Fact]
    public void Attributes_keep_their_namespaces() => Assert.Equal(
        "<presence xml:lang='en' xmlns:a0='urn:other' a0:b='1' xmlns:a1='urn:other' a1:c='2'/>",
        Written(new XElement(
            "presence",
            new XAttribute(XNamespace.Xmlns + "foo", "urn:other"),
            new XAttribute(XNamespace.Xml + "lang", "en"),
            new XAttribute(Other + "b", "1"),
            new XAttribute(Other + "c", "2"))));

    [Fact] // nothing passes from one protocol's text into the other's unescaped
    public void Markup_and_forbidden_characters_cannot_break_the_stream() => Assert.Equal(
        "<m a='&apos;&quot;&lt;&#10;&#9;&#13;\ufffd'>&lt;/m&gt;&amp;\n\t&#13;\ufffd\ufffd\ufffd\U0001f600</m>",
        Written(new XElement("m", new XAttribute("a", "'\"<\n\t\r\u0001"), "</m>&\n\t\r\u0000\ufffe\ud800\U0001f600")));

    [Fact]
    public void What_is_written_is_read_as_it_was() => Prop.ForAll(
        ArbMap.Default.ArbFor<string?>(),
        ArbMap.Default.ArbFor<string?>(),
        (text, attribute) =>
        {
            var stanza = new XElement(
                StreamNamespaces.Component + "message",
                new XAttribute("id", attribute ?? ""),
                new XElement(Other + "x", new XAttribute(Other + "y", text ?? ""), text));

            var read = XElement.Parse(
                $"<s xmlns='{StreamNamespaces.Component}'>{Written(stanza)}</s>", LoadOptions.PreserveWhitespace).Elements().Single();

            return read.Attribute("id")!.Value == Clean(attribute)
                && read.Element(Other + "x")!.Value == Clean(text)
                && read.Element(Other + "x")!.Attribute(Other + "y")!.Value == Clean(text);
        }).QuickCheckThrowOnFailure();

    private static string Written(XElement stanza) => Encoding.UTF8.GetString(StanzaWriter.Write(stanza));

    /// <summary>What is left of text in XML 1.0.</summary>
    private static string Clean(string? text)
    {
        var clean = new StringBuilder();
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            clean.Append(rune.Utf16SequenceLength == 2 || XmlConvert.IsXmlChar((char)rune.Value) ? rune.ToString() : "\ufffd");
        }

        return clean.ToString();
    }
}
