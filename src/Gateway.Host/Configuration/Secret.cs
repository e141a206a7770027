namespace Gateway.Host.Configuration;

/// <summary>A secret. Only <see cref="Reveal"/> gives it; printing, logging or comparing the object never does.</summary>
public sealed class Secret(string value)
{
    /// <summary>The secret itself, for the protocol that needs it.</summary>
    public string Reveal() => value;

    /// <inheritdoc />
    public override string ToString() => "(secret)";
}
