using System.Xml.Linq;
using Gateway.Interop.Tests.Sites;
using Gateway.Testing;
using Gateway.Testing.Phones;

namespace Gateway.Interop.Tests.Messages;

/// <summary>Single messages between real clients of XMPP and a SIP user on plain sockets, beside every server.</summary>
public abstract class SingleMessageTests(GatewaySite site)
{
    private const string Page = """{ "Chat": "page" }""";
    private const string Impatient = """{ "Chat": "page", "MessageDeadline": "3s" }""";

    [Fact] // M-1, M-2, M-3, M-7, M-14, N-38: RFC 7572 tables 1 and 2
    public async Task Words_cross_both_ways_with_subject_language_and_thread()
    {
        await using var messages = await MessageSite.StartAsync(site, Page);
        var juliet = await site.NewXmppPhoneAsync();
        var phone = await messages.NewPhoneAsync();

        await juliet.SendXmlAsync(
            $"<message to='{messages.Contact}' type='chat' id='m1' xml:lang='cs'><subject>Ples</subject><body>Nazdar &amp; ahoj</body><thread>a b</thread></message>");
        var got = await phone.ReceivesAsync("Nazdar & ahoj");
        Assert.Equal(("Ples", "cs", "a%20b"), (got["subject"], got["language"], got["call_id"]));
        Assert.Contains(juliet.BareJid, got["from"], StringComparison.Ordinal);

        Assert.Equal("202", (await messages.WriteAsync(phone, juliet.BareJid, "hello <Juliet>", new { call_id = "a%20b", headers = new[] { new[] { "Subject", "Ball" } } }))["status"]);
        var words = await SeesAsync(juliet, "hello <Juliet>");
        Assert.Equal(("a b", "Ball", "chat"), (words.Element(Name("thread"))?.Value, words.Element(Name("subject"))?.Value, words.Attribute("type")?.Value));
        Assert.StartsWith(messages.Contact, words.Attribute("from")?.Value, StringComparison.Ordinal);

        await juliet.SendXmlAsync($"<message to='{messages.Contact}' type='chat'><body>again</body><thread>a b</thread></message>");
        var again = await phone.ReceivesAsync("again");
        Assert.Equal(("a%20b", "2 MESSAGE"), (again["call_id"], again["cseq"]));
    }

    [Fact] // M-9, E-8: the id of the message, the address that was written to
    public async Task A_refusal_comes_back_to_who_wrote()
    {
        await using var messages = await MessageSite.StartAsync(site, Page);
        var juliet = await site.NewXmppPhoneAsync();
        var phone = await messages.NewPhoneAsync(new { on_message = 404 });
        foreach (var (status, condition) in ((int, string)[])[(404, "item-not-found"), (415, "not-acceptable"), (603, "recipient-unavailable")])
        {
            await phone.SetAsync(new { on_message = status });
            await juliet.SendXmlAsync($"<message to='{messages.Contact}' type='chat' id='m{status}'><body>x</body></message>");
            var error = await juliet.Events.WaitAsync(e => e.Kind == "message_error" && e["message_id"] == $"m{status}");
            Assert.Equal((condition, messages.Contact), (error["condition"], error["from"]));
        }
    }

    [Fact] // M-4: formatted words for who writes such, and plain ones after a refusal
    public async Task Formatted_words_cross_both_ways_and_go_plain_where_they_are_refused()
    {
        const string Html = "<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'><p>my <strong onclick='x()'>only</strong> love</p></body></html>";
        await using var messages = await MessageSite.StartAsync(site, Page);
        var juliet = await site.NewXmppPhoneAsync();
        var phone = await messages.NewPhoneAsync();

        await messages.WriteAsync(phone, juliet.BareJid, "<p>my <em>only</em> hate</p>", new { type = "text/html" });
        var seen = await SeesAsync(juliet, "my only hate");
        Assert.Equal("only", seen.Descendants("{http://www.w3.org/1999/xhtml}em").Single().Value);

        await juliet.SendXmlAsync($"<message to='{messages.Contact}' type='chat'><body>my only love</body>{Html}</message>");
        var formatted = await phone.Events.WaitAsync(e => e.Kind == "sip_message" && e["type"]!.StartsWith("text/html", StringComparison.Ordinal));
        Assert.Contains("<strong>only</strong>", formatted["body"], StringComparison.Ordinal);

        await phone.SetAsync(new { refused_types = "text/html" });
        await juliet.SendXmlAsync($"<message to='{messages.Contact}' type='chat'><body>my only love, again</body>{Html}</message>");
        await phone.ReceivesAsync("my only love, again");
        Assert.DoesNotContain(juliet.Events.All, e => e.Kind == "message_error");
    }

    [Fact] // policy, E-*, M-16
    public async Task What_a_SIP_user_may_not_send_is_refused()
    {
        await using var messages = await MessageSite.StartAsync(site, Page);
        var juliet = await site.NewXmppPhoneAsync();
        var phone = await messages.NewPhoneAsync();

        Assert.Equal("404", (await messages.WriteAsync(phone, "x@unknown.example", "x"))["status"]);
        var unsupported = await messages.WriteAsync(phone, juliet.BareJid, "x", new { type = "image/png" });
        Assert.Equal("415", unsupported["status"]);
        Assert.Contains("text/plain", unsupported["accept"], StringComparison.Ordinal);
    }

    [Fact] // M-12
    public async Task A_receipt_is_given_when_the_phone_has_confirmed()
    {
        await using var messages = await MessageSite.StartAsync(site, Page);
        var juliet = await site.NewXmppPhoneAsync();
        var phone = await messages.NewPhoneAsync(new { on_message = 202 });

        await SayAsync("m202");
        await phone.ReceivesAsync("m202");
        await phone.SetAsync(new { on_message = 200 });
        await SayAsync("m200");
        var receipt = await juliet.Events.WaitAsync(e => e.Kind == "message" && e["xml"]!.Contains("urn:xmpp:receipts", StringComparison.Ordinal));
        Assert.Contains("m200", receipt["xml"], StringComparison.Ordinal); // the first one, so there is none for m202

        Task SayAsync(string id) => juliet.SendXmlAsync(
            $"<message to='{messages.Contact}' type='chat' id='{id}'><body>{id}</body><request xmlns='urn:xmpp:receipts'/></message>");
    }

    [Fact] // M-17: RFC 5438 in RFC 3862
    public async Task Notifications_of_the_phone_become_receipts_and_receipts_become_notifications()
    {
        await using var messages = await MessageSite.StartAsync(site, """{ "Chat": "page", "MessageNotifications": true }""");
        var juliet = await site.NewXmppPhoneAsync();
        var phone = await messages.NewPhoneAsync(new { on_message = 202 });
        await juliet.SendXmlAsync($"<message to='{messages.Contact}' type='chat' id='m1'><body>hello</body><request xmlns='urn:xmpp:receipts'/></message>");
        var wrapped = await phone.Events.WaitAsync(e => e.Kind == "sip_message" && e["type"] == "message/cpim");
        var id = wrapped["body"]!.Split("imdn.Message-ID: ")[1].Split("\r\n")[0];

        await messages.WriteAsync(
            phone, juliet.BareJid,
            $"From: <sip:x@y>\r\nTo: <sip:z@y>\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: n1\r\n\r\nContent-Type: message/imdn+xml\r\n\r\n"
            + $"<imdn xmlns='urn:ietf:params:xml:ns:imdn'><message-id>{id}</message-id><datetime>2026-03-01T12:00:00Z</datetime><delivery-notification><status><delivered/></status></delivery-notification></imdn>",
            new { type = "message/cpim" });
        Assert.Contains("id=\"m1\"", (await juliet.Events.WaitAsync(e => e.Kind == "message" && e["xml"]!.Contains("received", StringComparison.Ordinal)))["xml"], StringComparison.Ordinal);

        await messages.WriteAsync(
            phone, juliet.BareJid,
            "From: <sip:x@y>\r\nTo: <sip:z@y>\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: p7\r\nimdn.Disposition-Notification: positive-delivery\r\n\r\nContent-Type: text/plain\r\n\r\nwrapped",
            new { type = "message/cpim" });
        var words = await SeesAsync(juliet, "wrapped");
        await juliet.SendXmlAsync($"<message to='{words.Attribute("from")!.Value}' type='chat'><received xmlns='urn:xmpp:receipts' id='{words.Attribute("id")!.Value}'/></message>");
        await phone.Events.WaitAsync(e => e.Kind == "sip_message" && e["body"]!.Contains("<message-id>p7</message-id>", StringComparison.Ordinal));
    }

    [Fact] // C-5, C-6, M-18: RFC 3994
    public async Task Typing_is_seen_on_both_sides()
    {
        await using var messages = await MessageSite.StartAsync(site, Page);
        var juliet = await site.NewXmppPhoneAsync();
        var phone = await messages.NewPhoneAsync();

        await juliet.SendXmlAsync($"<message to='{messages.Contact}' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>");
        await phone.Events.WaitAsync(e => e.Kind == "sip_message" && e["body"]!.Contains(">active<", StringComparison.Ordinal));
        await juliet.SendXmlAsync($"<message to='{messages.Contact}' type='chat'><body>hi</body><active xmlns='http://jabber.org/protocol/chatstates'/></message>");
        await phone.ReceivesAsync("hi");

        const string Active = "<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'><state>active</state></isComposing>";
        Assert.Equal("200", (await messages.WriteAsync(phone, juliet.BareJid, Active, new { type = "application/im-iscomposing+xml" }))["status"]);
        await juliet.Events.WaitAsync(e => e.Kind == "message" && e["xml"]!.Contains("composing", StringComparison.Ordinal));
    }

    [Fact] // M-5
    public async Task Long_words_arrive_whole_and_in_order()
    {
        await using var messages = await MessageSite.StartAsync(site, Page);
        var juliet = await site.NewXmppPhoneAsync();
        var phone = await messages.NewPhoneAsync();
        var text = string.Concat(Enumerable.Range(0, 500).Select(i => $"wörd{i} 👩‍👧 ")) + "end";
        await juliet.SendXmlAsync($"<message to='{messages.Contact}' type='chat'><body>{text}</body></message>");

        await phone.Events.WaitAsync(e => e.Kind == "sip_message" && e["body"]!.EndsWith("end", StringComparison.Ordinal));
        Assert.Equal(text, string.Concat(phone.Events.All.Where(e => e.Kind == "sip_message").Select(e => e["body"])));

        await messages.WriteAsync(phone, juliet.BareJid, text);
        await SeesAsync(juliet, text);
    }

    [Fact] // nothing vanishes: retried, then delivered
    public async Task A_SIP_user_that_returns_gets_what_was_said()
    {
        await using var messages = await MessageSite.StartAsync(site, Page);
        var juliet = await site.NewXmppPhoneAsync();
        foreach (var text in (string[])["one", "two", "three"])
        {
            await juliet.SendXmlAsync($"<message to='{messages.Contact}' type='chat' id='{text}'><body>{text}</body></message>");
        }

        await Eventually.HoldsAsync(async () => await messages.Gateway.Process.MetricAsync("gateway_mapping_messages_retries_total") > 0);
        var phone = await messages.NewPhoneAsync();
        await phone.ReceivesAsync("three");
        Assert.Equal(["one", "two", "three"], phone.Events.All.Where(e => e.Kind == "sip_message").Select(e => e["body"]));
        Assert.DoesNotContain(juliet.Events.All, e => e.Kind == "message_error");
    }

    [Fact] // nothing vanishes: an error at the deadline
    public async Task A_SIP_user_that_does_not_return_gives_an_error()
    {
        await using var messages = await MessageSite.StartAsync(site, Impatient);
        var juliet = await site.NewXmppPhoneAsync();
        await juliet.SendXmlAsync($"<message to='{messages.Contact}' type='chat' id='m1'><body>x</body></message>");
        await juliet.Events.WaitAsync(e => e.Kind == "message_error" && e["message_id"] == "m1");
    }

    [Fact] // the server keeps it; M-14
    public async Task An_XMPP_user_that_returns_gets_what_was_said()
    {
        await using var messages = await MessageSite.StartAsync(site, """{ "Chat": "page", "MessageType": "chat" }""");
        var account = await site.NewUserAsync();
        var phone = await messages.NewPhoneAsync();
        Assert.Equal("202", (await messages.WriteAsync(phone, account, "while you were out"))["status"]);

        await SeesAsync(await site.LoginAsync(account, "balcony"), "while you were out");
    }

    [Fact] // M-7, RFC 6120 section 10.1
    public async Task A_thousand_messages_each_way_keep_their_order()
    {
        const int Count = 1_000;
        await using var messages = await MessageSite.StartAsync(site, Page);
        var juliet = await site.NewXmppPhoneAsync();
        var phone = await messages.NewPhoneAsync();
        var there = Task.Run(async () =>
        {
            for (var i = 0; i < Count; i++)
            {
                await juliet.SendXmlAsync($"<message to='{messages.Contact}' type='chat' id='o{i}'><body>out {i}</body><thread>t</thread></message>");
            }
        });
        for (var i = 0; i < Count; i++)
        {
            Assert.Equal("202", (await messages.WriteAsync(phone, juliet.BareJid, $"in {i}"))["status"]);
        }

        await there;
        await phone.ReceivesAsync($"out {Count - 1}");
        await SeesAsync(juliet, $"in {Count - 1}");
        Assert.Equal(
            Enumerable.Range(0, Count).Select(i => $"out {i}"), phone.Events.All.Where(e => e.Kind == "sip_message").Select(e => e["body"]));
        Assert.Equal(
            Enumerable.Range(0, Count).Select(i => $"in {i}"),
            juliet.Events.All.Where(e => e.Kind == "message").Select(e => XElement.Parse(e["xml"]!).Element(Name("body"))?.Value).Where(body => body is not null));
    }

    [Fact] // N-40 to N-42 over a restart
    public async Task A_thread_is_the_same_after_a_restart()
    {
        await using var messages = await MessageSite.StartAsync(site, Page);
        var juliet = await site.NewXmppPhoneAsync();
        var phone = await messages.NewPhoneAsync();
        await juliet.SendXmlAsync($"<message to='{messages.Contact}' type='chat'><body>before</body><thread>é é</thread></message>");
        var callId = (await phone.ReceivesAsync("before"))["call_id"];

        await messages.Gateway.Process.HasStoredAllAsync();
        await messages.Gateway.Process.RestartAsync();
        Assert.Equal("202", (await messages.WriteAsync(phone, juliet.BareJid, "after", new { call_id = callId }))["status"]);
        Assert.Equal("é é", (await SeesAsync(juliet, "after")).Element(Name("thread"))?.Value);
    }

    private static XName Name(string local) => XName.Get(local, "jabber:client");

    private static async Task<XElement> SeesAsync(XmppPhone phone, string body)
    {
        var seen = await phone.Events.WaitAsync(
            e => e.Kind == "message" && e["carbon"] is null && XElement.Parse(e["xml"]!).Element(Name("body"))?.Value == body, what: body);
        return XElement.Parse(seen["xml"]!);
    }
}

/// <summary>Single messages beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class SingleMessagesBesideProsodyTests(ProsodySite site) : SingleMessageTests(site);

/// <summary>Single messages beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class SingleMessagesBesideEjabberdTests(EjabberdSite site) : SingleMessageTests(site);
