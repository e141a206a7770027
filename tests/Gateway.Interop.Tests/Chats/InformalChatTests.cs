using System.Globalization;
using Gateway.Interop.Tests.Sites;
using Gateway.Testing.Phones;

namespace Gateway.Interop.Tests.Chats;

/// <summary>Ordinary chat over MSRP (RFC 7573): clients that know nothing of negotiation, phones that know nothing else.</summary>
public abstract class InformalChatTests(GatewaySite site) : IAsyncLifetime
{
    private const string Romeo = "1001@" + GatewaySite.Component;
    private const string RomeoFull = Romeo + "/sip";
    private const string States = "{http://jabber.org/protocol/chatstates}";
    private const string Receipts = "{urn:xmpp:receipts}";

    private PhoneScript _script = null!;

    public async Task InitializeAsync() => _script = await PhoneScript.StartAsync(RepositoryFiles.MsrpPhoneScript);

    public async Task DisposeAsync() => await _script.DisposeAsync();

    [Fact] // RFC 7573 sections 4 and 6.1; C-2, C-3, C-5
    public async Task First_message_opens_a_session_and_gone_ends_it()
    {
        var phone = await PhoneAsync();
        var juliet = await ClientAsync();
        var thread = Guid.NewGuid().ToString("N");

        await juliet.SayAsync(Romeo, thread, "Art thou not Romeo?");
        await juliet.SayAsync(Romeo, thread, "And a Montague?");

        var invited = await phone.SeesAsync("invited");
        await phone.ReceivesAsync("And a Montague?", invited["call"]);
        Assert.Equal(["Art thou not Romeo?", "And a Montague?"], await phone.TextsAsync(invited["call"]!)); // in order
        await phone.SendAsync(invited["call"]!, "Neither, fair saint");
        var heard = await juliet.HearsAsync("Neither, fair saint");
        Assert.Equal("chat", (string)heard.Attribute("type")!);
        Assert.Equal(thread, heard.Element("{jabber:client}thread")!.Value);
        Assert.NotNull(heard.Element(States + "active")); // C-5: with the first words

        await juliet.SayAsync(RomeoFull, thread, "", "<gone xmlns='http://jabber.org/protocol/chatstates'/>");
        await phone.SeesAsync("bye", invited["call"]);
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // RFC 7573 section 5; C-23
    public async Task Session_of_a_phone_is_accepted_at_once_and_shown_as_ordinary_chat()
    {
        var phone = await PhoneAsync();
        var juliet = await ClientAsync();
        var call = await InviteAsync(phone, juliet);

        await phone.SeesAsync("connected", call);
        await phone.SendAsync(call, "I take thee at thy word");
        var heard = await juliet.HearsAsync("I take thee at thy word");
        Assert.Equal(call, heard.Element("{jabber:client}thread")!.Value); // N-41
        await juliet.SayAsync(RomeoFull, call, "What man art thou?", "<active xmlns='http://jabber.org/protocol/chatstates'/>");
        await phone.ReceivesAsync("What man art thou?", call);

        await phone.CommandAsync("bye", new { call });
        await juliet.SeesPayloadAsync(States + "gone"); // she uses chat states, so she is told
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // C-16 to C-18
    public async Task Receipts_go_both_ways_and_only_when_the_far_side_confirmed()
    {
        var phone = await PhoneAsync();
        var juliet = await ClientAsync();
        var call = await InviteAsync(phone, juliet);
        await phone.SeesAsync("connected", call);

        var sent = await phone.SendAsync(call, "confirm me", success: true);
        var asked = await juliet.HearsAsync("confirm me");
        Assert.NotNull(asked.Element(Receipts + "request"));
        Assert.DoesNotContain(phone.Events.All, seen => seen.Kind == "report");
        await juliet.SayAsync(RomeoFull, call, "", $"<received xmlns='urn:xmpp:receipts' id='{asked.Attribute("id")!.Value}'/>");
        Assert.Equal(sent, (await phone.SeesAsync("report"))["id"]);

        await juliet.SayAsync(RomeoFull, call, "confirm mine", "<request xmlns='urn:xmpp:receipts'/>", "mine");
        var receipt = await juliet.SeesPayloadAsync(Receipts + "received");
        Assert.Equal("mine", receipt.Element(Receipts + "received")!.Attribute("id")!.Value); // C-18

        await phone.CommandAsync("bye", new { call });
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // C-30 to C-32, C-5, C-6
    public async Task Typing_is_shown_both_ways_and_never_twice()
    {
        var phone = await PhoneAsync();
        var juliet = await ClientAsync();
        var call = await InviteAsync(phone, juliet);
        await phone.SeesAsync("connected", call);
        await juliet.SayAsync(RomeoFull, call, "hello", "<active xmlns='http://jabber.org/protocol/chatstates'/>");
        await phone.ReceivesAsync("hello", call);

        await phone.CommandAsync("composing", new { session = call, state = "active", refresh = 90 });
        await phone.CommandAsync("composing", new { session = call, state = "active", refresh = 90 });
        await phone.CommandAsync("composing", new { session = call, state = "musing" }); // C-32: unknown is idle
        await juliet.SeesPayloadAsync(States + "composing");
        await juliet.SeesPayloadAsync(States + "active");
        Assert.Equal(1, juliet.Phone.Events.All.Count(seen => seen["xml"]?.Contains("composing", StringComparison.Ordinal) == true));

        await juliet.SayAsync(RomeoFull, call, "", "<composing xmlns='http://jabber.org/protocol/chatstates'/>");
        var notice = await phone.Events.WaitAsync(seen => seen.Kind == "message" && seen["type"]?.Contains("iscomposing", StringComparison.Ordinal) == true);
        Assert.Contains("<state>active</state>", notice["body"], StringComparison.Ordinal);

        await phone.CommandAsync("bye", new { call });
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // 4975 section 7.1.4: an error stanza for what was delivered
    public async Task Message_that_bounces_is_reported_as_failed()
    {
        var phone = await PhoneAsync();
        var juliet = await ClientAsync();
        var call = await InviteAsync(phone, juliet);
        await phone.SeesAsync("connected", call);

        var sent = await phone.SendAsync(call, "return to sender", failure: "yes");
        var heard = await juliet.HearsAsync("return to sender");
        await juliet.Phone.SendXmlAsync(
            $"<message xmlns='jabber:client' type='error' to='{RomeoFull}' id='{heard.Attribute("id")!.Value}'><error type='cancel'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");

        var report = await phone.Events.WaitAsync(seen => seen.Kind == "report" && seen["id"] == sent);
        Assert.Contains("403", report["status"], StringComparison.Ordinal);
        await phone.CommandAsync("bye", new { call });
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // M-16: a wrapper speaks for its own session only
    public async Task Wrapper_that_names_another_sender_is_refused_and_one_that_does_not_is_read()
    {
        var phone = await PhoneAsync();
        var juliet = await ClientAsync();
        var call = await InviteAsync(phone, juliet);
        await phone.SeesAsync("connected", call);

        await phone.SendAsync(call, Wrapped("sip:tybalt@127.0.0.1", "forged"), type: "message/cpim");
        var refused = await phone.Events.WaitAsync(seen => seen.Kind is "refused" or "report");
        Assert.Contains("403", refused["status"], StringComparison.Ordinal);
        await phone.SendAsync(call, Wrapped("sip:1001@phone.test", "true"), type: "message/cpim");
        await juliet.HearsAsync("true");
        Assert.DoesNotContain(juliet.Phone.Events.All, seen => seen["xml"]?.Contains("forged", StringComparison.Ordinal) == true);

        await phone.CommandAsync("bye", new { call });
        await site.Gateway.HasNoSessionAsync();

        static string Wrapped(string from, string text) => $"From: <{from}>\r\nTo: <sip:juliet@example.org>\r\n\r\nContent-Type: text/plain\r\n\r\n{text}";
    }

    [Fact] // M-4: formatted, and made harmless
    public async Task Formatted_text_crosses_within_the_profile()
    {
        var phone = await PhoneAsync();
        var juliet = await ClientAsync();
        var call = await InviteAsync(phone, juliet);
        await phone.SeesAsync("connected", call);

        await phone.SendAsync(call, "<p onclick='x()'>My <b>bounty</b><script>alert(1)</script></p>", type: "text/html");
        var heard = await juliet.HearsAsync("My bounty");
        var html = heard.Element("{http://jabber.org/protocol/xhtml-im}html")!.ToString();
        Assert.Contains("strong", html, StringComparison.Ordinal);
        Assert.DoesNotContain("onclick", html, StringComparison.Ordinal);
        Assert.DoesNotContain("alert", html, StringComparison.Ordinal);

        await phone.CommandAsync("bye", new { call });
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // C-22: nothing lost, nothing doubled, in order, while the connection is cut again and again
    public async Task Hundreds_of_messages_each_way_survive_ten_cuts()
    {
        const int Count = 300;
        var phone = await PhoneAsync();
        var juliet = await ClientAsync();
        var thread = Guid.NewGuid().ToString("N");
        await juliet.SayAsync(Romeo, thread, "begin");
        var call = (await phone.SeesAsync("invited"))["call"]!;
        await phone.ReceivesAsync("begin", call);

        for (var i = 0; i < Count; i++)
        {
            await juliet.SayAsync(RomeoFull, thread, $"x{i}");
            if (i % (Count / 10) == Count / 20)
            {
                await phone.CommandAsync("flood", new { session = call, count = Count / 10, prefix = "p", start = i / (Count / 10) * (Count / 10) });
                var seen = phone.Events.Count;
                await phone.CommandAsync("cut", new { session = call });
                await phone.Events.WaitAsync(e => e.Kind == "connected", seen);
            }
        }

        await phone.ReceivesAsync($"x{Count - 1}", call);
        await juliet.HearsAsync($"p{Count - 1}");
        var texts = await phone.TextsAsync(call);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"x{i}"), texts.Where(text => text.StartsWith('x')));
        var heard = juliet.Phone.Events.All.Where(e => e.Kind == "message" && e["carbon"] is null).Select(e => Body(e["xml"]!)).Where(text => text?.StartsWith('p') == true);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"p{i}"), heard);

        await phone.CommandAsync("bye", new { call });
        await site.Gateway.HasNoSessionAsync();

        static string? Body(string xml) => System.Xml.Linq.XElement.Parse(xml).Element("{jabber:client}body")?.Value;
    }

    [Fact] // RFC 4975 sections 5.4 and 8.4, RFC 6135 section 4.2: TCP is quicker than the 200
    public async Task Words_that_overtake_the_answer_to_a_reinvite_are_not_refused()
    {
        var phone = await PhoneAsync(new { on_reinvite = 0, session = new { setup = "active" } });
        var juliet = await ClientAsync();
        var thread = Guid.NewGuid().ToString("N");
        await juliet.SayAsync(Romeo, thread, "begin");
        var call = (await phone.SeesAsync("invited"))["call"]!;
        await phone.ReceivesAsync("begin", call);

        await phone.CommandAsync("cut", new { session = call });
        await phone.SeesAsync("reinvited", call);
        await phone.CommandAsync("overtake", new { call });
        await phone.SendAsync(call, "quick");
        await phone.SendAsync(call, "as a wink");

        // Time for the words to be there: the gateway has read another SIP message since, and answered it.
        await phone.CommandAsync("options", new { to = "sip:" + juliet.Phone.BareJid, via = FormattableString.Invariant($"127.0.0.1:{site.SipPort}") });
        await phone.SeesAsync("options_response");
        await phone.CommandAsync("pick", new { call });

        await juliet.HearsAsync("quick");
        await juliet.HearsAsync("as a wink");
        await juliet.SayAsync(RomeoFull, thread, "and back");
        await phone.ReceivesAsync("and back", call);
        Assert.DoesNotContain(phone.Events.All, e => e.Kind == "refused");
        Assert.Single(phone.Events.All, e => e.Kind == "reinvited");

        await phone.CommandAsync("bye", new { call });
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // C-1, C-2: the first messages go as single ones after all
    public async Task Phone_without_sessions_gets_single_messages()
    {
        var phone = await PhoneAsync(new { on_invite = 488 });
        var juliet = await ClientAsync();

        // Another SIP user than the other tests': who has no sessions is not asked again for an hour.
        await juliet.SayAsync("1002@" + GatewaySite.Component, Guid.NewGuid().ToString("N"), "by letter then");

        var message = await phone.SeesAsync("sip_message");
        Assert.Equal("by letter then", message["body"]);
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // design section 6: an operator sees the session, its trace without what was said, and ends it
    public async Task Session_is_listed_traced_without_words_and_ended_by_the_operator()
    {
        var phone = await PhoneAsync();
        var juliet = await ClientAsync();
        var call = await InviteAsync(phone, juliet);
        await phone.SeesAsync("connected", call);
        await phone.SendAsync(call, "a secret");
        await juliet.HearsAsync("a secret");

        var session = (await site.Gateway.SessionsAsync()).Single(one => (string?)one["callId"] == call);
        Assert.Equal("chat", ((string)session["kind"]!).ToLower(CultureInfo.InvariantCulture));
        var trace = await site.Gateway.GetAsync($"api/sessions/{(string)session["id"]!}/trace");
        Assert.Contains("INVITE", trace, StringComparison.Ordinal);
        Assert.DoesNotContain("a secret", trace, StringComparison.Ordinal);
        await site.Gateway.HangUpAsync((string)session["id"]!);

        await phone.SeesAsync("bye", call);
        await site.Gateway.HasNoSessionAsync();
    }

    private Task<MsrpPhone> PhoneAsync(object? options = null) => site.NewMsrpPhoneAsync(
        _script, options ?? new { domain = "phone.test" });

    private async Task<ChatClient> ClientAsync() => new(await site.NewXmppPhoneAsync(), "none");

    private async Task<string> InviteAsync(MsrpPhone phone, ChatClient juliet)
    {
        var call = Guid.NewGuid().ToString("N");
        await phone.InviteAsync(call, $"sip:{juliet.Phone.BareJid}", $"127.0.0.1:{site.SipPort}", callId: call);
        return call;
    }
}

/// <summary>Ordinary chat over MSRP, beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class InformalChatBesideProsodyTests(ProsodySite site) : InformalChatTests(site);

/// <summary>Ordinary chat over MSRP, beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class InformalChatBesideEjabberdTests(EjabberdSite site) : InformalChatTests(site);
