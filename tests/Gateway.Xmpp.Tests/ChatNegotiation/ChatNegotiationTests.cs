using System.Collections.Immutable;
using System.Xml.Linq;
using Gateway.Testing;
using Gateway.Xmpp.ChatNegotiation;
using Gateway.Xmpp.FeatureNegotiation;
using Gateway.Xmpp.Stanzas;
using static Gateway.Xmpp.ChatNegotiation.ChatNegotiationDialect;
using Message = Gateway.Xmpp.ChatNegotiation.ChatNegotiationMessage;

namespace Gateway.Xmpp.Tests.ChatNegotiation;

public sealed class ChatNegotiationTests
{
    private const string Thread = "ffd7076498744578d10edabfe7f4a866";

    [Theory] // MAPPING section 7, the table of forms; S-5
    [InlineData("v08-01", typeof(Message.Initiate))]
    [InlineData("v08-02", typeof(Message.Reply))]
    [InlineData("v08-03", typeof(Message.Reply))]
    [InlineData("v08-06", typeof(Message.Renegotiate))]
    [InlineData("v08-07", typeof(Message.RenegotiateReply))]
    [InlineData("v08-08", typeof(Message.Continue))]
    [InlineData("v08-09", typeof(Message.ContinueReply))]
    [InlineData("v08-10", typeof(Message.Terminate))]
    [InlineData("v08-11", typeof(Message.TerminateAcknowledged))]
    [InlineData("v12-01", typeof(Message.Initiate))]
    [InlineData("v12-02", typeof(Message.Reply))]
    [InlineData("v12-03", typeof(Message.Reply))]
    [InlineData("v12-07", typeof(Message.Complete))]
    [InlineData("v12-08", typeof(Message.Complete))]
    [InlineData("v12-09", typeof(Message.Continue))]
    [InlineData("v12-10", typeof(Message.ContinueReply))]
    [InlineData("v12-11", typeof(Message.Renegotiate))]
    [InlineData("v12-12", typeof(Message.RenegotiateReply))]
    [InlineData("v12-13", typeof(Message.RenegotiateReply))]
    [InlineData("v12-14", typeof(Message.Terminate))]
    [InlineData("v12-15", typeof(Message.TerminateAcknowledged))]
    public void Example_of_the_specification_is_what_its_heading_says(string name, Type kind)
    {
        var message = Read(name);

        Assert.IsType(kind, message);
        Assert.Equal(name.StartsWith("v08", StringComparison.Ordinal) ? V08 : V12, message.Dialect);
    }

    [Fact]
    public void Every_example_is_used()
    {
        string[] errors = ["v08-04", "v08-05", "v12-04", "v12-05", "v12-06"];
        Assert.Equal(26, ChatCorpus.Names.Count());
        Assert.All(errors, name => Assert.Equal("error", (string?)ChatCorpus.Stanza(name).Attribute("type")));
    }

    [Fact] // N-5
    public void Initiation_of_0_8_lists_its_parameters_with_their_wishes()
    {
        var initiate = Assert.IsType<Message.Initiate>(Read("v08-01"));

        Assert.Equal("Can we talk?", initiate.Reason);
        Assert.Equal(
            [(ChatFields.Xhtml, "0"), (ChatFields.ChatStates, "0"), (ChatFields.OffTheRecord, "1"), (ChatFields.Secure, "1")],
            initiate.Parameters.Select(parameter => (parameter.Name, parameter.Preferred!)));
        Assert.All(initiate.Parameters, parameter => Assert.True(parameter is { IsBoolean: true, IsRequired: false }));
    }

    [Fact]
    public void Initiation_of_1_2_lists_options_in_order_of_preference_and_what_is_required()
    {
        var initiate = Assert.IsType<Message.Initiate>(Read("v12-01"));
        var logging = initiate.Parameters.Single(parameter => parameter.Name == ChatFields.Logging);

        Assert.Equal<string>(["may", "mustnot"], logging.Options);
        Assert.Equal("mustnot", logging.Preferred);
        Assert.Equal(
            [ChatFields.Logging, ChatFields.Disclosure, ChatFields.Security],
            initiate.Parameters.Where(parameter => parameter.IsRequired).Select(parameter => parameter.Name));
    }

    [Theory] // N-5: both spellings of a boolean
    [InlineData("1", true)]
    [InlineData("true", true)]
    [InlineData("0", false)]
    [InlineData("false", false)]
    public void Answer_is_read_in_both_spellings_of_a_boolean(string value, bool accepts) =>
        Assert.Equal(accepts, Assert.IsType<Message.Reply>(Read(V08, "submit", ("accept", value))).Accepts);

    [Theory]
    [InlineData("submit", "accept", "yes")]
    [InlineData("submit", "accept", "")]
    [InlineData("submit", "terminate", "0")]
    [InlineData("submit", "terminate", "TRUE")]
    [InlineData("result", "secure", "1")]
    public void Form_that_is_no_step_is_a_bad_request(string type, string field, string value)
    {
        Assert.False(ChatNegotiationReader.TryRead(Feature(ChatNegotiationNamespaces.FormType(V08), type, (field, value)), out _, out var fault));
        Assert.Equal(StanzaErrorCondition.BadRequest, fault.Condition);
    }

    [Fact] // XEP-0068 section 3.1
    public void Form_without_FORM_TYPE_is_a_bad_request()
    {
        Assert.False(ChatNegotiationReader.TryRead(Feature(null, "form", ("accept", "1")), out _, out var fault));
        Assert.Equal(StanzaErrorCondition.BadRequest, fault.Condition);
    }

    [Fact] // N-12, XEP-0020 section 2.1
    public void Form_of_another_protocol_is_not_served()
    {
        Assert.False(ChatNegotiationReader.TryRead(Feature("romantic_meetings", "form", ("accept", "1")), out _, out var fault));
        Assert.Equal(StanzaErrorCondition.ServiceUnavailable, fault.Condition);
    }

    [Theory] // S-1 to S-5: each dialect in its own shape
    [InlineData(V08)]
    [InlineData(V10)]
    [InlineData(V12)]
    public void Every_step_survives_being_written_and_read(ChatNegotiationDialect dialect)
    {
        var values = ImmutableDictionary<string, string>.Empty.Add(ChatFields.Xhtml, dialect == V08 ? "1" : "may");
        ImmutableArray<ChatParameter> parameters =
        [
            new(ChatFields.Xhtml, "1") { IsBoolean = true },
            new(ChatFields.ChatStates, "may") { Options = ["may", "mustnot"], IsRequired = true },
        ];
        Message[] steps =
        [
            new Message.Initiate(dialect, parameters) { Reason = "Can we talk?" },
            new Message.Reply(dialect, true, values) { Reason = "Sure" },
            new Message.Reply(dialect, false, ImmutableDictionary<string, string>.Empty),
            new Message.Complete(dialect, true),
            new Message.Complete(dialect, false),
            new Message.Renegotiate(dialect, parameters),
            new Message.RenegotiateReply(dialect, true, values),
            new Message.Continue(dialect, "PDA") { Reason = "I am leaving the orchard." },
            new Message.ContinueReply(dialect, "PDA"),
            new Message.Terminate(dialect) { Reason = "Gotta go!" },
            new Message.TerminateAcknowledged(dialect),
        ];
        foreach (var step in steps)
        {
            var stanza = ChatNegotiationWriter.Build("romeo@montague.net/orchard", "juliet@capulet.com", "1", Thread, step);
            Assert.True(ChatNegotiationReader.TryRead(stanza.Element(FeatureNegotiationForms.Namespace + "feature")!, out var read, out _));
            Assert.Equal(Print(step), Print(read));
            Assert.Null(stanza.Element("body")); // N-2
            Assert.Equal(Thread, stanza.Element("thread")!.Value); // N-4
            Assert.Equal("normal", (string?)stanza.Attribute("type")); // N-3
            Assert.NotNull(stanza.Element(XName.Get("no-store", "urn:xmpp:hints"))); // S-8
        }
    }

    [Fact] // N-33
    public void Acknowledgement_of_the_end_has_no_reason() => Assert.Null(
        ChatNegotiationWriter.Form(new Message.TerminateAcknowledged(V08) { Reason = "Gotta go!" }).Field(ChatFields.Reason));

    [Theory] // N-12, N-13, S-3: 0.8 examples 4 and 5, 1.2 examples 4 to 6
    [InlineData("v08-01", "v08-04", StanzaErrorCondition.ServiceUnavailable, "")]
    [InlineData("v12-01", "v12-05", StanzaErrorCondition.FeatureNotImplemented, "logging")]
    [InlineData("v12-01", "v12-06", StanzaErrorCondition.NotAcceptable, "security")]
    public void Refusal_says_what_the_example_says(string request, string example, StanzaErrorCondition condition, string field)
    {
        var expected = ChatCorpus.Stanza(example).Element("error")!;
        var reply = FeatureNegotiationForms.ErrorReply(Message(request), condition, field.Length == 0 ? [] : [field]);
        var error = reply.Element("error")!;

        Assert.Equal((string?)expected.Attribute("code"), (string?)error.Attribute("code"));
        Assert.Equal((string?)expected.Attribute("type"), (string?)error.Attribute("type"));
        Assert.Equal(expected.Elements().First().Name, error.Elements().First().Name);
        Assert.Equal(Thread, reply.Element("thread")!.Value);
        Assert.NotNull(reply.Element(FeatureNegotiationForms.Namespace + "feature")); // the original form, echoed
        Assert.Equal(
            expected.Element(FeatureNegotiationForms.Namespace + "feature")?.ToString(),
            error.Element(FeatureNegotiationForms.Namespace + "feature")?.ToString());
        Assert.True(Stanza.TryRead(reply, out var stanza, out _));
        Assert.Equal<string>(field.Length == 0 ? [] : [field], FeatureNegotiationForms.FieldsOf((MessageStanza)stanza));
    }

    private static Message Read(string name)
    {
        var feature = ChatCorpus.Stanza(name).Element(FeatureNegotiationForms.Namespace + "feature")!;
        Assert.True(ChatNegotiationReader.TryRead(feature, out var message, out var fault), fault?.Text);
        return message;
    }

    private static Message Read(ChatNegotiationDialect dialect, string type, params (string Name, string Value)[] fields)
    {
        Assert.True(ChatNegotiationReader.TryRead(Feature(ChatNegotiationNamespaces.FormType(dialect), type, fields), out var message, out _));
        return message;
    }

    private static MessageStanza Message(string name)
    {
        Assert.True(Stanza.TryRead(ChatCorpus.Stanza(name), out var stanza, out _));
        return (MessageStanza)stanza;
    }

    private static XElement Feature(string? formType, string type, params (string Name, string Value)[] fields)
    {
        XNamespace data = "jabber:x:data";
        return new XElement(
            FeatureNegotiationForms.Namespace + "feature",
            new XElement(
                data + "x",
                new XAttribute("type", type),
                formType is null ? null : new XElement(data + "field", new XAttribute("var", "FORM_TYPE"), new XAttribute("type", "hidden"), new XElement(data + "value", formType)),
                fields.Select(field => new XElement(data + "field", new XAttribute("var", field.Name), new XElement(data + "value", field.Value)))));
    }

    private static string Print(Message message) =>
        $"{message.GetType().Name} {ChatNegotiationWriter.Form(message with { Reason = message.Reason }).Type} {Gateway.Xmpp.DataForms.DataFormWriter.Write(ChatNegotiationWriter.Form(message))}";
}
