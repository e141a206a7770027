using System.Xml.Linq;
using Gateway.Interop.Tests.Chats;
using Gateway.Interop.Tests.Sites;
using Gateway.Testing;
using Gateway.Testing.Phones;

namespace Gateway.Interop.Tests.Messages;

/// <summary>Who is away when something is said, on either side, and comes back: in each mode of plain chat, beside every server.</summary>
public abstract class AwayTests(GatewaySite site)
{
    private static readonly XNamespace Client = "jabber:client";
    private static readonly string[] Said = ["one", "two", "three"];

    [Theory] // C-2: nobody at the port at all
    [InlineData("auto")]
    [InlineData("session")]
    [InlineData("page")]
    public async Task A_SIP_user_who_was_not_there_has_everything_once_and_in_order(string mode)
    {
        await using var messages = await MessageSite.StartAsync(site, $$"""{ "Chat": "{{mode}}" }""");
        var juliet = await site.NewChatAsync();
        await SayAsync(juliet, messages.Contact, Said);
        await IsTriedAgainAsync(messages);

        var phone = await messages.NewPhoneAsync();
        await ArrivesAsync(phone, "three");
        await SayAsync(juliet, messages.Contact, "four"); // and on it goes
        await ArrivesAsync(phone, "four");

        Assert.Equal([.. Said, "four"], Words(phone));
        Assert.DoesNotContain(juliet.Events.All, e => e["type"] == "error");
    }

    [Theory] // C-2: somebody is there who says that he is not
    [InlineData("auto", 480)]
    [InlineData("session", 480)]
    [InlineData("page", 480)]
    [InlineData("auto", 503)]
    [InlineData("session", 503)]
    [InlineData("page", 503)]
    public async Task A_SIP_user_who_was_said_to_be_away_has_everything_once_and_in_order(string mode, int status)
    {
        await using var messages = await MessageSite.StartAsync(site, $$"""{ "Chat": "{{mode}}" }""");
        var phone = await messages.NewPhoneAsync(new { on_invite = status, on_message = status, retry_after = 1 });
        var juliet = await site.NewChatAsync();
        await SayAsync(juliet, messages.Contact, Said);
        await IsTriedAgainAsync(messages);
        Assert.Equal(mode == "session", phone.Events.All.All(e => e.Kind != "sip_message"));

        await phone.SetAsync(new { on_invite = "accept", on_message = 200 });
        await ArrivesAsync(phone, "three");

        Assert.Equal(Said, Words(phone));
        Assert.DoesNotContain(juliet.Events.All, e => e["type"] == "error");
    }

    [Theory] // C-2: what waited goes no further than its deadline, and what says no for good is believed at once
    [InlineData("auto", 480, "3s", "recipient-unavailable")]
    [InlineData("session", 480, "3s", "recipient-unavailable")]
    [InlineData("auto", 404, "10m", "item-not-found")]
    [InlineData("session", 603, "10m", "recipient-unavailable")]
    public async Task A_SIP_user_who_does_not_come_gives_an_error_for_each_message(string mode, int status, string deadline, string condition)
    {
        await using var messages = await MessageSite.StartAsync(site, $$"""{ "Chat": "{{mode}}", "MessageDeadline": "{{deadline}}" }""");
        await messages.NewPhoneAsync(new { on_invite = status, on_message = status });
        var juliet = await site.NewChatAsync();
        foreach (var id in await SayAsync(juliet, messages.Contact, Said))
        {
            Assert.Equal(condition, (await juliet.FailsAsync(id))["error"]);
        }
    }

    [Fact] // too busy to talk (486) is not too busy to read
    public async Task A_SIP_user_who_is_busy_gets_single_messages()
    {
        await using var messages = await MessageSite.StartAsync(site, """{ "Chat": "auto" }""");
        var phone = await messages.NewPhoneAsync(new { on_invite = 486 });
        var juliet = await site.NewChatAsync();
        await SayAsync(juliet, messages.Contact, Said);
        await ArrivesAsync(phone, "three");

        Assert.Equal(Said, Words(phone));
    }

    [Theory] // M-14: her server keeps them, so 202 is the truth; the words of a session are kept the same way
    [InlineData("auto")]
    [InlineData("session")]
    [InlineData("page")]
    public async Task An_XMPP_user_who_was_away_reads_what_was_sent_and_said_and_answers(string mode)
    {
        await using var messages = await MessageSite.StartAsync(site, $$"""{ "Chat": "{{mode}}", "MessageType": "chat" }""");
        var phone = await messages.NewPhoneAsync();
        var account = await AwayAccountAsync();
        foreach (var text in Said)
        {
            Assert.Equal("202", (await messages.WriteAsync(phone, account, text))["status"]);
        }

        const string Call = "while-away";
        await phone.InviteAsync(Call, $"sip:{account}", messages.Via, callId: Call);
        await phone.SeesAsync("connected", Call); // C-23: taken at once, and kept for her like any message
        await phone.SendAsync(Call, "four", success: false);
        await phone.SendAsync(Call, "five", success: false);

        var back = await site.ChatAsync(account, "orchard");
        await back.ReadsAsync("five");
        Assert.Equal([.. Said, "four", "five"], back.Events.All.Where(e => e["type"] == "chat").Select(e => e["body"]).OfType<string>());

        await back.SayAsync(messages.Contact, "I am back", Call);
        Assert.Equal(Call, (await phone.ReceivesAsync("I am back"))["session"]); // the session is still hers
    }

    [Fact] // N-12, N-14: who has to be asked first and is not there is unavailable, and is asked again when she is
    public async Task A_session_that_an_absent_XMPP_user_would_have_to_accept_is_refused_until_she_is_back()
    {
        await using var messages = await MessageSite.StartAsync(site, """{ "Chats": { "Negotiate": "always" } }""");
        var phone = await messages.NewPhoneAsync();
        var account = await AwayAccountAsync();
        await phone.InviteAsync("absent", $"sip:{account}", messages.Via, new { headers = (string[][])[["Expires", "2"]] });
        Assert.Equal(480, (await phone.SeesAsync("refused", "absent")).Number("status"));

        var back = new ChatClient(await site.LoginAsync(account, "orchard"), "0.8");
        await phone.InviteAsync("present", $"sip:{account}", messages.Via, callId: "present");
        var seen = await back.Phone.Events.WaitAsync(e => e.Kind == "message" && IsForm(e, "present")); // an old one may have been kept (S-8)
        var form = XElement.Parse(seen["xml"]!);
        await back.ReplyAsync(form.Attribute("from")!.Value, "present", accepts: true);
        await phone.SeesAsync("connected", "present");
        await phone.SendAsync("present", "welcome back");
        await back.HearsAsync("welcome back");

        static bool IsForm(PhoneEvent e, string thread) => XElement.Parse(e["xml"]!) is var stanza
            && stanza.Element(Client + "thread")?.Value == thread
            && stanza.Element(XName.Get("feature", ChatClient.FeatureNegotiation)) is not null;
    }

    private async Task<string> AwayAccountAsync()
    {
        var account = await site.NewUserAsync();
        var before = await site.ChatAsync(account, "balcony"); // she has been there: her server knows her
        await before.LogoutAsync();
        await before.Events.WaitAsync(e => e.Kind == "disconnected");
        return account;
    }

    private static async Task<IReadOnlyList<string>> SayAsync(XmppChat juliet, string to, params string[] texts)
    {
        List<string> ids = [];
        foreach (var text in texts)
        {
            ids.Add(await juliet.SayAsync(to, text, "away"));
        }

        return ids;
    }

    private static Task IsTriedAgainAsync(MessageSite messages) => Eventually.HoldsAsync(
        async () => await messages.Gateway.Process.MetricAsync("gateway_mapping_messages_retries_total") > 0);

    private static Task<PhoneEvent> ArrivesAsync(MsrpPhone phone, string text) => phone.Events.WaitAsync(
        e => e["body"] == text && (e.Kind == "message" || e is { Kind: "sip_message" } && e["status"] == "200"), 0, $"\"{text}\"");

    /// <summary>What the phone took, by whichever way.</summary>
    private static IEnumerable<string> Words(MsrpPhone phone) => phone.Events.All
        .Where(e => e is { Kind: "message" } && e["type"]?.StartsWith("text/plain", StringComparison.Ordinal) != false || e is { Kind: "sip_message" } && e["status"] == "200")
        .Select(e => e["body"]).OfType<string>();
}

/// <summary>Who is away and comes back, beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class AwayBesideProsodyTests(ProsodySite site) : AwayTests(site);

/// <summary>Who is away and comes back, beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class AwayBesideEjabberdTests(EjabberdSite site) : AwayTests(site);
