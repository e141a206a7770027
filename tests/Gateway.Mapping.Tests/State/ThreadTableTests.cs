using FsCheck;
using FsCheck.Fluent;
using Gateway.Mapping.State;
using Gateway.Testing;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Tests.State;

public sealed class ThreadTableTests
{
    private static readonly Jid Juliet = Jid.Parse("juliet@example.org");
    private static readonly Jid Nurse = Jid.Parse("nurse@example.org");
    private static readonly Jid Romeo = Jid.Parse("romeo%shakespeare.lit@sip.example.org");

    private readonly JournalList _journal = new();
    private readonly VirtualTime _time = new();

    // What XML can carry, with a liking for what Call-IDs cannot.
    private static readonly Gen<string> XmlTexts =
        Gen.OneOf(
            Gen.Elements("a", "@", "%", "%20", " ", "&", ";", "=", "#", "$", "^", "|", "\t", "é", "雪", "😀", "t-", "-", "<", "\"", "\\"),
            Gen.Choose(0x20, 0x7E).Select(c => ((char)c).ToString()))
        .ArrayOf().Select(parts => string.Concat(parts));

    [Fact] // N-39, N-40
    public void Every_thread_has_a_valid_call_id_and_comes_back_from_it() =>
        Prop.ForAll(XmlTexts.ArrayOf().ToArbitrary(), threads =>
        {
            var table = new ThreadTable(new JournalList(), new VirtualTime());
            var callIds = threads.Distinct(StringComparer.Ordinal).ToDictionary(t => t, t => table.CallIdOf(Juliet, Romeo, t), StringComparer.Ordinal);
            return callIds.Values.All(c => CallIdText.IsCallId(c) && c.Length <= 220)
                && callIds.Values.Distinct(StringComparer.Ordinal).Count() == callIds.Count
                && callIds.All(pair => table.ThreadOf(Juliet, Romeo, pair.Value) == pair.Key && table.CallIdOf(Juliet, Romeo, pair.Key) == pair.Value);
        }).QuickCheckThrowOnFailure();

    [Fact] // N-38 to N-42: threads from one side and Call-IDs from the other, in any order, within several pairs
    public void The_table_is_one_to_one_whoever_speaks_first_and_after_a_restart() =>
        Prop.ForAll(
            Gen.Zip(Gen.Choose(0, 3), Gen.Elements("1", "a b", "a%20b", "%", "x@y", "x@y@z", "", "A", "t-", "é", "%C3%A9", "1-0")).ArrayOf().ToArbitrary(),
            steps =>
            {
                var journal = new JournalList();
                var time = new VirtualTime();
                var table = new ThreadTable(journal, time);
                Dictionary<(Jid, string CallId), string> seen = [];
                foreach (var (step, text) in steps)
                {
                    var user = step % 2 == 0 ? Juliet : Nurse;
                    var isThread = step < 2 || !CallIdText.IsCallId(text);
                    var thread = isThread ? text : table.ThreadOf(user, Romeo, text);
                    var callId = isThread ? table.CallIdOf(user, Romeo, text) : text;
                    if (seen.TryGetValue((user, callId), out var before) && before != thread)
                    {
                        return false;
                    }

                    seen[(user, callId)] = thread;
                }

                var restarted = new ThreadTable(new JournalList(), time);
                restarted.Fill(journal.Threads);
                return seen.Select(pair => (pair.Key.Item1, pair.Value)).Distinct().Count() == seen.Count
                    && seen.All(pair => restarted.ThreadOf(pair.Key.Item1, Romeo, pair.Key.CallId) == pair.Value
                        && restarted.CallIdOf(pair.Key.Item1, Romeo, pair.Value) == pair.Key.CallId);
            }).QuickCheckThrowOnFailure();

    [Theory] // N-40
    [InlineData("e0ffe42b28561960c6b12b944a092794b9683a38", "e0ffe42b28561960c6b12b944a092794b9683a38")]
    [InlineData("711609sa@pc33.example.com", "711609sa@pc33.example.com")]
    [InlineData("a b", "a%20b")]
    [InlineData("100%", "100%25")]
    [InlineData("a@b@c", "a%40b%40c")]
    [InlineData("@", "%40")]
    [InlineData("ré", "r%C3%A9")]
    public void A_thread_is_copied_where_it_can_be_and_encoded_where_not(string thread, string callId) =>
        Assert.Equal(callId, Table().CallIdOf(Juliet, Romeo, thread));

    [Fact] // N-40: over 200 octets
    public void A_long_thread_is_hashed()
    {
        var table = Table();

        Assert.Matches("^t-[a-z2-7]{52}$", table.CallIdOf(Juliet, Romeo, new string('é', 100)));
        Assert.Matches("^t-[a-z2-7]{52}$", table.CallIdOf(Juliet, Romeo, new string('a', 201)));
        Assert.Equal(200, table.CallIdOf(Juliet, Romeo, new string('a', 200)).Length);
    }

    [Fact] // N-42
    public void The_same_thread_of_two_users_has_two_call_ids()
    {
        var table = Table();

        Assert.Equal("1", table.OpenDialog(Juliet, Romeo, "1"));
        Assert.Matches("^1-[0-9a-f]{16}$", table.OpenDialog(Nurse, Romeo, "1"));
    }

    [Fact] // N-42, C-4
    public void A_thread_used_again_after_its_dialog_ended_gets_another_call_id_and_both_lead_back_to_it()
    {
        var table = Table();
        var first = table.OpenDialog(Juliet, Romeo, "chat");
        table.CloseDialog(Juliet, Romeo, first);
        var second = table.OpenDialog(Juliet, Romeo, "chat");

        Assert.NotEqual(first, second);
        Assert.Equal(second, table.FindCallId(Juliet, Romeo, "chat"));
        Assert.Equal("chat", table.ThreadOf(Juliet, Romeo, first));
        Assert.Equal("chat", table.ThreadOf(Juliet, Romeo, second));
    }

    [Fact] // N-42: the dialog died with the process, its Call-ID did not come free
    public void A_dialog_that_a_crash_cut_off_does_not_give_its_call_id_to_the_next()
    {
        var first = Table().OpenDialog(Juliet, Romeo, "chat");
        var restarted = Restarted();

        Assert.NotEqual(first, restarted.OpenDialog(Juliet, Romeo, "chat"));
        Assert.Equal("chat", restarted.ThreadOf(Juliet, Romeo, first));
    }

    [Fact] // N-41, N-43
    public void A_call_id_is_copied_and_keeps_its_letter_case()
    {
        var table = Table();

        Assert.Equal("aB@10.0.0.7", table.ThreadOf(Juliet, Romeo, "aB@10.0.0.7"));
        Assert.Equal("ab@10.0.0.7", table.ThreadOf(Juliet, Romeo, "ab@10.0.0.7"));
    }

    [Fact] // N-44
    public void Opaque_threads_hide_the_call_id_and_still_lead_back_to_it()
    {
        var table = new ThreadTable(_journal, _time, opaqueKey: [1, 2, 3]);
        var thread = table.AcceptDialog(Juliet, Romeo, "secret@10.0.0.7");

        Assert.Matches("^t-[a-z2-7]{52}$", thread);
        Assert.Equal("secret@10.0.0.7", table.CallIdOf(Juliet, Romeo, thread));
    }

    [Fact]
    public void Only_the_least_recently_used_without_a_dialog_is_forgotten()
    {
        var table = new ThreadTable(_journal, _time, capacity: 2);
        table.OpenDialog(Juliet, Romeo, "open");
        table.CallIdOf(Juliet, Romeo, "old");
        table.CallIdOf(Juliet, Romeo, "new");

        Assert.Equal("open", table.FindCallId(Juliet, Romeo, "open"));
        Assert.Null(table.FindCallId(Juliet, Romeo, "old"));
        Assert.Equal("new", table.FindCallId(Juliet, Romeo, "new"));
        Assert.Equal(["new", "open"], _journal.Threads.Select(row => row.Thread).Order());
    }

    [Fact]
    public void A_thread_in_constant_use_is_written_once_an_hour()
    {
        var table = Table();
        for (var minute = 0; minute < 120; minute++)
        {
            table.CallIdOf(Juliet, Romeo, "busy");
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(2, _journal.Changes.Count);
    }

    [Fact] // N-41: phones take a new Call-ID for every message
    public void A_call_id_that_reads_like_its_thread_is_not_written_and_leads_back_to_it_after_a_restart()
    {
        Table().ThreadOf(Juliet, Romeo, "aB@10.0.0.7");

        Assert.Empty(_journal.Changes);
        Assert.Equal("aB@10.0.0.7", Restarted().CallIdOf(Juliet, Romeo, "aB@10.0.0.7"));
    }

    [Fact] // N-42
    public void A_call_id_that_two_users_are_written_to_with_is_theirs_after_a_restart_whoever_answers_first()
    {
        var table = Table();
        table.ThreadOf(Juliet, Romeo, "1");
        table.ThreadOf(Nurse, Romeo, "1");
        var restarted = Restarted();

        Assert.Equal("1", restarted.CallIdOf(Nurse, Romeo, "1"));
        Assert.Equal("1", restarted.CallIdOf(Juliet, Romeo, "1"));
    }

    [Theory] // N-40: what encoding or hashing another thread gives as well
    [InlineData("a%20b", "a b")]
    [InlineData("t-mfrggzdfmztwq2lknnwg23tpobyxe43uov3ho6dzpiydcmrtgq2q", "long")]
    public void A_call_id_that_may_be_another_threads_is_written(string callId, string thread)
    {
        Table().ThreadOf(Juliet, Romeo, callId);

        Assert.NotEqual(callId, Restarted().CallIdOf(Juliet, Romeo, thread));
        Assert.Single(_journal.Changes);
    }

    [Fact] // N-42
    public void A_call_id_that_becomes_a_dialogs_is_written_then()
    {
        var table = Table();
        table.ThreadOf(Juliet, Romeo, "1");
        table.AcceptDialog(Juliet, Romeo, "1");

        Assert.Equal(ThreadUse.OpenDialog, Assert.Single(_journal.Threads).Use);
    }

    private ThreadTable Table() => new(_journal, _time);

    private ThreadTable Restarted()
    {
        var table = new ThreadTable(new JournalList(), _time);
        table.Fill(_journal.Threads);
        return table;
    }
}
