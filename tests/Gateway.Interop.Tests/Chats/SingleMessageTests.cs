using System.Text.Json.Nodes;
using Gateway.Interop.Tests.Sites;
using Gateway.Testing.Phones;

namespace Gateway.Interop.Tests.Chats;

/// <summary>SIP MESSAGE and XMPP messages (RFC 7572), and the three modes of plain chat.</summary>
public abstract class SingleMessageTests(GatewaySite site) : ChatTest(site)
{
    [Fact] // M-1, M-2, M-14, N-41
    public async Task A_message_from_sip_arrives_with_its_subject_language_and_thread()
    {
        await Phone.CommandAsync("message", new
        {
            to = JulietUri, via = Via, body = "Wherefore art thou?", call_id = "m-thread-1",
            headers = new[] { new[] { "Subject", "Names" }, ["Content-Language", "en"] },
        });
        Assert.InRange((await Phone.SeesAsync("message_response")).Number("status"), 200, 202);
        var seen = await Juliet.ReadsAsync("Wherefore art thou?");

        Assert.Equal(("m-thread-1", "Names", "en"), (seen["thread"], seen["subject"], seen["lang"]));
    }

    [Fact] // M-16
    public async Task A_message_of_a_type_that_nobody_reads_is_refused_with_the_types_that_are()
    {
        await Phone.CommandAsync("message", new { to = JulietUri, via = Via, body = "%PDF", type = "application/pdf" });
        var answer = await Phone.SeesAsync("message_response");

        Assert.Equal(415, answer.Number("status"));
        Assert.Contains("text/plain", answer["accept"], StringComparison.Ordinal);
    }

    [Fact] // M-16: the sender in a wrapper is a claim
    public async Task A_wrapper_that_lies_about_its_sender_is_not_believed()
    {
        await Phone.CommandAsync("message", new
        {
            to = JulietUri, via = Via, type = "message/cpim",
            body = $"From: Tybalt <sip:tybalt@elsewhere.test>\r\nTo: <{JulietUri}>\r\n\r\nContent-Type: text/plain\r\n\r\nwrapped words",
        });
        var seen = await Juliet.ReadsAsync("wrapped words");

        Assert.DoesNotContain("tybalt", seen["from"], StringComparison.Ordinal);
    }

    [Fact] // C-1 (c): words without chat are messages; M-1, N-38
    public async Task A_normal_message_is_a_message()
    {
        await Juliet.SayAsync(Romeo, "by and by", "m-normal", type: "normal");
        var seen = await Phone.ReceivesAsync("by and by");

        Assert.Equal(("sip_message", "m-normal"), (seen.Kind, seen["call_id"]));
        Assert.DoesNotContain(Phone.Events.All, e => e.Kind == "invited");
    }

    [Fact] // M-7: equal Call-IDs, one From tag, rising CSeq
    public async Task Messages_of_a_thread_keep_their_order_and_are_told_apart()
    {
        for (var i = 0; i < 20; i++)
        {
            await Juliet.SayAsync(Romeo, $"n{i}", "m-order", type: "normal");
        }

        await Phone.ReceivesAsync("n19");
        var seen = Phone.Events.All.Where(e => e.Kind == "sip_message").ToList();
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"n{i}"), seen.Select(e => e["body"]));
        Assert.Equal(20, seen.Select(e => e["cseq"]).Distinct().Count());
    }

    [Theory] // E-*, M-9
    [InlineData(404, "item-not-found")]
    [InlineData(403, "forbidden")]
    [InlineData(603, "recipient-unavailable")]
    public async Task A_refused_message_comes_back_with_its_id(int status, string condition)
    {
        await Phone.SetAsync(new { on_message = status });
        var id = await Juliet.SayAsync(Romeo, "refused", type: "normal");

        Assert.Equal(condition, (await Juliet.FailsAsync(id))["error"]);
    }

    [Fact] // M-12: 200 is delivery, so a receipt; issue of retries: 503 is tried again
    public async Task A_message_that_the_phone_could_not_take_yet_is_tried_again()
    {
        await Phone.SetAsync(new { on_message = 503, retry_after = 1 });
        await Juliet.SayAsync(Romeo, "once more", type: "normal", request: true);
        await Phone.ReceivesAsync("once more");
        await Phone.SetAsync(new { on_message = 200 });

        await Juliet.Events.WaitAsync(e => e.Kind == "message" && e["received"] is not null, 0, "the receipt", TimeSpan.FromSeconds(60));
        Assert.Equal(200, Phone.Events.All.Last(e => e.Kind == "sip_message").Number("status"));
    }

    [Fact] // the XMPP server's own business: kept for her, or refused; never lost in silence
    public async Task An_xmpp_user_who_returns_has_what_was_sent_meanwhile()
    {
        var account = await Site.NewUserAsync();
        var first = await Site.ChatAsync(account, "balcony");
        await first.LogoutAsync();
        await first.Events.WaitAsync(e => e.Kind == "disconnected");
        await Phone.CommandAsync("message", new { to = "sip:" + account, via = Via, body = "while thou wert away" });
        var status = (await Phone.SeesAsync("message_response")).Number("status");
        Assert.InRange(status, 200, 202);
        var back = await Site.ChatAsync(account, "orchard");

        await back.ReadsAsync("while thou wert away");
        await back.LogoutAsync();
    }

    [Theory] // the three modes of plain chat
    [InlineData("page", "sip_message")]
    [InlineData("session", "message")]
    [InlineData("auto", "message")]
    public async Task Plain_chat_goes_as_configured(string mode, string kind)
    {
        await using var gateway = await Site.NewGatewayAsync(c => c["Mapping"]!["Chat"] = JsonValue.Create(mode));
        await Juliet.SayAsync(RomeoAt(gateway.Component), "in mode " + mode, "mode-" + mode);

        Assert.Equal(kind, (await Phone.ReceivesAsync("in mode " + mode)).Kind);
    }

    [Fact] // session forces one: no falling back
    public async Task Where_only_sessions_are_wanted_a_phone_without_them_is_an_error()
    {
        await using var gateway = await Site.NewGatewayAsync(c => c["Mapping"]!["Chat"] = "session");
        await Phone.SetAsync(new { on_invite = 488 });
        var id = await Juliet.SayAsync(RomeoAt(gateway.Component), "nothing else", "only");

        Assert.NotNull((await Juliet.FailsAsync(id))["error"]);
        Assert.DoesNotContain(Phone.Events.All, e => e.Kind == "sip_message");
    }
}

/// <summary>Single messages beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class SingleMessageBesideProsodyTests(ProsodySite site) : SingleMessageTests(site);

/// <summary>Single messages beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class SingleMessageBesideEjabberdTests(EjabberdSite site) : SingleMessageTests(site);
