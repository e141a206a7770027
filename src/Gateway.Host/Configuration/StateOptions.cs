namespace Gateway.Host.Configuration;

/// <summary>Where state that outlives the process is kept.</summary>
public sealed record StateOptions
{
    /// <summary>Which store.</summary>
    public StateStore Store { get; init; } = StateStore.Embedded;

    /// <summary>Folder of the embedded store, relative to the working directory.</summary>
    public string Path { get; init; } = "state";

    /// <summary>Connection string of the PostgreSQL store; it may hold a password.</summary>
    public Secret? ConnectionString { get; init; }
}

/// <summary>Kinds of stores.</summary>
public enum StateStore
{
    /// <summary>Files of this process.</summary>
    Embedded,

    /// <summary>A PostgreSQL database.</summary>
    Postgres,
}
