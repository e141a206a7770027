using System.Text;
using System.Xml.Linq;
using Gateway.Sip.Pidf;

namespace Gateway.Sip.Tests.Pidf;

/// <summary>RFC 3863, and what RFC 8048 section 6 puts into it.</summary>
public sealed class PidfTests
{
    private static readonly XName Show = XName.Get("show", "urn:example:status");

    [Fact] // RFC 8048 section 6.2, example 19
    public void Document_of_the_text_is_read()
    {
        var document = Read("""
            <?xml version='1.0' encoding='UTF-8'?>
            <presence xmlns='urn:ietf:params:xml:ns:pidf' entity='pres:juliet@example.com'>
              <tuple id='ID-yn0cl4bnw0yr3vym'>
                <status><basic>open</basic><show xmlns='urn:example:status'>away</show></status>
                <contact priority='0.8'>sip:juliet@example.com</contact>
                <note xml:lang='en'>on the balcony</note>
                <timestamp>2026-11-21T10:00:00Z</timestamp>
              </tuple>
              <note>whole</note>
            </presence>
            """);
        Assert.Equal(
            new PidfDocument("pres:juliet@example.com",
            [
                new PidfTuple("ID-yn0cl4bnw0yr3vym", true)
                {
                    Extensions = [new PidfExtension(Show, "away")],
                    Contact = "sip:juliet@example.com",
                    Priority = 800,
                    Notes = [new PidfNote("on the balcony", "en")],
                    Timestamp = new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero),
                },
            ]) { Notes = [new PidfNote("whole")] },
            document);
        Assert.Equal("away", document.Tuples[0].Extension(Show));
    }

    [Fact] // RFC 3863 section 4.2.1: prefixes; RFC 4480 section 3.2: activities of the person
    public void Prefixes_and_rich_presence_are_read_and_the_unknown_is_passed_over()
    {
        var document = Read("""
            <impp:presence xmlns:impp="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"
                xmlns:r="urn:ietf:params:xml:ns:pidf:rpid" xmlns:x="urn:example:x" entity="sip:a@example.com">
              <impp:tuple id="t1"><impp:status><impp:basic>closed</impp:basic><x:deep impp:mustUnderstand="1"><x:er/></x:deep></impp:status></impp:tuple>
              <impp:tuple id="t2"><impp:status><impp:basic>maybe</impp:basic></impp:status></impp:tuple>
              <impp:tuple id="t1"><impp:status/></impp:tuple>
              <x:note>not ours</x:note>
              <dm:person id="p"><r:activities><r:on-the-phone/><x:other/><r:busy/></r:activities></dm:person>
            </impp:presence>
            """);
        Assert.Equal([new PidfTuple("t1", false), new PidfTuple("t2", null)], document.Tuples.AsEnumerable());
        Assert.Equal(["on-the-phone", "busy"], document.Activities.AsEnumerable());
        Assert.Empty(document.Notes);
    }

    [Fact] // RFC 3863 section 4: no DTD, and nothing beyond its limits
    public void Bombs_are_refused()
    {
        Refused("<!DOCTYPE p [<!ENTITY a 'x'>]><presence xmlns='urn:ietf:params:xml:ns:pidf' entity='a'>&a;</presence>");
        Refused("<!DOCTYPE presence SYSTEM 'file:///etc/passwd'><presence xmlns='urn:ietf:params:xml:ns:pidf' entity='a'/>");
        Refused(Wrapped(string.Concat(Enumerable.Repeat("<a>", 200)) + string.Concat(Enumerable.Repeat("</a>", 200))));
        Refused(Wrapped(string.Concat(Enumerable.Repeat("<a/>", 5000))));
        Refused(Wrapped(string.Concat(Enumerable.Range(0, 65).Select(i => $"<tuple id='a{i}'><status/></tuple>"))));
        Refused(Wrapped(new string(' ', 70_000)));
        Refused(Wrapped($"<tuple id='{new string('a', 3000)}'><status/></tuple>"));
    }

    [Theory] // RFC 3863 section 4.1: what must be there
    [InlineData("")]
    [InlineData("<presence entity='a'/>")]
    [InlineData("<presence xmlns='urn:ietf:params:xml:ns:pidf'/>")]
    [InlineData("<tuple xmlns='urn:ietf:params:xml:ns:pidf' entity='a'/>")]
    [InlineData("<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='a'><tuple><status/></tuple></presence>")]
    [InlineData("<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='a'><tuple id='x'/></presence>")]
    [InlineData("<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='a'>")]
    [InlineData("<?xml version='1.0' encoding='no-such'?><presence xmlns='urn:ietf:params:xml:ns:pidf' entity='a'/>")]
    public void What_is_no_document_is_refused_with_a_reason(string text) => Refused(text);

    [Fact]
    public void Long_note_is_cut_between_characters()
    {
        var document = Read(Wrapped($"<note>{new string('a', 1023)}\U0001F600</note>"));
        Assert.Equal(new string('a', 1023), Assert.Single(document.Notes).Text);
    }

    [Theory] // RFC 8048 section 6.2 note 2, P-11
    [InlineData("yn0cl4bnw0yr3vym", "ID-yn0cl4bnw0yr3vym")]
    [InlineData("1 home", "ID-1_20home")]
    [InlineData("a_b", "ID-a_5fb")]
    [InlineData("Überall", "ID-_c3_9cberall")]
    [InlineData("", "ID-")]
    public void Name_of_a_device_becomes_an_xml_id_and_back(string name, string id)
    {
        Assert.Equal(id, PidfTupleId.Of(name));
        Assert.True(PidfTupleId.TryName(id, out var back));
        Assert.Equal(name, back);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("ID-_2")]
    [InlineData("ID-_zz")]
    [InlineData("ID-_41")]
    [InlineData("ID-_ff")]
    public void Other_ids_are_nobodys_name(string id) => Assert.False(PidfTupleId.TryName(id, out _));

    private static string Wrapped(string inner) => $"<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='a'>{inner}</presence>";

    private static PidfDocument Read(string text)
    {
        Assert.True(PidfReader.TryRead(Encoding.UTF8.GetBytes(text), out var document, out var fault), fault);
        return document;
    }

    private static void Refused(string text)
    {
        Assert.False(PidfReader.TryRead(Encoding.UTF8.GetBytes(text), out var document, out var fault));
        Assert.Null(document);
        Assert.NotEmpty(fault);
    }
}
