using System.Xml.Linq;

namespace Gateway.Xmpp.DataForms;

/// <summary>Writes forms of XEP-0004.</summary>
public static class DataFormWriter
{
    private static readonly XNamespace Ns = DataFormReader.Namespace;

    /// <summary>The x element.</summary>
    public static XElement Write(DataForm form)
    {
        ArgumentNullException.ThrowIfNull(form);
        return new XElement(
            Ns + "x",
            new XAttribute("type", NameOf(form.Type)),
            form.Title is null ? null : new XElement(Ns + "title", form.Title),
            form.Fields.Select(Write));
    }

    private static XElement Write(DataField field) => new(
        Ns + "field",
        field.Label is null ? null : new XAttribute("label", field.Label),
        field.Type is { } type ? new XAttribute("type", NameOf(type)) : null,
        field.Var.Length == 0 ? null : new XAttribute("var", field.Var),
        field.Values.Select(value => new XElement(Ns + "value", value)),
        field.Options.Select(option => new XElement(
            Ns + "option",
            option.Label is null ? null : new XAttribute("label", option.Label),
            new XElement(Ns + "value", option.Value))),
        field.IsRequired ? new XElement(Ns + "required") : null);

    private static string NameOf(DataFormType type) => type switch
    {
        DataFormType.Submit => "submit",
        DataFormType.Cancel => "cancel",
        DataFormType.Result => "result",
        _ => "form",
    };

    private static string NameOf(DataFieldType type) => type switch
    {
        DataFieldType.Boolean => "boolean",
        DataFieldType.Fixed => "fixed",
        DataFieldType.Hidden => "hidden",
        DataFieldType.JidMulti => "jid-multi",
        DataFieldType.JidSingle => "jid-single",
        DataFieldType.ListMulti => "list-multi",
        DataFieldType.ListSingle => "list-single",
        DataFieldType.TextMulti => "text-multi",
        DataFieldType.TextPrivate => "text-private",
        _ => "text-single",
    };
}
