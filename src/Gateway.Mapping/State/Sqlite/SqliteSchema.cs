using System.Collections.Immutable;

namespace Gateway.Mapping.State.Sqlite;

/// <summary>
/// The tables, as one step for each version: a store of an older version is brought up by the steps that it lacks. A step that has
/// been released is never changed. Nothing but the first line of <c>Version</c>'s table is peculiar to SQLite.
/// </summary>
internal static class SqliteSchema
{
    /// <summary>Steps by number; the version of a store is how many it has had.</summary>
    public static readonly ImmutableArray<string> Steps =
    [
        """
        CREATE TABLE thread (
            xmpp_user TEXT NOT NULL, sip_user TEXT NOT NULL, call_id TEXT NOT NULL, thread TEXT NOT NULL,
            use INTEGER NOT NULL, last_used INTEGER NOT NULL, PRIMARY KEY (xmpp_user, sip_user, call_id));
        CREATE TABLE subscription (
            xmpp_user TEXT NOT NULL, sip_user TEXT NOT NULL, PRIMARY KEY (xmpp_user, sip_user));
        CREATE TABLE spelling (sip_user TEXT NOT NULL PRIMARY KEY, spelt TEXT NOT NULL);
        CREATE TABLE call_in_progress (
            id TEXT NOT NULL, sip_user TEXT NOT NULL, xmpp_user TEXT NOT NULL, namespace TEXT NULL, stage INTEGER NOT NULL,
            PRIMARY KEY (id, sip_user));
        CREATE TABLE page_only (sip_user TEXT NOT NULL PRIMARY KEY, until INTEGER NOT NULL);
        """,
        """
        CREATE TABLE media_session (id TEXT NOT NULL PRIMARY KEY);
        """,
    ];
}
