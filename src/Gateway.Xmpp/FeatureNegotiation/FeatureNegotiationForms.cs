using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Xml.Linq;
using Gateway.Xmpp.DataForms;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.FeatureNegotiation;

/// <summary>The wrapper of XEP-0020: a form in a feature element, and the errors that name its fields.</summary>
public static class FeatureNegotiationForms
{
    /// <summary>The namespace.</summary>
    public static readonly XNamespace Namespace = "http://jabber.org/protocol/feature-neg";

    /// <summary>The feature element round a form.</summary>
    public static XElement Wrap(DataForm form) => new(Namespace + "feature", DataFormWriter.Write(form));

    /// <summary>The form in a feature element; the fault is fit for a bad-request.</summary>
    public static bool TryUnwrap(
        XElement feature, [NotNullWhen(true)] out DataForm? form, [NotNullWhen(false)] out string? fault)
    {
        ArgumentNullException.ThrowIfNull(feature);
        form = null;
        fault = "exactly one data form is expected";
        return feature.Name == Namespace + "feature"
            && feature.Elements(DataFormReader.Namespace + "x").Take(2).ToList() is [var x]
            && DataFormReader.TryRead(x, out form, out fault);
    }

    /// <summary>
    /// Refuses a negotiation: addresses swapped, id and thread kept, the form echoed, and the fields named that are the cause, in the
    /// error (XEP-0155 section 4.3) and in its text (XEP-0020 section 2.1).
    /// </summary>
    /// <param name="message">What is refused.</param>
    /// <param name="condition">service-unavailable, feature-not-implemented, not-acceptable or another.</param>
    /// <param name="fields">Names of fields that are not implemented, or none of whose options is.</param>
    /// <param name="text">Text for people where no field is named.</param>
    public static XElement ErrorReply(
        MessageStanza message, StanzaErrorCondition condition, ImmutableArray<string> fields, string? text = null) =>
        ErrorReply(message, new StanzaError(condition, text), fields);

    /// <summary>The same, of an error that says more.</summary>
    public static XElement ErrorReply(MessageStanza message, StanzaError refusal, ImmutableArray<string> fields)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(refusal);
        var condition = refusal.Condition;
        var reply = message.ErrorReply(fields.IsEmpty ? refusal : refusal with { Text = string.Join(' ', fields) });
        var error = reply.Element("error")!;
        if (LegacyCode(condition) is { } code)
        {
            error.SetAttributeValue("code", code);
        }

        if (!fields.IsEmpty)
        {
            error.Add(new XElement(
                Namespace + "feature", fields.Select(name => new XElement(Namespace + "field", new XAttribute("var", name)))));
        }

        error.AddBeforeSelf(
            message.Thread is { } thread ? new XElement("thread", thread) : null,
            message.Payload(Namespace + "feature") is { } feature ? new XElement(feature) : null);
        return reply;
    }

    /// <summary>The fields that an error names; none when it names none.</summary>
    public static ImmutableArray<string> FieldsOf(MessageStanza error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return
        [
            .. error.Element.Elements().Where(child => child.Name.LocalName == "error")
                .Elements(Namespace + "feature").Elements(Namespace + "field")
                .Select(field => (string?)field.Attribute("var"))
                .OfType<string>().Where(name => name.Length <= DataFormLimits.Name).Take(DataFormLimits.Fields),
        ];
    }

    // The examples of both versions carry the codes of the time before conditions.
    private static string? LegacyCode(StanzaErrorCondition condition) => condition switch
    {
        StanzaErrorCondition.ServiceUnavailable => "503",
        StanzaErrorCondition.FeatureNotImplemented => "501",
        StanzaErrorCondition.NotAcceptable => "406",
        _ => null,
    };
}
