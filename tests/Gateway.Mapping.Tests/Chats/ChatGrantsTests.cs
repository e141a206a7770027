using System.Collections.Immutable;
using Gateway.Mapping.Chats;
using Gateway.Xmpp.ChatNegotiation;
using Gateway.Xmpp.DataForms;
using Gateway.Xmpp.Stanzas;
using static Gateway.Xmpp.ChatNegotiation.ChatNegotiationDialect;

namespace Gateway.Mapping.Tests.Chats;

public sealed class ChatGrantsTests // MAPPING 7.5
{
    private static readonly ChatTerms Start = new(Xhtml: false, ChatStates: true);
    private static readonly ChatPromises Nothing = new(OffTheRecord: false, Secure: false);
    private static readonly ChatPromises Everything = new(OffTheRecord: true, Secure: true);

    [Fact] // N-7
    public void Optional_field_that_nobody_knows_is_answered_no_or_left_out()
    {
        var offer = Read(V08, Nothing, new ChatParameter("telepathy", "1") { IsBoolean = true }, new ChatParameter("colour", "red"));

        var values = ChatGrants.Values(V08, offer.Parameters, offer.Wanted);
        Assert.Equal("0", values["telepathy"]);
        Assert.False(values.ContainsKey("colour"));
    }

    [Fact] // N-26
    public void What_a_renegotiation_leaves_out_stays_as_it_was()
    {
        var current = new ChatTerms(Xhtml: true, ChatStates: false) { OffTheRecord = true };
        Assert.True(ChatGrants.TryRead(V08, null, [Switch(ChatFields.ChatStates, "1")], current, Everything, out var offer, out _));

        Assert.Equal(current with { ChatStates = true }, offer.Wanted);
        Assert.Equal(current, ChatGrants.Granted(ImmutableDictionary<string, string>.Empty, current));
    }

    [Fact] // F-2
    public void What_was_not_agreed_on_is_not_offered_to_the_phone()
    {
        Assert.DoesNotContain("text/html", new ChatTerms(Xhtml: false, ChatStates: true).AcceptTypes(wrapped: true));
        Assert.DoesNotContain("application/im-iscomposing+xml", new ChatTerms(Xhtml: true, ChatStates: false).AcceptTypes(wrapped: true));
        Assert.Contains("text/plain", new ChatTerms(Xhtml: false, ChatStates: false).AcceptTypes(wrapped: false));
    }

    [Theory] // F-3, F-4: promised only where it is kept
    [InlineData(false, "0")]
    [InlineData(true, "1")]
    public void Promises_are_given_where_the_gateway_can_keep_them(bool can, string value)
    {
        var offer = Read(V08, can ? Everything : Nothing, Switch(ChatFields.OffTheRecord, "1"), Switch(ChatFields.Secure, "1"));

        var values = ChatGrants.Values(V08, offer.Parameters, offer.Wanted);
        Assert.Equal(value, values[ChatFields.OffTheRecord]);
        Assert.Equal(value, values[ChatFields.Secure]);
    }

    [Theory] // S-9, N-13, S-3
    [InlineData(V08, "otr", "1", "", StanzaErrorCondition.FeatureNotImplemented)]
    [InlineData(V08, "secure", "true", "", StanzaErrorCondition.FeatureNotImplemented)]
    [InlineData(V12, "security", "e2e", "e2e", StanzaErrorCondition.NotAcceptable)]
    [InlineData(V12, "security", "c2s", "c2s", StanzaErrorCondition.NotAcceptable)]
    [InlineData(V12, "disclosure", "never", "never disabled", StanzaErrorCondition.NotAcceptable)]
    [InlineData(V12, "logging", "mustnot", "mustnot", StanzaErrorCondition.NotAcceptable)]
    [InlineData(V12, "presence", "may", "may", StanzaErrorCondition.NotAcceptable)]
    [InlineData(V12, "telepathy", "on", "on off", StanzaErrorCondition.FeatureNotImplemented)]
    public void Requirement_that_cannot_be_kept_is_refused_by_name(
        ChatNegotiationDialect dialect, string name, string value, string options, StanzaErrorCondition condition)
    {
        var field = new ChatParameter(name, value) { IsRequired = true, IsBoolean = dialect == V08, Options = [.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)] };

        Assert.False(ChatGrants.TryRead(dialect, null, [field], Start, Nothing, out _, out var fault));
        Assert.Equal(condition, fault.Condition);
        Assert.Equal<string>([name], fault.Fields);
    }

    [Fact] // S-2
    public void Every_required_field_is_answered_and_a_refusal_has_none()
    {
        ChatParameter[] required =
        [
            List(ChatFields.Xhtml, "may", "may", "mustnot"), List(ChatFields.ChatStates, "may", "may", "mustnot"), List(ChatFields.Logging, "may", "may", "mustnot"),
            List(ChatFields.Security, "none", "none", "c2s"), List(ChatFields.Disclosure, "enabled", "never", "enabled"), List(ChatFields.Language, "it", "en", "it"),
        ];
        var offer = Read(V12, Nothing, required);

        var values = ChatGrants.Values(V12, offer.Parameters, offer.Wanted);
        Assert.All(required, field => Assert.Contains(values[field.Name], field.Options));
        var refusal = ChatNegotiationWriter.Form(new ChatNegotiationMessage.Reply(V12, false, ImmutableDictionary<string, string>.Empty));
        Assert.Equal([DataForm.FormTypeField, ChatFields.Accept], refusal.Fields.Select(field => field.Var));
    }

    [Fact] // S-10
    public void Several_sessions_at_a_time_are_never_granted()
    {
        var offer = Read(V12, Everything, Switch(ChatFields.MultiSession, "1"));

        Assert.Equal("0", ChatGrants.Values(V12, offer.Parameters, offer.Wanted)[ChatFields.MultiSession]);
    }

    [Fact] // S-13
    public void Labels_of_a_stranger_are_shown_to_nobody()
    {
        var form = ChatNegotiationWriter.Form(new ChatNegotiationMessage.Initiate(V12, ChatGrants.Parameters(V12, ChatTerms.Everything)));

        Assert.All(form.Fields.Where(field => field.Var != DataForm.FormTypeField), field => Assert.NotEmpty(field.Label!));
        Assert.Equal("Formatted text", form.Fields.Single(field => field.Var == ChatFields.Xhtml).Label); // ours, whoever asked for it
        Assert.Null(form.Title);
        Assert.DoesNotContain(form.Fields, field => field.Var is ChatFields.Security); // F-4: not claimed where it is not so
    }

    [Theory] // F-1
    [InlineData("1", true, true)]
    [InlineData("0", true, false)]
    [InlineData("1", false, false)]
    public void A_switch_is_on_when_both_sides_have_it(string asked, bool phoneTakes, bool result)
    {
        var offer = Read(V08, Nothing, Switch(ChatFields.Xhtml, asked));

        Assert.Equal(result, offer.Wanted.And(new ChatTerms(phoneTakes, phoneTakes)).Xhtml);
    }

    private static ChatOffer Read(ChatNegotiationDialect dialect, ChatPromises promises, params ChatParameter[] parameters)
    {
        Assert.True(ChatGrants.TryRead(dialect, "id", [.. parameters], Start, promises, out var offer, out var fault), fault?.ToString());
        return offer;
    }

    private static ChatParameter Switch(string name, string value) => new(name, value) { IsBoolean = true };

    private static ChatParameter List(string name, string preferred, params string[] options) => new(name, preferred) { Options = [.. options], IsRequired = true };
}
