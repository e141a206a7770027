using Gateway.Interop.Tests.Sites;
using Gateway.Testing.Phones;

namespace Gateway.Interop.Tests.Chats;

/// <summary>A SIP user begins a session with an XMPP user who is known to speak XEP-0155: she is asked.</summary>
public abstract class NegotiatedChatToXmppTests(GatewaySite site) : IAsyncLifetime
{
    private const string RomeoFull = "1001@" + GatewaySite.Component + "/sip";
    private const string StatesField = "http://jabber.org/protocol/chatstates";

    private PhoneScript _script = null!;

    public async Task InitializeAsync() => _script = await PhoneScript.StartAsync(RepositoryFiles.MsrpPhoneScript);

    public async Task DisposeAsync() => await _script.DisposeAsync();

    [Theory] // N-1, N-2, N-4, N-6, N-34, F-6, S-1, S-8
    [InlineData("0.8")]
    [InlineData("1.2")]
    public async Task Invitation_is_put_to_the_user_and_her_acceptance_is_the_answer(string version)
    {
        var (phone, juliet) = await KnownAsync(version);
        var call = await InviteAsync(phone, juliet, new { subject = "It is the east" });

        var form = await juliet.SeesFormAsync("form", "accept");
        Assert.Equal("It is the east", form.Values["reason"]);
        Assert.Equal(RomeoFull, form.From);
        Assert.Null(form.Stanza.Element("{jabber:client}body"));
        Assert.NotNull(form.Stanza.Element("{urn:xmpp:hints}no-store"));
        Assert.False(form.Values.ContainsKey("secure") || form.Values.ContainsKey("security")); // F-4: it is not so
        await juliet.ReplyAsync(RomeoFull, form.Thread!, accepts: true, ChatClient.Value(StatesField, juliet.On), form.Id!);

        await phone.SeesAsync("answered", call);
        if (version == "1.2")
        {
            Assert.Equal("1", (await juliet.SeesFormAsync("result", "accept")).Values["accept"]);
        }

        await phone.SeesAsync("connected", call);
        await phone.SendAsync(call, "and Juliet is the sun");
        Assert.Equal(form.Thread, (await juliet.HearsAsync("and Juliet is the sun")).Element("{jabber:client}thread")!.Value);
        await juliet.SayAsync(RomeoFull, form.Thread!, "Ay me!");
        await phone.ReceivesAsync("Ay me!", call);

        await phone.CommandAsync("bye", new { call });
        await juliet.SeesFormAsync("submit", "terminate");
        await site.Gateway.HasNoSessionAsync();
    }

    [Theory] // N-11
    [InlineData("0.8")]
    [InlineData("1.2")]
    public async Task User_who_declines_refuses_the_invitation_with_603(string version)
    {
        var (phone, juliet) = await KnownAsync(version);
        var call = await InviteAsync(phone, juliet);

        var form = await juliet.SeesFormAsync("form", "accept");
        await juliet.ReplyAsync(RomeoFull, form.Thread!, accepts: false, ChatClient.Value("reason", "not now"), form.Id!);

        var refused = await phone.SeesAsync("refused", call);
        Assert.Equal(603, refused.Number("status"));
        Assert.Contains("not now", refused["phrase"], StringComparison.Ordinal);
        await site.Gateway.HasNoSessionAsync();
    }

    [Theory] // N-12, N-13, N-47
    [InlineData("0.8", "feature-not-implemented", 488, "399")]
    [InlineData("1.2", "feature-not-implemented", 488, "399")]
    [InlineData("0.8", "not-acceptable", 488, "305")]
    [InlineData("1.2", "not-acceptable", 488, "305")]
    [InlineData("1.2", "conflict", 486, "")]
    [InlineData("0.8", "forbidden", 480, "")]
    [InlineData("1.2", "item-not-found", 480, "")]
    public async Task Form_that_comes_back_refuses_the_invitation_without_telling_who_is_there(string version, string condition, int status, string warning)
    {
        var (phone, juliet) = await KnownAsync(version);
        var call = await InviteAsync(phone, juliet);
        var form = await juliet.SeesFormAsync("form", "accept");

        await ReturnAsync(juliet, form, condition);

        var refused = await phone.SeesAsync("refused", call);
        Assert.Equal((status, warning), ((int)refused.Number("status"), refused["warning"]!.Split(' ')[0]));
        await site.Gateway.HasNoSessionAsync();
    }

    [Theory] // E-5, E-7
    [InlineData("redirect", 302)]
    [InlineData("gone", 301)]
    public async Task Form_that_comes_back_with_another_address_sends_the_caller_there(string condition, int status)
    {
        var (phone, juliet) = await KnownAsync("1.2");
        var call = await InviteAsync(phone, juliet);
        var form = await juliet.SeesFormAsync("form", "accept");

        await ReturnAsync(juliet, form, condition, "xmpp:nurse@" + GatewaySite.Domain);

        var refused = await phone.SeesAsync("refused", call);
        Assert.Equal((status, $"<sip:nurse@{GatewaySite.Domain}>"), ((int)refused.Number("status"), refused["contact"]));
        await site.Gateway.HasNoSessionAsync();
    }

    [Theory] // N-12: the MAY, and RFC 7573 section 5
    [InlineData("0.8")]
    [InlineData("1.2")]
    public async Task Client_that_has_forgotten_the_protocol_gets_ordinary_chat(string version)
    {
        var (phone, juliet) = await KnownAsync(version);
        var call = await InviteAsync(phone, juliet);
        var form = await juliet.SeesFormAsync("form", "accept");

        await ReturnAsync(juliet, form, "service-unavailable");

        await phone.SeesAsync("connected", call);
        await phone.SendAsync(call, "plainly then");
        await juliet.HearsAsync("plainly then");
        await phone.CommandAsync("bye", new { call });
        await site.Gateway.HasNoSessionAsync();
    }

    [Theory] // N-15, N-14: and an acceptance that comes too late
    [InlineData("0.8")]
    [InlineData("1.2")]
    public async Task Cancelled_invitation_is_terminated_and_so_is_a_late_acceptance(string version)
    {
        var (phone, juliet) = await KnownAsync(version);
        var call = await InviteAsync(phone, juliet);
        var form = await juliet.SeesFormAsync("form", "accept");

        await phone.CommandAsync("cancel", new { call });

        Assert.Equal(form.Thread, (await juliet.SeesFormAsync("submit", "terminate")).Thread);
        Assert.Equal(487, (await phone.SeesAsync("refused", call)).Number("status"));
        var before = juliet.Phone.Events.Count;
        await juliet.ReplyAsync(RomeoFull, form.Thread!, accepts: true);
        await juliet.SeesFormAsync("submit", "terminate", before);
        await site.Gateway.HasNoSessionAsync();
    }

    [Theory] // N-8, S-7
    [InlineData("0.8")]
    [InlineData("1.2")]
    public async Task First_device_to_accept_has_the_session_and_the_other_is_told(string version)
    {
        var account = await site.NewUserAsync();
        var juliet = new ChatClient(await site.LoginAsync(account, "balcony"), version);
        var tablet = new ChatClient(await site.LoginAsync(account, "tablet"), version);
        var phone = await KnownAsync(juliet);
        var call = await InviteAsync(phone, juliet);
        var first = await Task.WhenAny(juliet.SeesFormAsync("form", "accept"), tablet.SeesFormAsync("form", "accept"));
        var form = await first;

        await juliet.ReplyAsync(RomeoFull, form.Thread!, accepts: true);
        await phone.SeesAsync("connected", call);
        await tablet.ReplyAsync(RomeoFull, form.Thread!, accepts: true);

        await tablet.SeesFormAsync("submit", "terminate");
        await phone.SendAsync(call, "to you alone");
        await juliet.HearsAsync("to you alone");
        await phone.CommandAsync("bye", new { call });
        await site.Gateway.HasNoSessionAsync();
    }

    [Theory] // N-24
    [InlineData("0.8", true)]
    [InlineData("1.2", true)]
    [InlineData("0.8", false)]
    [InlineData("1.2", false)]
    public async Task Other_types_in_a_reinvite_are_put_to_the_user(string version, bool agrees)
    {
        var (phone, juliet) = await KnownAsync(version);
        var (call, thread) = await TalkAsync(phone, juliet);

        await phone.SetAsync(new { types = "text/plain" }, call);
        var before = juliet.Phone.Events.Count;
        var reinvite = phone.CommandAsync("reinvite", new { call });
        var form = await juliet.SeesFormAsync("form", StatesField, before);
        Assert.Equal(version == "0.8" ? "0" : "mustnot", form.Values[StatesField]);
        if (agrees)
        {
            await juliet.SendAsync(RomeoFull, thread, "submit",
                (version == "0.8" ? "" : ChatClient.Value("renegotiate", "1")) + ChatClient.Value(StatesField, version == "0.8" ? "0" : "mustnot"), form.Id ?? "r");
        }
        else
        {
            await ReturnAsync(juliet, form, "feature-not-implemented");
        }

        Assert.Equal(agrees ? 200 : 488, (await reinvite).Number("status"));
        Assert.Equal(agrees ? "" : "305", (await reinvite)["warning"]!.Split(' ')[0]);
        if (agrees)
        {
            await phone.SeesAsync("connected", call);
            await phone.SendAsync(call, "as agreed");
            await juliet.HearsAsync("as agreed");
        }

        await phone.CommandAsync("bye", new { call });
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // N-24 takes time: what the phone says on the path of its re-INVITE waits for the answer (RFC 4975 section 8.4)
    public async Task Words_on_the_path_of_a_reinvite_wait_for_its_answer()
    {
        var (phone, juliet) = await KnownAsync("0.8");
        var (call, thread) = await TalkAsync(phone, juliet);
        await phone.SendAsync(call, "in time");
        await juliet.HearsAsync("in time"); // the session has its connection

        await phone.SetAsync(new { types = "text/plain" }, call);
        var before = juliet.Phone.Events.Count;
        await phone.CommandAsync("reinvite", new { call, wait = false });
        var form = await juliet.SeesFormAsync("form", StatesField, before);
        await phone.CommandAsync("overtake", new { call });
        await phone.SendAsync(call, "in a hurry");

        // Time for the words to be there: the gateway has read another SIP message since, and answered it.
        await phone.CommandAsync("options", new { to = "sip:" + juliet.Phone.BareJid, via = FormattableString.Invariant($"127.0.0.1:{site.SipPort}") });
        await phone.SeesAsync("options_response");
        await juliet.SendAsync(RomeoFull, thread, "submit", ChatClient.Value(StatesField, "0"), form.Id ?? "r");

        Assert.Equal(200, (await phone.SeesAsync("reinvite_response", call)).Number("status"));
        await juliet.HearsAsync("in a hurry");
        Assert.DoesNotContain(phone.Events.All, e => e.Kind == "refused");

        await phone.CommandAsync("bye", new { call });
        await site.Gateway.HasNoSessionAsync();
    }

    private static Task ReturnAsync(ChatClient juliet, Form form, string condition, string address = "") => juliet.Phone.SendXmlAsync(
        $"<message xmlns='jabber:client' type='error' to='{form.From}' id='{form.Id}'><thread>{form.Thread}</thread>"
        + form.Stanza.Element($"{{{ChatClient.FeatureNegotiation}}}feature")!
        + $"<error type='cancel'><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>{address}</{condition}></error></message>");

    private async Task<(MsrpPhone Phone, ChatClient Juliet)> KnownAsync(string version)
    {
        var juliet = new ChatClient(await site.NewXmppPhoneAsync(), version);
        return (await KnownAsync(juliet), juliet);
    }

    /// <summary>Whoever has spoken XEP-0155 once is known to.</summary>
    private async Task<MsrpPhone> KnownAsync(ChatClient juliet)
    {
        var phone = await site.NewMsrpPhoneAsync(
            _script, new { domain = "phone.test", session = new { types = "text/plain application/im-iscomposing+xml" } });
        await juliet.TerminateAsync(RomeoFull, "nothing", "known");
        await juliet.RenegotiateAsync(RomeoFull, "nothing", "", "known2");
        await juliet.SeesErrorAsync("known2");
        return phone;
    }

    private async Task<string> InviteAsync(MsrpPhone phone, ChatClient juliet, object? options = null)
    {
        var call = Guid.NewGuid().ToString("N");
        var subject = options?.GetType().GetProperty("subject")?.GetValue(options) as string;
        await phone.CommandAsync("invite", new { call, to = $"sip:{juliet.Phone.BareJid}", via = $"127.0.0.1:{site.SipPort}", call_id = call, subject = subject ?? "Hello" });
        return call;
    }

    private async Task<(string Call, string Thread)> TalkAsync(MsrpPhone phone, ChatClient juliet)
    {
        var call = await InviteAsync(phone, juliet);
        var form = await juliet.SeesFormAsync("form", "accept");
        await juliet.ReplyAsync(RomeoFull, form.Thread!, accepts: true, ChatClient.Value(StatesField, juliet.On), form.Id!);
        await phone.SeesAsync("connected", call);
        return (call, form.Thread!);
    }
}

/// <summary>Sessions that SIP users ask for, beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class NegotiatedChatToXmppBesideProsodyTests(ProsodySite site) : NegotiatedChatToXmppTests(site);

/// <summary>Sessions that SIP users ask for, beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class NegotiatedChatToXmppBesideEjabberdTests(EjabberdSite site) : NegotiatedChatToXmppTests(site);
