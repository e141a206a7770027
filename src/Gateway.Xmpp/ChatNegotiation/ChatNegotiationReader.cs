using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Xml.Linq;
using Gateway.Xmpp.DataForms;
using Gateway.Xmpp.FeatureNegotiation;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.ChatNegotiation;

/// <summary>
/// Reads a step of XEP-0155. What it is follows from the form's type and its fields alone, never from labels or from what is
/// required (MAPPING section 7).
/// </summary>
public static class ChatNegotiationReader
{
    /// <summary>Characters of a reason that are kept.</summary>
    public const int ReasonLength = 1024;

    /// <summary>Reads the feature element. The fault is the stanza error owed.</summary>
    public static bool TryRead(
        XElement feature, [NotNullWhen(true)] out ChatNegotiationMessage? message, [NotNullWhen(false)] out StanzaError? fault)
    {
        message = null;
        if (!FeatureNegotiationForms.TryUnwrap(feature, out var form, out var text))
        {
            fault = new StanzaError(StanzaErrorCondition.BadRequest, text);
            return false;
        }

        if (form.FormType is null)
        {
            fault = new StanzaError(StanzaErrorCondition.BadRequest, "the form has no FORM_TYPE");
            return false;
        }

        if (!ChatNegotiationNamespaces.TryParse(form.FormType, out var dialect))
        {
            fault = new StanzaError(StanzaErrorCondition.ServiceUnavailable, "nothing is negotiated by this FORM_TYPE");
            return false;
        }

        message = Read(form, dialect, out text);
        if (message is not null && form.Field(ChatFields.Reason)?.Value is { Length: > 0 } reason)
        {
            message = message with { Reason = reason.Length > ReasonLength ? reason[..ReasonLength] : reason };
        }

        fault = message is null ? new StanzaError(StanzaErrorCondition.BadRequest, text) : null;
        return message is not null;
    }

    private static ChatNegotiationMessage? Read(DataForm form, ChatNegotiationDialect dialect, out string? fault)
    {
        foreach (var name in (ReadOnlySpan<string>)[ChatFields.Accept, ChatFields.Terminate, ChatFields.Renegotiate])
        {
            // A form asks, so its booleans may be empty; an answer without a value is none.
            if (form.Field(name) is { Boolean: null } field && (form.Type != DataFormType.Form || field.Value is not null))
            {
                fault = $"{name} is 0, 1, true or false";
                return null;
            }
        }

        fault = "this form is no step of a chat negotiation";
        return form.Type switch
        {
            DataFormType.Form => ReadForm(form, dialect),
            DataFormType.Submit => ReadSubmit(form, dialect),
            DataFormType.Cancel => new ChatNegotiationMessage.Reply(dialect, false, ImmutableDictionary<string, string>.Empty),
            _ => ReadResult(form, dialect),
        };
    }

    private static ChatNegotiationMessage ReadForm(DataForm form, ChatNegotiationDialect dialect) =>
        form.Field(ChatFields.Accept) is not null ? new ChatNegotiationMessage.Initiate(dialect, Parameters(form))
        : form.Field(ChatFields.Continue) is { } resource ? new ChatNegotiationMessage.Continue(dialect, resource.Value ?? "")
        : new ChatNegotiationMessage.Renegotiate(dialect, Parameters(form));

    private static ChatNegotiationMessage? ReadSubmit(DataForm form, ChatNegotiationDialect dialect)
    {
        if (form.Field(ChatFields.Terminate) is { } terminate)
        {
            return terminate.Boolean == true ? new ChatNegotiationMessage.Terminate(dialect) : null;
        }

        if (form.Field(ChatFields.Accept) is { } accept)
        {
            return new ChatNegotiationMessage.Reply(dialect, accept.Boolean == true, Values(form));
        }

        if (form.Field(ChatFields.Continue) is { } resource)
        {
            // 0.8 asks by form and answers by submit; 1.2 asks by submit and answers by result (S-5).
            return dialect == ChatNegotiationDialect.V08
                ? new ChatNegotiationMessage.ContinueReply(dialect, resource.Value ?? "")
                : new ChatNegotiationMessage.Continue(dialect, resource.Value ?? "");
        }

        return new ChatNegotiationMessage.RenegotiateReply(
            dialect, form.Field(ChatFields.Renegotiate)?.Boolean ?? true, Values(form));
    }

    private static ChatNegotiationMessage? ReadResult(DataForm form, ChatNegotiationDialect dialect) =>
        form.Field(ChatFields.Terminate) is { Boolean: true } ? new ChatNegotiationMessage.TerminateAcknowledged(dialect)
        : form.Field(ChatFields.Accept) is { } accept ? new ChatNegotiationMessage.Complete(dialect, accept.Boolean == true)
        : form.Field(ChatFields.Continue) is { } resource ? new ChatNegotiationMessage.ContinueReply(dialect, resource.Value ?? "")
        : null;

    private static ImmutableArray<ChatParameter> Parameters(DataForm form) =>
    [
        .. form.Fields.Where(field => IsParameter(field.Var) && field.Type is not (DataFieldType.Fixed or DataFieldType.Hidden))
            .Select(field => new ChatParameter(field.Var, field.Value)
            {
                IsBoolean = field.Type == DataFieldType.Boolean,
                IsRequired = field.IsRequired,
                Options = [.. field.Options.Select(option => option.Value)],
            }),
    ];

    private static ImmutableDictionary<string, string> Values(DataForm form) => form.Fields
        .Where(field => IsParameter(field.Var) && field.Value is not null)
        .ToImmutableDictionary(field => field.Var, field => field.Value!);

    private static bool IsParameter(string name) => name
        is not ("" or DataForm.FormTypeField or ChatFields.Accept or ChatFields.Reason or ChatFields.Renegotiate
            or ChatFields.Terminate or ChatFields.Continue);
}
