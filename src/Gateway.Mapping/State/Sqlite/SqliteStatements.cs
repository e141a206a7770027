using Microsoft.Data.Sqlite;

namespace Gateway.Mapping.State.Sqlite;

/// <summary>Changes as statements, each of which may be repeated; prepared when first used. PostgreSQL understands them too.</summary>
internal sealed class SqliteStatements(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _prepared = new(ReferenceEqualityComparer.Instance); // by the constants below

    public void Execute(StoreChange change)
    {
        switch (change)
        {
            case StoreChange.KeepThread { Thread: var row }:
                Run(
                    """
                    INSERT INTO thread (xmpp_user, sip_user, call_id, thread, use, last_used) VALUES ($1, $2, $3, $4, $5, $6)
                    ON CONFLICT (xmpp_user, sip_user, call_id) DO UPDATE SET thread = excluded.thread, use = excluded.use, last_used = excluded.last_used
                    """,
                    row.User.ToString(), row.Contact.ToString(), row.CallId, row.Thread, (int)row.Use, row.LastUsed.ToUnixTimeSeconds());
                break;
            case StoreChange.ForgetThread gone:
                Run(
                    "DELETE FROM thread WHERE xmpp_user = $1 AND sip_user = $2 AND call_id = $3",
                    gone.User.ToString(), gone.Contact.ToString(), gone.CallId);
                break;
            case StoreChange.KeepSubscription { Subscription: var kept }:
                Run(
                    "INSERT INTO subscription (xmpp_user, sip_user) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                    kept.User.ToString(), kept.Contact.ToString());
                break;
            case StoreChange.ForgetSubscription { Subscription: var gone }:
                Run(
                    "DELETE FROM subscription WHERE xmpp_user = $1 AND sip_user = $2",
                    gone.User.ToString(), gone.Contact.ToString());
                break;
            case StoreChange.KeepSpelling { Spelling: var row }:
                Run(
                    "INSERT INTO spelling (sip_user, spelt) VALUES ($1, $2) ON CONFLICT (sip_user) DO UPDATE SET spelt = excluded.spelt",
                    row.Canonical.ToString(), row.User);
                break;
            case StoreChange.KeepCall { Call: var row }:
                Run(
                    """
                    INSERT INTO call_in_progress (id, sip_user, xmpp_user, namespace, stage) VALUES ($1, $2, $3, $4, $5)
                    ON CONFLICT (id, sip_user) DO UPDATE SET xmpp_user = excluded.xmpp_user, namespace = excluded.namespace, stage = excluded.stage
                    """,
                    row.Id, row.Contact.ToString(), row.User.ToString(), row.Namespace, (int)row.Stage);
                break;
            case StoreChange.ForgetCall gone:
                Run("DELETE FROM call_in_progress WHERE id = $1 AND sip_user = $2", gone.Id, gone.Contact.ToString());
                break;
            case StoreChange.KeepMedia kept:
                Run("INSERT INTO media_session (id) VALUES ($1) ON CONFLICT DO NOTHING", kept.SessionId);
                break;
            case StoreChange.ForgetMedia gone:
                Run("DELETE FROM media_session WHERE id = $1", gone.SessionId);
                break;
            case StoreChange.KeepPageOnly { PageOnly: var row }:
                Run(
                    "INSERT INTO page_only (sip_user, until) VALUES ($1, $2) ON CONFLICT (sip_user) DO UPDATE SET until = excluded.until",
                    row.Contact.ToString(), row.Until.ToUnixTimeSeconds());
                break;
            case StoreChange.ForgetPageOnly gone:
                Run("DELETE FROM page_only WHERE sip_user = $1", gone.Contact.ToString());
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(change));
        }
    }

    public void Dispose()
    {
        foreach (var command in _prepared.Values)
        {
            command.Dispose();
        }
    }

    private void Run(string sql, params ReadOnlySpan<object?> values)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            _prepared.Add(sql, command = Prepare(sql, values.Length));
        }

        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        command.ExecuteNonQuery();
    }

    private SqliteCommand Prepare(string sql, int values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 1; i <= values; i++)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        }

        return command;
    }
}
