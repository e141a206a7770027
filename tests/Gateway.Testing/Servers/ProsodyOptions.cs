namespace Gateway.Testing.Servers;

/// <summary>What a private Prosody serves.</summary>
public sealed record ProsodyOptions
{
    /// <summary>The host whose users log in.</summary>
    public string Domain { get; init; } = "example.org";

    /// <summary>External components: domain and secret.</summary>
    public IReadOnlyList<(string Domain, string Secret)> Components { get; init; } = [];

    /// <summary>The one component of most tests.</summary>
    public (string Domain, string Secret) Component
    {
        init => Components = [value];
    }

    /// <summary>Accounts of <see cref="Domain"/>: name and password.</summary>
    public IReadOnlyList<(string Name, string Password)> Users { get; init; } = [];

    /// <summary>Further names for <c>modules_enabled</c>.</summary>
    public IReadOnlyList<string> Modules { get; init; } = [];

    /// <summary>Lua lines for the global section, as they stand.</summary>
    public string GlobalLines { get; init; } = "";
}
