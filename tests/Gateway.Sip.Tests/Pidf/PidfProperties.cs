using System.Text;
using System.Xml;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Sip.Pidf;
using Gateway.Sip.Tests.Messages;

namespace Gateway.Sip.Tests.Pidf;

public sealed class PidfProperties
{
    private static readonly byte[] Seed = Encoding.UTF8.GetBytes(
        "<?xml version='1.0'?><presence xmlns='urn:ietf:params:xml:ns:pidf' entity='pres:a@b'><tuple id='ID-1'><status><basic>open</basic>"
        + "<x xmlns='u'>y</x></status><contact priority='0.5'>sip:a@b</contact><note xml:lang='en'>n</note></tuple><note>m</note></presence>");

    [Fact]
    public void Damaged_document_is_refused_or_read_the_same_from_what_it_writes() => Prop.ForAll(Noise.Of(Seed), bytes =>
    {
        if (!PidfReader.TryRead(bytes, out var document, out var fault))
        {
            Assert.NotNull(fault);
            return;
        }

        Assert.True(PidfReader.TryRead(PidfWriter.Write(document).Content, out var again, out fault), fault);
        Assert.Equal(document, again);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void What_is_written_is_read_back() => Prop.ForAll(Documents(), document =>
    {
        Assert.True(PidfReader.TryRead(PidfWriter.Write(document).Content, out var again, out var fault), fault);
        Assert.Equal(document, again);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact] // no name, however strange, breaks the document or meets another's id
    public void Ids_are_xml_names_and_lead_back() => Prop.ForAll<string>(name =>
    {
        var text = new string([.. (name ?? "").Where(c => !char.IsSurrogate(c))]);
        var id = PidfTupleId.Of(text);
        Assert.Equal(id, XmlConvert.VerifyNCName(id));
        Assert.True(PidfTupleId.TryName(id, out var back));
        Assert.Equal(text, back);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void No_text_breaks_the_document() => Prop.ForAll<string>(text =>
    {
        var hostile = (text ?? "") + "\0\ud800]]></note>";
        var body = PidfWriter.Write(new PidfDocument(hostile, [new PidfTuple("a", true) { Notes = [new PidfNote(hostile)], Contact = hostile }]));
        Assert.True(PidfReader.TryRead(body.Content, out var document, out var fault), fault);
        Assert.Single(document.Tuples);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static Arbitrary<PidfDocument> Documents()
    {
        var word = Gen.Elements("a", "pres:x@y", "über", "<&>\"'", "日本", "😀");
        var notes = Gen.ArrayOf(word.SelectMany(text => Gen.Elements<string?>(null, "en", "de-CH").Select(l => new PidfNote(text, l))), 2);
        var tuple = from id in Gen.Choose(0, 1_000_000)
                    from open in Gen.Elements<bool?>(true, false, null)
                    from priority in Gen.Choose(0, 1000)
                    from contact in Gen.Elements<string?>(null, "sip:a@b")
                    from show in word
                    from note in notes
                    select new PidfTuple(PidfTupleId.Of($"{id}"), open)
                    {
                        Contact = contact,
                        Priority = contact is null ? null : priority,
                        Extensions = [new PidfExtension(XName.Get("show", "urn:example"), show)],
                        Notes = [.. note],
                    };
        return Arb.From(from entity in word
                        from tuples in Gen.ListOf(tuple)
                        from note in notes
                        select new PidfDocument(entity, [.. tuples.DistinctBy(t => t.Id).Take(20)]) { Notes = [.. note] });
    }
}
