using System.Collections.Immutable;
using System.Xml.Linq;
using Gateway.Xmpp.DataForms;
using Gateway.Xmpp.FeatureNegotiation;
using Gateway.Xmpp.Messages;

namespace Gateway.Xmpp.ChatNegotiation;

/// <summary>Writes steps of XEP-0155 in the shape of their dialect.</summary>
public static class ChatNegotiationWriter
{
    /// <summary>
    /// A message that carries the step: type normal, a thread, no body (0.8 section 2.1). A negotiation is for now, so it is not kept
    /// for later (S-8; XEP-0334).
    /// </summary>
    /// <param name="from">Sender.</param>
    /// <param name="to">Recipient.</param>
    /// <param name="id">Stanza id; null for none.</param>
    /// <param name="thread">The session's thread.</param>
    /// <param name="message">The step.</param>
    public static XElement Build(string from, string to, string? id, string thread, ChatNegotiationMessage message) => new(
        "message",
        new XAttribute("type", "normal"),
        new XAttribute("from", from),
        new XAttribute("to", to),
        id is null ? null : new XAttribute("id", id),
        new XElement("thread", thread),
        FeatureNegotiationForms.Wrap(Form(message)),
        MessageHints.NoStore());

    /// <summary>The form of a step.</summary>
    public static DataForm Form(ChatNegotiationMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var isV08 = message.Dialect == ChatNegotiationDialect.V08;
        var fields = ImmutableArray.CreateBuilder<DataField>();
        fields.Add(new DataField(
            DataForm.FormTypeField, DataFieldType.Hidden, ChatNegotiationNamespaces.FormType(message.Dialect)));
        var type = message switch
        {
            ChatNegotiationMessage.Initiate or ChatNegotiationMessage.Renegotiate => DataFormType.Form,
            ChatNegotiationMessage.Continue => isV08 ? DataFormType.Form : DataFormType.Submit,
            ChatNegotiationMessage.ContinueReply => isV08 ? DataFormType.Submit : DataFormType.Result,
            ChatNegotiationMessage.Complete or ChatNegotiationMessage.TerminateAcknowledged => DataFormType.Result,
            _ => DataFormType.Submit,
        };
        switch (message)
        {
            case ChatNegotiationMessage.Initiate initiate:
                fields.Add(Asked(ChatFields.Accept, "Accept this chat?"));
                fields.AddRange(initiate.Parameters.Select(Proposed));
                break;
            case ChatNegotiationMessage.Renegotiate renegotiate:
                if (!isV08)
                {
                    fields.Add(Asked(ChatFields.Renegotiate, "Renegotiate?")); // S-4
                }

                fields.AddRange(renegotiate.Parameters.Select(Proposed));
                break;
            case ChatNegotiationMessage.Reply reply:
                fields.Add(Said(ChatFields.Accept, reply.Accepts));
                fields.AddRange(Values(reply.Values));
                break;
            case ChatNegotiationMessage.RenegotiateReply reply:
                if (!isV08)
                {
                    fields.Add(Said(ChatFields.Renegotiate, reply.Accepts));
                }

                fields.AddRange(Values(reply.Values));
                break;
            case ChatNegotiationMessage.Complete complete:
                fields.Add(Said(ChatFields.Accept, complete.Confirms));
                break;
            case ChatNegotiationMessage.Continue move:
                fields.Add(new DataField(ChatFields.Continue, isV08 ? DataFieldType.TextSingle : null, move.Resource));
                break;
            case ChatNegotiationMessage.ContinueReply moved:
                fields.Add(new DataField(ChatFields.Continue, null, moved.Resource));
                break;
            default:
                fields.Add(Said(ChatFields.Terminate, true));
                break;
        }

        // N-33: an acknowledgement has no reason.
        if (message is { Reason: { } reason } and not ChatNegotiationMessage.TerminateAcknowledged)
        {
            fields.Add(new DataField(ChatFields.Reason, type == DataFormType.Form ? DataFieldType.TextSingle : null, reason));
        }

        return new DataForm(type, fields.ToImmutable());
    }

    private static DataField Asked(string name, string label) =>
        new(name, DataFieldType.Boolean, "1") { IsRequired = true, Label = label };

    private static DataField Said(string name, bool value) => new(name, null, XmlBoolean.Write(value));

    private static IEnumerable<DataField> Values(ImmutableDictionary<string, string> values) =>
        values.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new DataField(pair.Key, null, pair.Value));

    // Labels are ours alone: what a stranger called a field is shown to nobody (S-13).
    private static DataField Proposed(ChatParameter parameter) => new(
        parameter.Name,
        parameter.IsBoolean ? DataFieldType.Boolean : parameter.Options.IsEmpty ? DataFieldType.TextSingle : DataFieldType.ListSingle,
        parameter.Preferred is { } preferred ? [preferred] : [])
    {
        IsRequired = parameter.IsRequired,
        Options = [.. parameter.Options.Select(option => new DataOption(option, OptionLabel(option)))],
        Label = Label(parameter.Name),
    };

    private static string? Label(string name) => name switch
    {
        ChatFields.Xhtml => "Formatted text",
        ChatFields.ChatStates => "Typing notices",
        ChatFields.OffTheRecord => "No message logging by the gateway",
        ChatFields.Logging => "Message logging",
        ChatFields.Secure or ChatFields.Security => "Secure connections to the servers",
        ChatFields.Language => "Language",
        _ => null,
    };

    private static string? OptionLabel(string option) => option switch
    {
        ChatFields.May => "Allowed",
        ChatFields.MustNot => "Not allowed",
        "none" => "Not needed",
        "c2s" => "Connections to the servers are secure",
        _ => null,
    };
}
