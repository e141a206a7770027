using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Xml.Linq;

namespace Gateway.Xmpp.DataForms;

/// <summary>Reads forms of XEP-0004, strictly where the text says MUST and where a guess could turn a no into a yes.</summary>
public static class DataFormReader
{
    /// <summary>The namespace.</summary>
    public static readonly XNamespace Namespace = "jabber:x:data";

    /// <summary>Reads the x element; the fault says why not, in words fit for a bad-request. Never throws.</summary>
    public static bool TryRead(
        XElement element, [NotNullWhen(true)] out DataForm? form, [NotNullWhen(false)] out string? fault)
    {
        ArgumentNullException.ThrowIfNull(element);
        form = null;
        if (element.Name != Namespace + "x")
        {
            fault = "not a data form";
            return false;
        }

        if (!TryType((string?)element.Attribute("type"), out var type))
        {
            fault = "a form is of type form, submit, cancel or result";
            return false;
        }

        var elements = element.Elements(Namespace + "field").Take(DataFormLimits.Fields + 1).ToList();
        if (elements.Count > DataFormLimits.Fields)
        {
            fault = $"a form has at most {DataFormLimits.Fields} fields";
            return false;
        }

        var fields = ImmutableArray.CreateBuilder<DataField>(elements.Count);
        foreach (var child in elements)
        {
            if (!TryField(child, out var field, out fault))
            {
                return false;
            }

            if (field.Var.Length > 0 && fields.Any(other => other.Var == field.Var))
            {
                fault = "a field appears twice"; // its name identifies it uniquely (section 3.2)
                return false;
            }

            fields.Add(field);
        }

        var title = element.Element(Namespace + "title")?.Value;
        form = new DataForm(type, fields.DrainToImmutable()) { Title = title is { Length: <= DataFormLimits.Value } ? title : null };
        fault = null;
        return true;
    }

    private static bool TryField(
        XElement element, [NotNullWhen(true)] out DataField? field, [NotNullWhen(false)] out string? fault)
    {
        field = null;
        var type = FieldType((string?)element.Attribute("type"));
        var name = (string?)element.Attribute("var") ?? "";
        if (name.Length > DataFormLimits.Name || (name.Length == 0 && type != DataFieldType.Fixed))
        {
            fault = $"a field has a name of 1 to {DataFormLimits.Name} characters";
            return false;
        }

        var values = Values(element, DataFormLimits.Values);
        if (values.Length > DataFormLimits.Values || values.Any(IsTooLong))
        {
            fault = $"a field has at most {DataFormLimits.Values} values of {DataFormLimits.Value} characters";
            return false;
        }

        if (type is DataFieldType.Boolean or DataFieldType.TextSingle or DataFieldType.ListSingle or DataFieldType.JidSingle
            && values.Length > 1)
        {
            fault = "a single field has several values";
            return false;
        }

        if (type == DataFieldType.Boolean && values is [var value] && !XmlBoolean.TryParse(value, out _))
        {
            fault = "a boolean is 0, 1, true or false";
            return false;
        }

        if (!TryOptions(element, out var options, out fault))
        {
            return false;
        }

        var label = (string?)element.Attribute("label");
        field = new DataField(name, type, values)
        {
            IsRequired = element.Element(Namespace + "required") is not null,
            Options = options,
            Label = label is { Length: <= DataFormLimits.Value } ? label : null,
        };
        return true;
    }

    private static bool TryOptions(
        XElement field, out ImmutableArray<DataOption> options, [NotNullWhen(false)] out string? fault)
    {
        options = [];
        var elements = field.Elements(Namespace + "option").Take(DataFormLimits.Options + 1).ToList();
        var read = ImmutableArray.CreateBuilder<DataOption>(elements.Count);
        fault = elements.Count > DataFormLimits.Options ? $"a field has at most {DataFormLimits.Options} options" : null;
        foreach (var element in elements)
        {
            if (Values(element, 1) is not [var value] || IsTooLong(value))
            {
                fault ??= "an option has exactly one value"; // section 3.2
                break;
            }

            var label = (string?)element.Attribute("label");
            read.Add(new DataOption(value, label is { Length: <= DataFormLimits.Value } ? label : null));
        }

        if (fault is null)
        {
            options = read.ToImmutable();
        }

        return fault is null;
    }

    private static ImmutableArray<string> Values(XElement element, int limit) =>
        [.. element.Elements(Namespace + "value").Take(limit + 1).Select(value => value.Value)];

    private static bool IsTooLong(string value) => value.Length > DataFormLimits.Value;

    private static bool TryType(string? text, out DataFormType type)
    {
        type = text switch
        {
            "submit" => DataFormType.Submit,
            "cancel" => DataFormType.Cancel,
            "result" => DataFormType.Result,
            _ => DataFormType.Form,
        };
        return text is "form" or "submit" or "cancel" or "result";
    }

    // Section 3.3: text-single "MUST be assumed" for a type that is not understood.
    private static DataFieldType? FieldType(string? text) => text switch
    {
        null => null,
        "boolean" => DataFieldType.Boolean,
        "fixed" => DataFieldType.Fixed,
        "hidden" => DataFieldType.Hidden,
        "jid-multi" => DataFieldType.JidMulti,
        "jid-single" => DataFieldType.JidSingle,
        "list-multi" => DataFieldType.ListMulti,
        "list-single" => DataFieldType.ListSingle,
        "text-multi" => DataFieldType.TextMulti,
        "text-private" => DataFieldType.TextPrivate,
        _ => DataFieldType.TextSingle,
    };
}
