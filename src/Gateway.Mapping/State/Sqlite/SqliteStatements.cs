namespace Gateway.Mapping.State.Sqlite;

/// <summary>Changes as statements; each may be repeated. PostgreSQL understands them too.</summary>
internal static class SqliteStatements
{
    public static (string Sql, object Parameters) Of(StoreChange change) => change switch
    {
        StoreChange.KeepThread { Thread: var row } => (
            """
            INSERT INTO thread (xmpp_user, sip_user, call_id, thread, use, last_used) VALUES (@user, @contact, @callId, @thread, @use, @used)
            ON CONFLICT (xmpp_user, sip_user, call_id) DO UPDATE SET thread = excluded.thread, use = excluded.use, last_used = excluded.last_used
            """,
            new
            {
                user = row.User.ToString(), contact = row.Contact.ToString(), callId = row.CallId, thread = row.Thread, use = (int)row.Use,
                used = row.LastUsed.ToUnixTimeSeconds(),
            }),
        StoreChange.ForgetThread gone => (
            "DELETE FROM thread WHERE xmpp_user = @user AND sip_user = @contact AND call_id = @callId",
            new { user = gone.User.ToString(), contact = gone.Contact.ToString(), callId = gone.CallId }),
        StoreChange.KeepSubscription { Subscription: var kept } => (
            "INSERT INTO subscription (xmpp_user, sip_user) VALUES (@user, @contact) ON CONFLICT DO NOTHING",
            new { user = kept.User.ToString(), contact = kept.Contact.ToString() }),
        StoreChange.ForgetSubscription { Subscription: var gone } => (
            "DELETE FROM subscription WHERE xmpp_user = @user AND sip_user = @contact",
            new { user = gone.User.ToString(), contact = gone.Contact.ToString() }),
        StoreChange.KeepSpelling { Spelling: var row } => (
            "INSERT INTO spelling (sip_user, spelt) VALUES (@contact, @spelt) ON CONFLICT (sip_user) DO UPDATE SET spelt = excluded.spelt",
            new { contact = row.Canonical.ToString(), spelt = row.User }),
        StoreChange.KeepCall { Call: var row } => (
            """
            INSERT INTO call_in_progress (id, sip_user, xmpp_user, namespace, stage) VALUES (@id, @contact, @user, @ns, @stage)
            ON CONFLICT (id, sip_user) DO UPDATE SET xmpp_user = excluded.xmpp_user, namespace = excluded.namespace, stage = excluded.stage
            """,
            new { id = row.Id, contact = row.Contact.ToString(), user = row.User.ToString(), ns = row.Namespace, stage = (int)row.Stage }),
        StoreChange.ForgetCall gone => (
            "DELETE FROM call_in_progress WHERE id = @id AND sip_user = @contact", new { id = gone.Id, contact = gone.Contact.ToString() }),
        StoreChange.KeepPageOnly { PageOnly: var row } => (
            "INSERT INTO page_only (sip_user, until) VALUES (@contact, @until) ON CONFLICT (sip_user) DO UPDATE SET until = excluded.until",
            new { contact = row.Contact.ToString(), until = row.Until.ToUnixTimeSeconds() }),
        StoreChange.ForgetPageOnly gone => (
            "DELETE FROM page_only WHERE sip_user = @contact", new { contact = gone.Contact.ToString() }),
        _ => throw new ArgumentOutOfRangeException(nameof(change)),
    };
}
