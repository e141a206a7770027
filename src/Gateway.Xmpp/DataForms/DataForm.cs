using System.Collections.Immutable;

namespace Gateway.Xmpp.DataForms;

/// <summary>Types of a form (XEP-0004 section 3.1).</summary>
public enum DataFormType
{
    /// <summary>form: please fill in.</summary>
    Form,

    /// <summary>submit: filled in.</summary>
    Submit,

    /// <summary>cancel: not filled in.</summary>
    Cancel,

    /// <summary>result: data.</summary>
    Result,
}

/// <summary>Types of a field (XEP-0004 section 3.3); a type that is not known counts as text-single.</summary>
public enum DataFieldType
{
    /// <summary>text-single.</summary>
    TextSingle,

    /// <summary>boolean.</summary>
    Boolean,

    /// <summary>fixed.</summary>
    Fixed,

    /// <summary>hidden.</summary>
    Hidden,

    /// <summary>jid-multi.</summary>
    JidMulti,

    /// <summary>jid-single.</summary>
    JidSingle,

    /// <summary>list-multi.</summary>
    ListMulti,

    /// <summary>list-single.</summary>
    ListSingle,

    /// <summary>text-multi.</summary>
    TextMulti,

    /// <summary>text-private.</summary>
    TextPrivate,
}

/// <summary>One field of a form.</summary>
/// <param name="Var">Name; empty only for type fixed.</param>
/// <param name="Type">Type; null where a submitted form leaves it to the context.</param>
/// <param name="Values">Values in document order.</param>
public sealed record DataField(string Var, DataFieldType? Type, ImmutableArray<string> Values)
{
    /// <summary>A field of one value.</summary>
    public DataField(string name, DataFieldType? type, string value)
        : this(name, type, [value])
    {
    }

    /// <summary>Whether an answer has to hold this field.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Values to choose from, in order of preference; lists only.</summary>
    public ImmutableArray<DataOption> Options { get; init; } = [];

    /// <summary>Text for people. What a stranger wrote there is never shown (XEP-0155 section 10.2).</summary>
    public string? Label { get; init; }

    /// <summary>The only value, null without one.</summary>
    public string? Value => Values is [var value, ..] ? value : null;

    /// <summary>The value as xs:boolean (XEP-0155 section 2.1, note 2); null when it is none.</summary>
    public bool? Boolean => XmlBoolean.TryParse(Value, out var value) ? value : null;
}

/// <summary>One choice of a list.</summary>
/// <param name="Value">What is submitted.</param>
/// <param name="Label">Text for people.</param>
public sealed record DataOption(string Value, string? Label = null);

/// <summary>A form of XEP-0004.</summary>
/// <param name="Type">What it is for.</param>
/// <param name="Fields">Fields in document order; no name twice.</param>
public sealed record DataForm(DataFormType Type, ImmutableArray<DataField> Fields)
{
    /// <summary>Name of the field that says whose form it is (XEP-0068).</summary>
    public const string FormTypeField = "FORM_TYPE";

    /// <summary>Headline for people.</summary>
    public string? Title { get; init; }

    /// <summary>Whose form it is; null when it does not say (XEP-0068 section 3.1: on forms the field has to be hidden, on
    /// submissions its type may be missing).</summary>
    public string? FormType =>
        Field(FormTypeField) is { Values: [var name] } said && (said.Type == DataFieldType.Hidden || (said.Type is null && Type != DataFormType.Form))
            ? name
            : null;

    /// <summary>The field of that name, or null.</summary>
    public DataField? Field(string name) => Fields.FirstOrDefault(one => one.Var == name);
}

/// <summary>xs:boolean: <c>0 1 true false</c>, and nothing else.</summary>
public static class XmlBoolean
{
    /// <summary>Reads it; surrounding white space does not count (XML Schema part 2, whiteSpace collapse).</summary>
    public static bool TryParse(string? text, out bool value)
    {
        var word = text.AsSpan().Trim(" \t\r\n");
        value = word is "1" or "true";
        return value || word is "0" or "false";
    }

    /// <summary>The shortest spelling, which both versions of every client read.</summary>
    public static string Write(bool value) => value ? "1" : "0";
}
