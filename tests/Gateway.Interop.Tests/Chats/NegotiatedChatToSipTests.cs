using Gateway.Interop.Tests.Sites;
using Gateway.Testing.Phones;

namespace Gateway.Interop.Tests.Chats;

/// <summary>An XMPP user begins a session by XEP-0155, in each version, with a SIP user who speaks MSRP.</summary>
public abstract class NegotiatedChatToSipTests(GatewaySite site) : IAsyncLifetime
{
    private const string Romeo = "1001@" + GatewaySite.Component;
    private const string RomeoFull = Romeo + "/sip";

    /// <summary>A phone that takes words and typing notices.</summary>
    private static readonly object Plain = new { session = new { types = "text/plain application/im-iscomposing+xml" } };

    private PhoneScript _script = null!;

    public async Task InitializeAsync() => _script = await PhoneScript.StartAsync(RepositoryFiles.MsrpPhoneScript);

    public async Task DisposeAsync() => await _script.DisposeAsync();

    [Theory] // N-1, N-6, N-9, N-31 to N-33, N-38, S-1
    [InlineData("0.8")]
    [InlineData("1.0")]
    [InlineData("1.2")]
    public async Task Session_is_asked_for_accepted_used_and_terminated(string version)
    {
        var phone = await PhoneAsync(Plain);
        var juliet = await ClientAsync(version);
        var thread = Guid.NewGuid().ToString("N");

        await juliet.InitiateAsync(Romeo, thread, juliet.Xhtml(true) + juliet.States(true));
        var invited = await phone.SeesAsync("invited", thread); // N-38: the Call-ID is the thread
        Assert.Equal("Can we talk?", invited["subject"]);
        Assert.Contains("text/html", invited["sdp"], StringComparison.Ordinal);

        var accepted = await juliet.SeesFormAsync("submit", "accept");
        Assert.Equal("1", accepted.Values["accept"]);
        Assert.Equal(thread, accepted.Thread);
        Assert.Equal(RomeoFull, accepted.From);
        Assert.Equal(version == "0.8" ? "init1" : null, accepted.Id);
        Assert.Equal(version == "0.8" ? "0" : "mustnot", accepted.Values["http://jabber.org/protocol/xhtml-im"]); // F-1: the phone takes none
        Assert.Equal(juliet.On, accepted.Values["http://jabber.org/protocol/chatstates"]);
        if (version != "0.8")
        {
            await juliet.ConfirmAsync(RomeoFull, thread);
        }

        await phone.SeesAsync("connected", thread);
        await phone.SendAsync(thread, "Shall I hear more?");
        var heard = await juliet.HearsAsync("Shall I hear more?");
        Assert.Equal(RomeoFull, (string)heard.Attribute("from")!);
        Assert.Equal(thread, heard.Element("{jabber:client}thread")!.Value);

        await juliet.TerminateAsync(RomeoFull, thread);
        var bye = await phone.SeesAsync("bye", thread);
        Assert.Contains("SIP;cause=200", bye["reason"], StringComparison.Ordinal);
        var ended = await juliet.SeesFormAsync("result", "terminate");
        Assert.False(ended.Values.ContainsKey("reason"));
        Assert.Equal(version == "0.8" ? "term1" : null, ended.Id);
        await site.Gateway.HasNoSessionAsync();
    }

    [Theory] // N-34
    [InlineData("0.8")]
    [InlineData("1.2")]
    public async Task Session_that_the_phone_ends_is_terminated(string version)
    {
        var phone = await PhoneAsync();
        var (juliet, thread) = await TalkAsync(phone, version);

        await phone.CommandAsync("bye", new { call = thread });

        var ended = await juliet.SeesFormAsync("submit", "terminate");
        Assert.Equal(thread, ended.Thread);
        await site.Gateway.HasNoSessionAsync();
    }

    [Theory] // N-11, N-12, N-17
    [InlineData("0.8", 486, "decline")]
    [InlineData("1.2", 603, "decline")]
    [InlineData("1.2", 486, "decline")]
    [InlineData("0.8", 600, "decline")]
    [InlineData("0.8", 607, "decline")]
    [InlineData("1.2", 608, "decline")]
    [InlineData("0.8", 480, "decline")]
    [InlineData("0.8", 415, "service-unavailable")]
    [InlineData("1.2", 488, "service-unavailable")]
    [InlineData("0.8", 501, "service-unavailable")]
    [InlineData("1.2", 405, "service-unavailable")]
    [InlineData("0.8", 404, "item-not-found")]
    [InlineData("1.2", 604, "item-not-found")]
    [InlineData("0.8", 410, "gone")]
    public async Task Refused_invitation_is_declined_or_comes_back_as_an_error(string version, int status, string outcome)
    {
        await PhoneAsync(new { on_invite = status });
        var juliet = await ClientAsync(version);
        var thread = Guid.NewGuid().ToString("N");

        await juliet.InitiateAsync(Romeo, thread, juliet.States(true), id: "refused");

        if (outcome == "decline")
        {
            Assert.Equal("0", (await juliet.SeesFormAsync("submit", "accept")).Values["accept"]);
        }
        else
        {
            var error = await juliet.SeesErrorAsync("refused");
            Assert.Equal(outcome, error.Condition);
            Assert.NotNull(error.Stanza.Element($"{{{ChatClient.FeatureNegotiation}}}feature")); // the form, echoed
        }

        await site.Gateway.HasNoSessionAsync();
    }

    [Theory] // N-13, F-3, F-4, S-3, S-9
    [InlineData("0.8", "<field var='otr' type='boolean'><value>1</value><required/></field>", "feature-not-implemented", "otr")]
    [InlineData("0.8", "<field var='secure' type='boolean'><value>1</value><required/></field>", "feature-not-implemented", "secure")]
    [InlineData("0.8", "<field var='telepathy' type='boolean'><value>1</value><required/></field>", "feature-not-implemented", "telepathy")]
    [InlineData("1.2", "<field var='security' type='list-single'><value>e2e</value><option><value>e2e</value></option><required/></field>", "not-acceptable", "security")]
    [InlineData("1.2", "<field var='disclosure' type='list-single'><value>never</value><option><value>never</value></option><required/></field>", "not-acceptable", "disclosure")]
    [InlineData("1.2", "<field var='logging' type='list-single'><value>mustnot</value><option><value>mustnot</value></option><required/></field>", "not-acceptable", "logging")]
    [InlineData("1.2", "<field var='telepathy' type='boolean'><value>1</value><required/></field>", "feature-not-implemented", "telepathy")]
    public async Task Requirement_that_no_gateway_can_keep_is_refused_before_any_invite(string version, string field, string condition, string name)
    {
        var phone = await PhoneAsync();
        var juliet = await ClientAsync(version);

        await juliet.InitiateAsync(Romeo, Guid.NewGuid().ToString("N"), field, id: "demand");

        var error = await juliet.SeesErrorAsync("demand");
        Assert.Equal(condition, error.Condition);
        Assert.Equal([name], error.Fields);
        Assert.DoesNotContain(phone.Events.All, seen => seen.Kind == "invited");
    }

    [Theory] // N-13: what the phone cannot do
    [InlineData("0.8", "feature-not-implemented")]
    [InlineData("1.2", "not-acceptable")]
    public async Task Requirement_that_the_phone_does_not_meet_ends_the_session_at_once(string version, string condition)
    {
        var phone = await PhoneAsync(Plain);
        var juliet = await ClientAsync(version);

        await juliet.InitiateAsync(Romeo, Guid.NewGuid().ToString("N"), juliet.Xhtml(true, required: true), id: "html");

        Assert.Equal(condition, (await juliet.SeesErrorAsync("html")).Condition);
        await phone.SeesAsync("bye");
        await site.Gateway.HasNoSessionAsync();
    }

    [Theory] // N-16, U-4, U-5
    [InlineData("0.8", "ring")]
    [InlineData("1.2", "ring")]
    [InlineData("0.8", "wait")]
    [InlineData("1.2", "wait")]
    public async Task Session_that_the_user_ends_before_it_is_answered_is_cancelled(string version, string mode)
    {
        var phone = await PhoneAsync(new { on_invite = mode });
        var juliet = await ClientAsync(version);
        var thread = Guid.NewGuid().ToString("N");
        await juliet.InitiateAsync(Romeo, thread);
        await phone.SeesAsync("invited", thread);

        await juliet.TerminateAsync(RomeoFull, thread);

        await juliet.SeesFormAsync("result", "terminate");
        if (mode == "wait")
        {
            await phone.CommandAsync("pick", new { call = thread }); // the 200 crosses the wish to cancel
            await phone.SeesAsync("bye", thread);
        }
        else
        {
            await phone.SeesAsync("cancelled", thread);
        }

        await site.Gateway.HasNoSessionAsync();
    }

    [Theory] // N-20 to N-22, S-4
    [InlineData("0.8")]
    [InlineData("1.2")]
    public async Task Renegotiation_of_the_user_is_a_reinvite_and_its_failure_keeps_what_held(string version)
    {
        var phone = await PhoneAsync(new { session = new { types = "text/plain text/html application/im-iscomposing+xml" } });
        var (juliet, thread) = await TalkAsync(phone, version, juliet => juliet.Xhtml(false) + juliet.States(true));

        var before = juliet.Phone.Events.Count;
        await juliet.RenegotiateAsync(RomeoFull, thread, juliet.Xhtml(true), "more");
        var reinvited = await phone.SeesAsync("reinvited", thread);
        Assert.Contains("text/html", reinvited["sdp"], StringComparison.Ordinal);
        var agreed = await juliet.SeesFormAsync("submit", "http://jabber.org/protocol/xhtml-im", before);
        Assert.Equal(juliet.On, agreed.Values["http://jabber.org/protocol/xhtml-im"]);

        await phone.SetAsync(new { on_reinvite = 488 });
        before = juliet.Phone.Events.Count;
        await juliet.RenegotiateAsync(RomeoFull, thread, juliet.States(false), "less");
        if (version == "0.8")
        {
            Assert.Equal("feature-not-implemented", (await juliet.SeesErrorAsync("less")).Condition);
        }
        else
        {
            Assert.Equal("0", (await juliet.SeesFormAsync("submit", "renegotiate", before)).Values["renegotiate"]);
        }

        await phone.SendAsync(thread, "still here");
        await juliet.HearsAsync("still here");
        await juliet.TerminateAsync(RomeoFull, thread);
        await site.Gateway.HasNoSessionAsync();
    }

    [Theory] // N-27 to N-30
    [InlineData("0.8")]
    [InlineData("1.2")]
    public async Task User_goes_on_with_another_resource_and_nobody_else_can_take_the_session(string version)
    {
        var phone = await PhoneAsync();
        var account = await site.NewUserAsync();
        var juliet = new ChatClient(await site.LoginAsync(account, "orchard"), version);
        var pda = new ChatClient(await site.LoginAsync(account, "PDA"), version);
        var thread = await TalkAsync(phone, juliet);

        await pda.MoveAsync(RomeoFull, thread, "PDA", "theft"); // N-30: not hers to move
        await juliet.MoveAsync(RomeoFull, thread, "PDA");

        var moved = await juliet.SeesFormAsync(version == "0.8" ? "submit" : "result", "continue");
        Assert.Equal("PDA", moved.Values["continue"]);
        await phone.SendAsync(thread, "hurry to me");
        await pda.HearsAsync("hurry to me");
        Assert.DoesNotContain(juliet.Phone.Events.All, seen => seen["carbon"] is null && seen["xml"]?.Contains("hurry to me", StringComparison.Ordinal) == true);
        await pda.TerminateAsync(RomeoFull, thread);
        await phone.SeesAsync("bye", thread);
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // N-4, N-35, N-37, N-14, bad input
    public async Task Forms_that_belong_to_nothing_get_their_errors_and_disturb_nobody()
    {
        await PhoneAsync();
        var juliet = await ClientAsync("0.8");

        await juliet.RenegotiateAsync(RomeoFull, "no-such-thread", juliet.States(true), "dead");
        Assert.Equal("item-not-found", (await juliet.SeesErrorAsync("dead")).Condition);

        await juliet.Phone.SendXmlAsync($"<message xmlns='jabber:client' to='{Romeo}' id='threadless'><feature xmlns='{ChatClient.FeatureNegotiation}'><x xmlns='jabber:x:data' type='form'><field var='FORM_TYPE' type='hidden'><value>urn:xmpp:ssn</value></field><field var='accept' type='boolean'/></x></feature></message>");
        Assert.Equal("bad-request", (await juliet.SeesErrorAsync("threadless")).Condition);

        await juliet.Phone.SendXmlAsync($"<message xmlns='jabber:client' to='{Romeo}' id='formless'><thread>t</thread><feature xmlns='{ChatClient.FeatureNegotiation}'/></message>");
        Assert.Equal("bad-request", (await juliet.SeesErrorAsync("formless")).Condition);

        await juliet.SendAsync(Romeo, "t", "form", "<field var='accept' type='boolean'><value>maybe</value></field>", "maybe");
        Assert.Equal("bad-request", (await juliet.SeesErrorAsync("maybe")).Condition);

        var before = juliet.Phone.Events.Count;
        await juliet.TerminateAsync(RomeoFull, "no-such-thread", "silence"); // N-35
        await juliet.RenegotiateAsync(RomeoFull, "another", juliet.States(true), "after");
        await juliet.SeesErrorAsync("after");
        Assert.DoesNotContain(juliet.Phone.Events.All.Skip(before), seen => seen["message_id"] == "silence");
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // N-42, C-4: a thread used again is another dialog
    public async Task Thread_used_again_after_its_end_gets_a_new_call_id()
    {
        var phone = await PhoneAsync();
        var juliet = await ClientAsync("0.8");
        var thread = await TalkAsync(phone, juliet);
        await juliet.TerminateAsync(RomeoFull, thread);
        await phone.SeesAsync("bye", thread);
        await site.Gateway.HasNoSessionAsync();

        await juliet.InitiateAsync(Romeo, thread, id: "again");

        var again = await phone.Events.WaitAsync(e => e.Kind == "invited" && e["call"] != thread);
        Assert.StartsWith(thread, again["call"], StringComparison.Ordinal);
        await juliet.TerminateAsync(RomeoFull, thread);
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // C-22
    public async Task Connection_that_breaks_is_mended_and_nothing_is_lost_or_doubled()
    {
        var phone = await PhoneAsync();
        var (juliet, thread) = await TalkAsync(phone, "0.8");

        for (var round = 0; round < 3; round++)
        {
            var seen = phone.Events.Count;
            await phone.CommandAsync("cut", new { session = thread });
            await phone.SeesAsync("reinvited", thread, seen);
            await phone.SeesAsync("connected", thread, seen);
            await phone.SendAsync(thread, $"round {round}");
            await juliet.HearsAsync($"round {round}");
        }

        await juliet.TerminateAsync(RomeoFull, thread);
        await site.Gateway.HasNoSessionAsync();
    }

    private Task<MsrpPhone> PhoneAsync(object? options = null) => site.NewMsrpPhoneAsync(_script, options);

    private async Task<ChatClient> ClientAsync(string version) => new(await site.NewXmppPhoneAsync(), version);

    private async Task<(ChatClient Client, string Thread)> TalkAsync(MsrpPhone phone, string version, Func<ChatClient, string>? fields = null)
    {
        var juliet = await ClientAsync(version);
        return (juliet, await TalkAsync(phone, juliet, fields));
    }

    /// <summary>A session that both have.</summary>
    private static async Task<string> TalkAsync(MsrpPhone phone, ChatClient juliet, Func<ChatClient, string>? fields = null)
    {
        var thread = Guid.NewGuid().ToString("N");
        await juliet.InitiateAsync(Romeo, thread, fields?.Invoke(juliet) ?? juliet.States(true));
        await juliet.SeesFormAsync("submit", "accept");
        if (!juliet.IsOld)
        {
            await juliet.ConfirmAsync(RomeoFull, thread);
        }

        await phone.SeesAsync("connected", thread);
        return thread;
    }
}

/// <summary>Sessions that XMPP users ask for, beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class NegotiatedChatToSipBesideProsodyTests(ProsodySite site) : NegotiatedChatToSipTests(site);

/// <summary>Sessions that XMPP users ask for, beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class NegotiatedChatToSipBesideEjabberdTests(EjabberdSite site) : NegotiatedChatToSipTests(site);
