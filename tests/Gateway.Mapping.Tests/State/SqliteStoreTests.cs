using Gateway.Mapping.Presence;
using Gateway.Mapping.State;
using Gateway.Mapping.State.Sqlite;
using Gateway.Testing;
using Gateway.Xmpp.Addresses;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Mapping.Tests.State;

public sealed class SqliteStoreTests : IDisposable
{
    private static readonly Jid Juliet = Jid.Parse("juliet@example.org");
    private static readonly Jid Romeo = Jid.Parse("romeo%shakespeare.lit@sip.example.org");
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("gateway-test-");

    private string FileName => Path.Combine(_directory.FullName, "state", "gateway.db");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Everything_that_is_kept_survives_a_restart_and_what_is_forgotten_does_not()
    {
        var thread = new ThreadRecord(Juliet, Romeo, "a b", "a%20b", ThreadUse.OpenDialog, Noon);
        var subscription = new PresenceSubscription(Juliet, Romeo);
        var spelling = new SpellingRecord(Romeo, "Romeo");
        var call = new CallRecord("ca3cf894", Juliet, Romeo, null, CallStage.Proposed);
        var pageOnly = new PageOnlyRecord(Romeo, Noon);
        string[] media = ["c-a", "c-b"];
        await using (var store = Store())
        {
            await store.OpenAsync(default);
            StoreChange[] kept =
            [
                new StoreChange.KeepThread(thread with { Use = ThreadUse.Messages }), new StoreChange.KeepThread(thread),
                new StoreChange.KeepThread(thread with { CallId = "gone" }), new StoreChange.ForgetThread(Juliet, Romeo, "gone"),
                new StoreChange.KeepSubscription(subscription), new StoreChange.KeepSubscription(subscription),
                new StoreChange.KeepSubscription(new PresenceSubscription(Romeo, Juliet)),
                new StoreChange.ForgetSubscription(new PresenceSubscription(Romeo, Juliet)),
                new StoreChange.KeepSpelling(spelling with { User = "ROMEO" }), new StoreChange.KeepSpelling(spelling),
                new StoreChange.KeepCall(call), new StoreChange.KeepCall(call with { Stage = CallStage.Taken, Namespace = "urn:x" }),
                new StoreChange.KeepCall(call with { Id = "gone" }), new StoreChange.ForgetCall("gone", Romeo),
                .. media.Select(id => new StoreChange.KeepMedia(id)), new StoreChange.KeepMedia("c-a"),
                new StoreChange.KeepMedia("gone"), new StoreChange.ForgetMedia("gone"),
                new StoreChange.KeepPageOnly(pageOnly), new StoreChange.KeepPageOnly(pageOnly with { Contact = Juliet }),
                new StoreChange.ForgetPageOnly(Juliet),
            ];
            await store.WriteAsync(kept, default);
            await store.WriteAsync(kept, default); // a batch written twice changes nothing
        }

        await using var again = Store();
        var state = await again.OpenAsync(default);
        Assert.Equal<ThreadRecord>([thread], state.Threads);
        Assert.Equal<PresenceSubscription>([subscription], state.Subscriptions);
        Assert.Equal<SpellingRecord>([spelling], state.Spellings);
        Assert.Equal<CallRecord>([call with { Stage = CallStage.Taken, Namespace = "urn:x" }], state.Calls);
        Assert.Equal<PageOnlyRecord>([pageOnly], state.PageOnly);
        Assert.Equal(media, state.MediaSessions.Order());
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Only_the_owner_may_read_the_file_and_the_log_beside_it()
    {
        await using var store = Store();
        await store.OpenAsync(default);
        await store.WriteAsync([new StoreChange.KeepSpelling(new SpellingRecord(Romeo, "Romeo"))], default);

        Assert.All(
            Directory.GetFiles(Path.GetDirectoryName(FileName)!),
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        Assert.True(File.Exists(FileName + "-wal"));
    }

    [Fact] // a full disk ends a COMMIT so: SQLite has rolled back itself when it says no
    public async Task What_a_refused_commit_has_rolled_back_is_written_once_there_is_room()
    {
        var thread = new ThreadRecord(Juliet, Romeo, "a b", "a%20b", ThreadUse.Messages, Noon);
        await using (var store = Store())
        {
            await store.OpenAsync(default);
            SQLitePCL.raw.sqlite3_commit_hook(store.Connection!.Handle, _ => 1, null);
            for (var tries = 0; tries < 2; tries++)
            {
                var refused = await Assert.ThrowsAsync<StoreException>(() => store.WriteAsync([new StoreChange.KeepThread(thread)], default));
                Assert.DoesNotContain("rollback", refused.Message, StringComparison.OrdinalIgnoreCase); // which is what came of it, not what it was
            }

            SQLitePCL.raw.sqlite3_commit_hook(store.Connection.Handle, null, null);
            await store.WriteAsync([new StoreChange.KeepThread(thread)], default);
        }

        await using var again = Store();
        Assert.Equal<ThreadRecord>([thread], (await again.OpenAsync(default)).Threads);
    }

    [Fact]
    public async Task A_file_that_is_no_database_refuses_the_start_and_says_what_to_do()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FileName)!);
        await File.WriteAllTextAsync(FileName, string.Concat(Enumerable.Repeat("this is not a database. ", 100)));

        await using var store = Store();
        var fault = await Assert.ThrowsAsync<StoreException>(() => store.OpenAsync(default));

        Assert.Contains("is damaged: restore it from a backup, or move it away", fault.Message, StringComparison.Ordinal);
        Assert.Equal(fault.Message, SqliteStore.Check(FileName));
    }

    [Fact]
    public async Task A_store_of_a_newer_gateway_refuses_the_start()
    {
        await using (var store = Store())
        {
            await store.OpenAsync(default);
        }

        await using (var connection = new SqliteConnection($"Data Source={FileName};Pooling=False"))
        {
            connection.Open();
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE schema_version SET version = 999";
            command.ExecuteNonQuery();
        }

        await using var older = Store();
        var fault = await Assert.ThrowsAsync<StoreException>(() => older.OpenAsync(default));
        Assert.Contains("newer gateway (schema 999", fault.Message, StringComparison.Ordinal);
        Assert.Contains("newer gateway", SqliteStore.Check(FileName), StringComparison.Ordinal);
    }

    [Fact] // the schema as version 1 made it
    public async Task A_store_of_the_version_before_is_brought_up_and_loses_nothing()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FileName)!);
        await using (var connection = new SqliteConnection($"Data Source={FileName};Pooling=False"))
        {
            connection.Open();
            await using var command = connection.CreateCommand();
            command.CommandText =
                """
                CREATE TABLE schema_version (version INTEGER NOT NULL);
                INSERT INTO schema_version (version) VALUES (1);
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
                INSERT INTO call_in_progress (id, sip_user, xmpp_user, namespace, stage)
                    VALUES ('ca3cf894', 'romeo%shakespeare.lit@sip.example.org', 'juliet@example.org', 'urn:x', 2);
                """;
            command.ExecuteNonQuery();
        }

        Assert.Null(SqliteStore.Check(FileName));
        var call = new CallRecord("ca3cf894", Juliet, Romeo, "urn:x", CallStage.Taken);
        await using (var store = Store())
        {
            var before = await store.OpenAsync(default);
            Assert.Equal<CallRecord>([call], before.Calls);
            Assert.Empty(before.MediaSessions);
            await store.WriteAsync([new StoreChange.KeepMedia("c-a")], default);
        }

        await using var again = Store();
        var state = await again.OpenAsync(default);
        Assert.Equal<CallRecord>([call], state.Calls);
        Assert.Equal<string>(["c-a"], state.MediaSessions);
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_refuses_the_start()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "state"), "a file where the folder should be");

        await using var store = Store();
        var fault = await Assert.ThrowsAsync<StoreException>(() => store.OpenAsync(default));
        Assert.Contains("correct State.Path", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_check_makes_no_file()
    {
        Assert.Null(SqliteStore.Check(FileName));
        Assert.False(File.Exists(FileName));
    }

    [Fact] // P-17: version 0.1 kept them as lines of JSON
    public async Task Subscriptions_of_the_earlier_file_are_taken_over_once()
    {
        var earlier = Path.Combine(_directory.FullName, "subscribers.jsonl");
        await File.WriteAllTextAsync(
            earlier,
            """
            ["+","juliet@example.org","1001@sip.example.org"]
            ["+","juliet@example.org","1002@sip.example.org"]
            ["-","juliet@example.org","1002@sip.example.org"]
            ["+","not a jid@@","1001@sip.example.org"]
            {"a":1}
            ["+","nurse@example.org","1001@sip.exa
            """);
        var expected = new PresenceSubscription(Juliet, Jid.Parse("1001@sip.example.org"));
        await using (var state = State())
        {
            Assert.Equal<PresenceSubscription>([expected], (await state.OpenAsync(earlier, default)).Subscriptions);
        }

        Assert.False(File.Exists(earlier));
        await using var again = State();
        Assert.Equal<PresenceSubscription>([expected], (await again.OpenAsync(earlier, default)).Subscriptions);
        Assert.Equal<PresenceSubscription>([expected], await again.LoadAsync(default));
    }

    [Fact]
    public async Task What_is_written_last_is_there_after_an_orderly_end()
    {
        await using (var state = State())
        {
            await state.OpenAsync(null, default);
            for (var i = 0; i < 5_000; i++)
            {
                state.Write(new StoreChange.KeepSpelling(new SpellingRecord(Romeo, $"Romeo{i}")));
            }
        }

        await using var again = State();
        Assert.Equal<SpellingRecord>([new SpellingRecord(Romeo, "Romeo4999")], (await again.OpenAsync(null, default)).Spellings);
    }

    private SqliteStore Store() => new(FileName, NullLogger<SqliteStore>.Instance);

    private GatewayState State() => new(Store(), TimeProvider.System, NullLogger<GatewayState>.Instance);
}
