namespace Gateway.Mapping.State;

/// <summary>
/// What the gateway keeps over restarts, in a database. Small on purpose: everything is read once at the start, and from then on
/// only changes are written, by one writer; nobody waits for the disk in the middle of a
/// conversation. Statements are plain SQL behind ADO.NET, so that SQLite and PostgreSQL differ in a connection.
/// </summary>
public interface IGatewayStore : IAsyncDisposable
{
    /// <summary>Where the data is, for messages to the operator; holds no secret.</summary>
    string Location { get; }

    /// <summary>Opens the store, brings its schema to this version, and gives what it holds. Called once, before anything else.</summary>
    /// <exception cref="StoreException">It cannot be used; the message says what to do.</exception>
    Task<StoredState> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Writes changes in their order, all or none. Repeating a batch that was written changes nothing.</summary>
    /// <exception cref="StoreException">They could not be written.</exception>
    Task WriteAsync(IReadOnlyList<StoreChange> changes, CancellationToken cancellationToken);
}

/// <summary>The store cannot be used. The message is for the operator: what, and the remedy.</summary>
public sealed class StoreException : Exception
{
    /// <summary>With a message that names the remedy.</summary>
    public StoreException(string message)
        : base(message)
    {
    }

    /// <summary>With the fault behind it.</summary>
    public StoreException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>Without a message.</summary>
    public StoreException()
    {
    }
}
