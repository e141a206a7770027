using Dapper;
using Gateway.Mapping.Presence;
using Gateway.Xmpp.Addresses;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Gateway.Mapping.State.Sqlite;

/// <summary>The embedded store: one SQLite file, with a write-ahead log, that only its owner may read.</summary>
/// <remarks>Its calls do their work at once, however asynchronous they look: that is what SQLite's provider offers. Only the
/// writer's task and the start ever come here.</remarks>
public sealed class SqliteStore : IGatewayStore
{
    private const int Corrupt = 11, NotADatabase = 26; // SQLite's result codes

    private readonly ILogger<SqliteStore> _logger;
    private SqliteConnection? _connection;
    private SqliteStatements? _statements;
    private int _damaged;

    /// <summary>Touches nothing before <see cref="OpenAsync"/>.</summary>
    /// <param name="path">The file; its folder is made if need be.</param>
    /// <param name="logger">Log.</param>
    public SqliteStore(string path, ILogger<SqliteStore> logger)
    {
        Location = path;
        _logger = logger;
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <summary>While it is open: a test refuses its commits.</summary>
    internal SqliteConnection? Connection => _connection;

    /// <inheritdoc/>
    public Task<StoredState> OpenAsync(CancellationToken cancellationToken) => Task.Run(
        () => Told(() =>
        {
            SqliteLibrary.Require();
            CreateOwnersOnly();
            _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Location, Pooling = false }.ToString());
            _connection.Open();
            _connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;");
            ThrowIfDamaged(_connection);
            Upgrade(_connection);
            _statements = new SqliteStatements(_connection);
            return Read(_connection);
        }),
        cancellationToken);

    /// <inheritdoc/>
    public Task WriteAsync(IReadOnlyList<StoreChange> changes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changes);
        cancellationToken.ThrowIfCancellationRequested();
        Told(() =>
        {
            var statements = _statements ?? throw new InvalidOperationException("the store is not open");
            var connection = _connection!;
            connection.Execute("BEGIN TRANSACTION");
            try
            {
                foreach (var change in changes)
                {
                    statements.Execute(change);
                }

                connection.Execute("COMMIT TRANSACTION");
            }
            catch
            {
                RollBack(connection);
                throw;
            }

            return true;
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _statements?.Dispose();
        if (_connection is { } connection)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Looks whether a store can be used, and makes none: SQLite is there, and the file, if any, is whole and of a version
    /// that is understood.</summary>
    /// <param name="path">The file.</param>
    /// <returns>What is wrong, for the operator; null when all is well.</returns>
    public static string? Check(string path)
    {
        var store = new SqliteStore(path, Microsoft.Extensions.Logging.Abstractions.NullLogger<SqliteStore>.Instance);
        try
        {
            store.Told(() =>
            {
                SqliteLibrary.Require();
                if (File.Exists(path))
                {
                    using var connection = new SqliteConnection(
                        new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Mode = SqliteOpenMode.ReadOnly }.ToString());
                    connection.Open();
                    store.ThrowIfDamaged(connection);
                    VersionOf(connection, null);
                }

                return true;
            });
            return null;
        }
        catch (StoreException e)
        {
            return e.Message;
        }
    }

    /// <summary>
    /// A COMMIT for which there is no room SQLite has rolled back itself. A <see cref="SqliteTransaction"/> does not see that: it would fail
    /// to roll back, tell of that fault instead of the first, and let none begin after it.
    /// </summary>
    private static void RollBack(SqliteConnection connection)
    {
        try
        {
            connection.Execute("ROLLBACK TRANSACTION");
        }
        catch (SqliteException)
        {
        }
    }

    private void ThrowIfDamaged(SqliteConnection connection)
    {
        if (connection.QueryFirst<string>("PRAGMA quick_check(1)") is not "ok")
        {
            throw Damaged(null);
        }
    }

    private static int VersionOf(SqliteConnection connection, SqliteTransaction? transaction)
    {
        var version = connection.QueryFirstOrDefault<int?>("SELECT version FROM schema_version", transaction: transaction) ?? 0;
        return version <= SqliteSchema.Steps.Length
            ? version
            : throw new StoreException(
                $"was written by a newer gateway (schema {version}, this one knows {SqliteSchema.Steps.Length}): run that one, or name another State.Path");
    }

    private static void Upgrade(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction();
        connection.Execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)", transaction: transaction);
        var version = VersionOf(connection, transaction);
        foreach (var step in SqliteSchema.Steps[version..])
        {
            connection.Execute(step, transaction: transaction);
        }

        connection.Execute("DELETE FROM schema_version", transaction: transaction);
        connection.Execute("INSERT INTO schema_version (version) VALUES (@version)", new { version = SqliteSchema.Steps.Length }, transaction);
        transaction.Commit();
    }

    private StoredState Read(SqliteConnection connection)
    {
        var state = new StoredState
        {
            Threads =
            [
                .. Rows(connection, "SELECT * FROM thread ORDER BY last_used", row => new ThreadRecord(
                    JidOf(row.xmpp_user), JidOf(row.sip_user), (string)row.thread, (string)row.call_id,
                    (ThreadUse)(int)(long)row.use, DateTimeOffset.FromUnixTimeSeconds((long)row.last_used))),
            ],
            Subscriptions =
            [
                .. Rows(connection, "SELECT * FROM subscription", row => new PresenceSubscription(JidOf(row.xmpp_user), JidOf(row.sip_user))),
            ],
            Spellings = [.. Rows(connection, "SELECT * FROM spelling", row => new SpellingRecord(JidOf(row.sip_user), (string)row.spelt))],
            Calls =
            [
                .. Rows(connection, "SELECT * FROM call_in_progress", row => new CallRecord(
                    (string)row.id, JidOf(row.xmpp_user), JidOf(row.sip_user), (string?)row.@namespace, (CallStage)(int)(long)row.stage)),
            ],
            MediaSessions = [.. Rows(connection, "SELECT * FROM media_session", row => (string)row.id)],
            PageOnly =
            [
                .. Rows(connection, "SELECT * FROM page_only", row => new PageOnlyRecord(
                    JidOf(row.sip_user), DateTimeOffset.FromUnixTimeSeconds((long)row.until))),
            ],
        };
        if (_damaged > 0)
        {
            Log.RowsDamaged(_logger, _damaged, Location);
        }

        return state;
    }

    private IEnumerable<T> Rows<T>(SqliteConnection connection, string sql, Func<dynamic, T> read)
    {
        foreach (var row in connection.Query(sql))
        {
            T record;
            try
            {
                record = read(row);
            }
            catch (FormatException) // a JID that this version takes for none
            {
                _damaged++;
                continue;
            }

            yield return record;
        }
    }

    private static Jid JidOf(object text) => Jid.Parse((string)text);

    private void CreateOwnersOnly()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(Location))!);
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // SQLite gives it to the log beside it as well
        }

        new FileStream(Location, options).Dispose();
    }

    private T Told<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (StoreException e)
        {
            throw e.InnerException is null ? new StoreException($"The store {Location} {e.Message}") : e;
        }
        catch (SqliteException e) when (e.SqliteErrorCode is Corrupt or NotADatabase)
        {
            throw Damaged(e);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"The store {Location} cannot be used: {e.Message.TrimEnd('.')}. Make it writable for this user, or correct State.Path", e);
        }
    }

    private StoreException Damaged(Exception? inner) => new(
        $"The store {Location} is damaged: restore it from a backup, or move it away (the gateway then starts with an empty one, and threads and subscriptions are learnt anew)",
        inner ?? new InvalidDataException());
}
