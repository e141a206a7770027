using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Xmpp.DataForms;

namespace Gateway.Xmpp.Tests.DataForms;

public sealed class DataFormTests
{
    private static readonly XNamespace Ns = "jabber:x:data";

    [Fact]
    public void Any_form_that_can_be_written_is_read_as_it_was()
    {
        var words = Gen.Elements("accept", "otr", "<&>", "é☺", "a b", "x");
        var field =
            from name in words
            from type in Gen.Elements<DataFieldType?>(null, DataFieldType.TextSingle, DataFieldType.ListMulti, DataFieldType.Hidden)
            from value in words
            from required in Gen.Elements(true, false)
            from options in Gen.ListOf(words)
            select new DataField(name, type, value) { IsRequired = required, Options = [.. options.Take(9).Select(option => new DataOption(option, value))] };
        var form =
            from type in Gen.Elements(Enum.GetValues<DataFormType>())
            from fields in Gen.ListOf(field)
            select new DataForm(type, [.. fields.DistinctBy(one => one.Var)]);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(form.ToArbitrary(), written =>
        {
            var xml = DataFormWriter.Write(written).ToString();
            return DataFormReader.TryRead(XElement.Parse(xml), out var read, out _) && DataFormWriter.Write(read).ToString() == xml;
        }));
    }

    [Theory] // XEP-0004 sections 3.1 and 3.2
    [InlineData("<x xmlns='jabber:x:data'/>")]
    [InlineData("<x xmlns='jabber:x:data' type='error'/>")]
    [InlineData("<x xmlns='jabber:y:data' type='form'/>")]
    [InlineData("<x xmlns='jabber:x:data' type='form'><field/></x>")]
    [InlineData("<x xmlns='jabber:x:data' type='form'><field var='a'/><field var='a'/></x>")]
    [InlineData("<x xmlns='jabber:x:data' type='form'><field var='a' type='boolean'><value>2</value></field></x>")]
    [InlineData("<x xmlns='jabber:x:data' type='form'><field var='a' type='boolean'><value>1</value><value>0</value></field></x>")]
    [InlineData("<x xmlns='jabber:x:data' type='form'><field var='a' type='list-single'><option/></field></x>")]
    [InlineData("<x xmlns='jabber:x:data' type='form'><field var='a'><option><value>1</value><value>2</value></option></field></x>")]
    public void Form_against_the_rules_is_refused_with_a_fault(string xml)
    {
        Assert.False(DataFormReader.TryRead(XElement.Parse(xml), out _, out var fault));
        Assert.NotEmpty(fault);
    }

    [Fact]
    public void Endless_form_is_refused()
    {
        var many = new XElement(Ns + "x", new XAttribute("type", "submit"),
            Enumerable.Range(0, DataFormLimits.Fields + 1).Select(i => new XElement(Ns + "field", new XAttribute("var", $"f{i}"))));
        var values = new XElement(Ns + "x", new XAttribute("type", "submit"), new XElement(Ns + "field", new XAttribute("var", "f"),
            Enumerable.Range(0, DataFormLimits.Values + 1).Select(i => new XElement(Ns + "value", i))));
        var options = new XElement(Ns + "x", new XAttribute("type", "form"), new XElement(Ns + "field", new XAttribute("var", "f"),
            Enumerable.Range(0, DataFormLimits.Options + 1).Select(i => new XElement(Ns + "option", new XElement(Ns + "value", i)))));
        var name = new XElement(Ns + "x", new XAttribute("type", "form"), new XElement(Ns + "field", new XAttribute("var", new string('x', DataFormLimits.Name + 1))));
        var text = new XElement(Ns + "x", new XAttribute("type", "form"), new XElement(Ns + "field", new XAttribute("var", "f"),
            new XElement(Ns + "value", new string('x', DataFormLimits.Value + 1))));

        Assert.All([many, values, options, name, text], form => Assert.False(DataFormReader.TryRead(form, out _, out _)));
    }

    [Theory] // XEP-0068 section 3.1
    [InlineData("form", "hidden", true)]
    [InlineData("form", "text-single", false)]
    [InlineData("form", null, false)]
    [InlineData("submit", "hidden", true)]
    [InlineData("submit", null, true)]
    [InlineData("result", null, true)]
    public void FORM_TYPE_is_hidden_on_a_form_and_may_go_without_a_type_on_an_answer(string formType, string? fieldType, bool counts)
    {
        var x = new XElement(Ns + "x", new XAttribute("type", formType), new XElement(Ns + "field", new XAttribute("var", "FORM_TYPE"),
            fieldType is null ? null : new XAttribute("type", fieldType), new XElement(Ns + "value", "urn:xmpp:ssn")));

        Assert.True(DataFormReader.TryRead(x, out var form, out _));
        Assert.Equal(counts ? "urn:xmpp:ssn" : null, form.FormType);
    }

    [Theory] // XEP-0155 section 2.1, note 2
    [InlineData(" true\n", true, true)]
    [InlineData("0", true, false)]
    [InlineData("True", false, false)]
    [InlineData("", false, false)]
    [InlineData(null, false, false)]
    public void Boolean_is_one_of_four_words(string? text, bool isBoolean, bool value)
    {
        Assert.Equal(isBoolean, XmlBoolean.TryParse(text, out var read));
        Assert.Equal(value, read);
    }
}
