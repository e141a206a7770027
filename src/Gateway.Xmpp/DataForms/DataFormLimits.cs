namespace Gateway.Xmpp.DataForms;

/// <summary>What is read of a form; more is refused, since no honest form of this size exists.</summary>
public static class DataFormLimits
{
    /// <summary>Fields of a form.</summary>
    public const int Fields = 64;

    /// <summary>Values of a field.</summary>
    public const int Values = 64;

    /// <summary>Options of a field.</summary>
    public const int Options = 64;

    /// <summary>Characters of a name.</summary>
    public const int Name = 256;

    /// <summary>Characters of a value.</summary>
    public const int Value = 4096;
}
