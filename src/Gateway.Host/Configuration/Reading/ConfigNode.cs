namespace Gateway.Host.Configuration.Reading;

/// <summary>A value of the configuration before its meaning is known. <paramref name="Origin"/> says where it was written.</summary>
public abstract record ConfigNode(string Origin)
{
    /// <summary>The words for "an X was written here".</summary>
    public abstract string Kind { get; }

    /// <summary>A string, number, true, false or null.</summary>
    /// <param name="Type">What it was written as.</param>
    /// <param name="Text">Its text; unquoted.</param>
    /// <param name="Origin">Where.</param>
    public sealed record Scalar(ScalarType Type, string Text, string Origin) : ConfigNode(Origin)
    {
        /// <inheritdoc />
        public override string Kind => Type switch
        {
            ScalarType.Text or ScalarType.Environment => "a string",
            ScalarType.Number => "a number",
            ScalarType.Boolean => "true or false",
            _ => "null",
        };
    }

    /// <summary>A JSON array.</summary>
    public sealed record Sequence(List<ConfigNode> Items, string Origin) : ConfigNode(Origin)
    {
        /// <inheritdoc />
        public override string Kind => "a list";
    }

    /// <summary>A JSON object. Keys are told apart without regard to case, as environment variables need.</summary>
    public sealed record Section(Dictionary<string, ConfigNode> Children, string Origin) : ConfigNode(Origin)
    {
        /// <summary>An empty one.</summary>
        public Section(string origin)
            : this(new Dictionary<string, ConfigNode>(StringComparer.OrdinalIgnoreCase), origin)
        {
        }

        /// <inheritdoc />
        public override string Kind => "a section";
    }
}

/// <summary>How a scalar was written.</summary>
public enum ScalarType
{
    /// <summary>A JSON string.</summary>
    Text,

    /// <summary>A JSON number.</summary>
    Number,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>null.</summary>
    Null,

    /// <summary>An environment variable: text, that may stand for a number, a truth value or a comma-separated list.</summary>
    Environment,
}
