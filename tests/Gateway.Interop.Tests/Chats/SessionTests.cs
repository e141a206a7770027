using Gateway.Interop.Tests.Sites;
using Gateway.Testing;
using Gateway.Testing.Phones;

namespace Gateway.Interop.Tests.Chats;

/// <summary>Ordinary chat over MSRP (RFC 7573), which clients without XEP-0155 have: all of today's.</summary>
public abstract class SessionTests(GatewaySite site) : ChatTest(site)
{
    [Fact] // RFC 7573 section 4, N-38: the thread is the Call-ID
    public async Task First_words_open_a_session_and_both_sides_talk_in_it()
    {
        var session = await OpenedByJulietAsync(thread: "711609sa");
        Assert.Equal("711609sa", session);

        await Phone.SendAsync(session, "Neither, fair saint, if either thee dislike.");
        var answer = await Juliet.ReadsAsync("Neither, fair saint, if either thee dislike.");
        Assert.Equal(("711609sa", "chat"), (answer["thread"], answer["type"]));
        Assert.StartsWith(Romeo, answer["from"], StringComparison.Ordinal);

        await Juliet.SayAsync(Romeo, "How cam'st thou hither?", "711609sa");
        await Phone.ReceivesAsync("How cam'st thou hither?", session);
        Assert.Single(Phone.Events.All, e => e.Kind == "invited");
    }

    [Fact] // C-2: in order, nothing lost, while the INVITE is pending
    public async Task What_is_typed_before_the_session_is_up_arrives_in_order()
    {
        await Phone.SetAsync(new { on_invite = "ring" });
        await Juliet.CommandAsync("flood", new { to = Romeo, thread = "early", prefix = "w", count = 30 });
        var invited = await Phone.IsInvitedAsync();
        await Phone.CommandAsync("pick", new { call = invited["call"] });
        await Phone.ReceivesAsync("w29", invited["call"]);

        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"w{i}"), await Phone.TextsAsync(invited["call"]!));
        Assert.DoesNotContain(Phone.Events.All, e => e.Kind == "sip_message");
    }

    [Fact] // RFC 7573 section 5: accepted at once, shown as ordinary chat with its thread
    public async Task A_session_that_the_phone_opens_is_ordinary_chat()
    {
        var answered = await OpenedByPhoneAsync("s");
        await Phone.SendAsync("s", "But soft!");
        var seen = await Juliet.ReadsAsync("But soft!");
        Assert.Equal((answered["call_id"], "chat"), (seen["thread"], seen["type"]));

        await Juliet.SayAsync(seen["from"]!, "Ay me!", seen["thread"]);
        await Phone.ReceivesAsync("Ay me!", "s");
    }

    [Fact] // RFC 7573 section 6.1, C-4
    public async Task Gone_ends_the_session_at_the_phone_and_the_phones_end_is_gone()
    {
        var session = await OpenedByJulietAsync(thread: "t-one");
        await Juliet.CommandAsync("state", new { to = Romeo, state = "gone", thread = "t-one" });
        await Phone.SeesAsync("bye", session);

        var skip = Juliet.Events.Count;
        var second = await SecondAsync("again");
        await Juliet.SayAsync(Romeo, "state first", "t-two", state: "active");
        await Phone.ReceivesAsync("state first", second);
        await Phone.CommandAsync("bye", new { call = second });
        await Juliet.SeesAsync(State("gone"), "gone", skip);
    }

    [Fact] // RFC 7573 section 6.2, RFC 3994, C-5
    public async Task Typing_is_seen_both_ways()
    {
        var session = await OpenedByJulietAsync(thread: "typing");
        await Juliet.SayAsync(Romeo, "with a state", "typing", state: "active");
        await Phone.ReceivesAsync("with a state", session); // now the gateway knows that her client shows states
        await Phone.CommandAsync("composing", new { session, state = "active", refresh = 60 });
        await Juliet.SeesAsync(State("composing"), "composing");
        await Phone.CommandAsync("composing", new { session, state = "idle" });
        await Juliet.SeesAsync(e => e["state"] is "paused" or "active" && e["body"] is null, "idle");

        await Juliet.CommandAsync("state", new { to = Romeo, state = "composing", thread = "typing" });
        await Phone.Events.WaitAsync(e => e.Kind == "message" && (e["body"]?.Contains("<state>active</state>", StringComparison.Ordinal) ?? false));
        await Juliet.CommandAsync("state", new { to = Romeo, state = "paused", thread = "typing" });
        await Phone.Events.WaitAsync(e => e.Kind == "message" && (e["body"]?.Contains("<state>idle</state>", StringComparison.Ordinal) ?? false));
    }

    [Fact] // RFC 7573 section 7, C-18: only what the far side confirmed
    public async Task Receipts_are_reports_and_reports_are_receipts()
    {
        var session = await OpenedByJulietAsync(thread: "receipts");
        var id = await Juliet.SayAsync(Romeo, "received?", "receipts", request: true);
        await Juliet.SeesAsync(e => e["received"] == id, "the receipt");

        await Phone.SetAsync(new { reports = "none" }, session);
        var silent = await Juliet.SayAsync(Romeo, "and this?", "receipts", request: true);
        await Phone.ReceivesAsync("and this?", session);

        var sent = await Phone.SendAsync(session, "and thou?", success: true);
        await Juliet.ReadsAsync("and thou?");
        await Phone.Events.WaitAsync(e => e.Kind == "report" && e["id"] == sent && e["status"]!.StartsWith("000 200", StringComparison.Ordinal));
        Assert.DoesNotContain(Juliet.Events.All, e => e.Kind == "message" && e["received"] == silent);
    }

    [Theory] // C-1: what cannot be a session is messages, on the same words
    [InlineData(488)]
    [InlineData(415)]
    [InlineData(405)]
    public async Task A_phone_without_sessions_gets_the_same_words_as_messages(int status)
    {
        await Phone.SetAsync(new { on_invite = status });
        await Juliet.SayAsync(Romeo, "first", "no-session");
        await Juliet.SayAsync(Romeo, "second", "no-session");
        await Phone.ReceivesAsync("first");
        await Phone.ReceivesAsync("second");

        Assert.Equal(["first", "second"], Phone.Events.All.Where(e => e.Kind == "sip_message").Select(e => e["body"]));
    }

    [Theory] // E-*: nothing vanishes
    [InlineData(404, "item-not-found")]
    [InlineData(603, "recipient-unavailable")]
    public async Task Words_that_no_session_takes_come_back_as_errors(int status, string condition)
    {
        await Phone.SetAsync(new { on_invite = status, on_message = status });
        var id = await Juliet.SayAsync(Romeo, "lost?", "refused");
        var error = await Juliet.Events.WaitAsync(
            e => e.Kind == "message" && e["type"] == "error" && e["id"] == id, 0, "the error");

        Assert.Equal(condition, error["error"]);
        Assert.Equal(Romeo, error["from"]);
    }

    [Fact] // C-14, C-15
    public async Task A_long_message_goes_each_way_in_chunks()
    {
        var session = await OpenedByJulietAsync(thread: "long");
        var words = string.Concat(Enumerable.Range(0, 6_000).Select(i => $"{i} "));
        await Juliet.SayAsync(Romeo, words, "long");
        await Phone.Events.WaitAsync(e => e.Kind == "message" && e["size"] == words.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Contains(words, await Phone.TextsAsync(session));

        await Phone.SendAsync(session, words + "back");
        await Juliet.ReadsAsync(words + "back");
        await Phone.CommandAsync("send", new { session, body = new string('x', 200_000), id = "toolarge" });
        await Phone.Events.WaitAsync(e => e.Kind == "refused" && e["id"] == "toolarge" && e["status"] == "413");
    }

    [Fact] // C-22, RFC 4975 section 5.4
    public async Task Messages_each_way_survive_cuts_of_the_connection_in_order()
    {
        const int Cuts = 10, Batch = 100;
        var session = await OpenedByJulietAsync(thread: "cuts");
        for (var cut = 0; cut < Cuts; cut++)
        {
            var speaking = Juliet.CommandAsync("flood", new { to = Romeo, thread = "cuts", prefix = "x", start = cut * Batch, count = Batch });
            await Phone.CommandAsync("flood", new { session, prefix = "s", start = cut * Batch, count = Batch });
            var skip = Phone.Events.Count;
            await Phone.CommandAsync("cut", new { session });
            await speaking;
            await Phone.SeesAsync("connected", session, skip);
        }

        IReadOnlyList<string> there = [], here = [];
        await Eventually.HoldsAsync(
            async () =>
            {
                (there, here) = (await Phone.TextsAsync(session), await Juliet.TextsAsync(Romeo));
                return there.Count >= (Cuts * Batch) + 1 && here.Count >= Cuts * Batch;
            },
            () => $"{there.Count} there, without {Missing("x", there)}; {here.Count} here, without {Missing("s", here)}; "
                + string.Join(", ", Juliet.Events.All.Where(e => e["error"] is not null).Take(3)),
            TimeSpan.FromSeconds(60));
        Assert.Equal(Enumerable.Range(0, Cuts * Batch).Select(i => $"x{i}"), (await Phone.TextsAsync(session)).Skip(1));
        Assert.Equal(Enumerable.Range(0, Cuts * Batch).Select(i => $"s{i}"), await Juliet.TextsAsync(Romeo));

        static string Missing(string prefix, IReadOnlyList<string> texts) =>
            string.Join(' ', Enumerable.Range(0, Cuts * Batch).Select(i => $"{prefix}{i}").Except(texts).Take(12));
    }

    private async Task<string> SecondAsync(string words)
    {
        var skip = Phone.Events.Count;
        await Juliet.SayAsync(Romeo, words, "t-two");
        var invited = await Phone.IsInvitedAsync(skip);
        await Phone.ReceivesAsync(words, invited["call"]);
        return invited["call"]!;
    }
}

/// <summary>Sessions beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class SessionBesideProsodyTests(ProsodySite site) : SessionTests(site);

/// <summary>Sessions beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class SessionBesideEjabberdTests(EjabberdSite site) : SessionTests(site);
