using System.Text.Json.Nodes;

namespace Gateway.Testing.Phones;

/// <summary>One line that a peer of tests/clients reported: its kind, and its fields by name.</summary>
public sealed record PhoneEvent(string Kind, JsonObject Fields)
{
    /// <summary>A field's text; null when absent.</summary>
    public string? this[string field] => Fields[field] switch
    {
        null => null,
        JsonValue value => value.ToString(),
        var other => other.ToJsonString(),
    };

    /// <summary>A field that is true or false.</summary>
    public bool Is(string field) => Fields[field]?.GetValue<bool>() ?? false;

    /// <summary>A field that is a number.</summary>
    public double Number(string field) => Fields[field]?.GetValue<double>() ?? 0;

    public override string ToString() => Fields.ToJsonString();
}
