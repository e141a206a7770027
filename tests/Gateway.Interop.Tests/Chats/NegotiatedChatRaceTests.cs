using Gateway.Interop.Tests.Sites;

namespace Gateway.Interop.Tests.Chats;

/// <summary>What both sides do at the same time in a session of XEP-0155, and what goes wrong in its middle.</summary>
public abstract class NegotiatedChatRaceTests(GatewaySite site) : NegotiatedChatTest(site)
{
    [Theory] // N-23: the dialog is gone, and so is the session
    [InlineData("0.8", true, 481)]
    [InlineData("1.2", true, 481)]
    [InlineData("0.8", false, 481)]
    [InlineData("1.2", false, 408)]
    public async Task Phone_that_no_longer_knows_the_dialog_ends_the_session(string version, bool toSip, int status)
    {
        var (phone, juliet, thread) = await TalkAsync(version, toSip);
        await phone.SetAsync(new { on_reinvite = status });

        await juliet.RenegotiateAsync(RomeoFull, thread, juliet.States(false), "less");

        Assert.Equal("item-not-found", (await juliet.SeesErrorAsync("less")).Condition); // her form has its answer
        Assert.Equal(thread, (await juliet.SeesFormAsync("submit", "terminate")).Thread);
        await phone.SeesAsync("bye", thread);
        await Gateway.HasNoSessionAsync();
    }

    [Theory] // N-25: the phone's comes first, the user's waits until that has ended
    [InlineData("0.8", true)]
    [InlineData("1.2", true)]
    [InlineData("0.8", false)]
    [InlineData("1.2", false)]
    public async Task Renegotiation_of_the_user_waits_for_that_of_the_phone(string version, bool toSip)
    {
        var (phone, juliet, thread) = await TalkAsync(version, toSip);
        await phone.SetAsync(new { types = "text/plain text/html" }, thread);
        var before = juliet.Phone.Events.Count;
        var reinvite = phone.CommandAsync("reinvite", new { call = thread, renew = false });
        var form = await juliet.SeesFormAsync("form", StatesField, before);
        before = juliet.Phone.Events.Count;

        await juliet.RenegotiateAsync(RomeoFull, thread, juliet.Xhtml(false), "hers");
        await juliet.SendAsync(RomeoFull, thread, "submit",
            (juliet.IsOld ? "" : ChatClient.Value("renegotiate", "1")) + ChatClient.Value(StatesField, juliet.IsOld ? "0" : "mustnot"), form.Id ?? "r");

        Assert.Equal(200, (await reinvite).Number("status"));
        var reinvited = await phone.SeesAsync("reinvited", thread); // hers, once the phone's is settled
        Assert.DoesNotContain("text/html", reinvited["sdp"], StringComparison.Ordinal);
        var agreed = await juliet.SeesFormAsync("submit", XhtmlField, before);
        Assert.Equal(juliet.IsOld ? "0" : "mustnot", agreed.Values[XhtmlField]);
        await SaidAsync(phone, juliet, thread, "settled");
    }

    [Theory] // N-25: RFC 3261 section 14.2
    [InlineData("0.8", true)]
    [InlineData("1.2", true)]
    [InlineData("0.8", false)]
    [InlineData("1.2", false)]
    public async Task Reinvite_of_the_phone_is_refused_with_491_while_that_of_the_user_is_open(string version, bool toSip)
    {
        var (phone, juliet, thread) = await TalkAsync(version, toSip);
        await phone.SetAsync(new { on_reinvite = 0 });
        await juliet.RenegotiateAsync(RomeoFull, thread, juliet.States(false), "hers");
        await phone.SeesAsync("reinvited", thread);
        await juliet.RenegotiateAsync(RomeoFull, thread, juliet.Xhtml(false), "one-too-many");
        Assert.Equal("unexpected-request", (await juliet.SeesErrorAsync("one-too-many")).Condition);

        Assert.Equal(491, (await phone.CommandAsync("reinvite", new { call = thread, renew = false })).Number("status"));

        var before = juliet.Phone.Events.Count;
        await phone.CommandAsync("pick", new { call = thread });
        var agreed = await juliet.SeesFormAsync("submit", StatesField, before);
        Assert.Equal(juliet.IsOld ? "0" : "mustnot", agreed.Values[StatesField]);
        await SaidAsync(phone, juliet, thread, "settled");
    }

    [Theory] // N-24
    [InlineData("0.8", true)]
    [InlineData("1.2", true)]
    [InlineData("0.8", false)]
    [InlineData("1.2", false)]
    public async Task Reinvite_without_a_change_is_answered_and_the_user_is_not_asked(string version, bool toSip)
    {
        var (phone, juliet, thread) = await TalkAsync(version, toSip);
        var before = juliet.Phone.Events.Count;

        Assert.Equal(200, (await phone.CommandAsync("reinvite", new { call = thread, renew = false })).Number("status"));

        await SaidAsync(phone, juliet, thread, "refreshed");
        Assert.DoesNotContain(juliet.Phone.Events.All.Skip(before), seen => seen["xml"]?.Contains("jabber:x:data", StringComparison.Ordinal) == true);
    }

    [Theory] // N-20 to N-22, in sessions that the phone began too
    [InlineData("0.8")]
    [InlineData("1.2")]
    public async Task User_who_was_asked_renegotiates_as_well(string version)
    {
        var (phone, juliet, thread) = await TalkAsync(version, toSip: false);
        var before = juliet.Phone.Events.Count;

        await juliet.RenegotiateAsync(RomeoFull, thread, juliet.States(false), "less");

        Assert.DoesNotContain("iscomposing", (await phone.SeesAsync("reinvited", thread))["sdp"]!.Split("a=accept-wrapped-types")[0], StringComparison.Ordinal);
        Assert.Equal(juliet.IsOld ? "0" : "mustnot", (await juliet.SeesFormAsync("submit", StatesField, before)).Values[StatesField]);
        await SaidAsync(phone, juliet, thread, "less");
    }

    [Theory] // N-24, in sessions that the user began too
    [InlineData("0.8")]
    [InlineData("1.2")]
    public async Task Phone_that_was_invited_renegotiates_as_well(string version)
    {
        var (phone, juliet, thread) = await TalkAsync(version, toSip: true);
        await phone.SetAsync(new { types = "text/plain" }, thread);
        var before = juliet.Phone.Events.Count;
        var reinvite = phone.CommandAsync("reinvite", new { call = thread, renew = false });

        var form = await juliet.SeesFormAsync("form", StatesField, before);
        await juliet.SendAsync(RomeoFull, thread, "submit",
            (juliet.IsOld ? "" : ChatClient.Value("renegotiate", "1")) + ChatClient.Value(StatesField, juliet.IsOld ? "0" : "mustnot"), form.Id ?? "r");

        Assert.Equal(200, (await reinvite).Number("status"));
        await SaidAsync(phone, juliet, thread, "plain");
    }

    [Theory] // N-31 to N-33, in sessions that the phone began too; S-11
    [InlineData("0.8")]
    [InlineData("1.2")]
    public async Task User_who_was_asked_terminates_as_well(string version)
    {
        var (phone, juliet, thread) = await TalkAsync(version, toSip: false);

        await juliet.TerminateAsync(RomeoFull, thread);

        Assert.Contains("SIP;cause=200", (await phone.SeesAsync("bye", thread))["reason"], StringComparison.Ordinal);
        var ended = await juliet.SeesFormAsync("result", "terminate");
        Assert.False(ended.Values.ContainsKey("reason"));
        Assert.Equal(juliet.IsOld ? "term1" : null, ended.Id);
        await Gateway.HasNoSessionAsync();
    }

    [Theory] // N-31, N-32
    [InlineData("0.8")]
    [InlineData("1.2")]
    public async Task User_who_terminates_instead_of_an_answer_refuses_the_invitation(string version)
    {
        var phone = await PhoneAsync();
        var juliet = await KnownClientAsync(version);
        var call = await InviteAsync(phone, juliet);
        var form = await juliet.SeesFormAsync("form", "accept");

        await juliet.TerminateAsync(RomeoFull, form.Thread!);

        Assert.Equal(603, (await phone.SeesAsync("refused", call)).Number("status"));
        await juliet.SeesFormAsync("result", "terminate");
        await Gateway.HasNoSessionAsync();
    }

    [Theory] // both at once: neither is told of an end that it asked for itself, and nothing is left
    [InlineData("0.8", true)]
    [InlineData("1.2", true)]
    [InlineData("0.8", false)]
    [InlineData("1.2", false)]
    public async Task Both_sides_end_the_session_at_the_same_time(string version, bool toSip)
    {
        var (phone, juliet, thread) = await TalkAsync(version, toSip);

        await Task.WhenAll(juliet.TerminateAsync(RomeoFull, thread), phone.CommandAsync("bye", new { call = thread }));

        await Gateway.HasNoSessionAsync();
        await juliet.RenegotiateAsync(RomeoFull, thread, juliet.States(false), "dead"); // N-37
        Assert.Equal("item-not-found", (await juliet.SeesErrorAsync("dead")).Condition);
    }

    [Theory] // N-28 to N-30, S-5: in sessions that the phone began too
    [InlineData("0.8", 200)]
    [InlineData("1.2", 200)]
    [InlineData("0.8", 488)] // what a refresh fails with says nothing
    [InlineData("1.2", 481)] // but that the dialog is gone
    public async Task User_who_was_asked_goes_on_with_another_resource(string version, int status)
    {
        var (phone, juliet, thread) = await TalkAsync(version, toSip: false);
        var pda = new ChatClient(await Site.LoginAsync(juliet.Phone.BareJid, "PDA"), version);
        await phone.SetAsync(new { on_reinvite = status });

        await juliet.MoveAsync(RomeoFull, thread, "PDA");

        Assert.Equal("PDA", (await juliet.SeesFormAsync(juliet.IsOld ? "submit" : "result", "continue")).Values["continue"]);
        await phone.SeesAsync("reinvited", thread);
        if (status == 481)
        {
            await pda.SeesFormAsync("submit", "terminate");
            await phone.SeesAsync("bye", thread);
            await Gateway.HasNoSessionAsync();
            return;
        }

        await juliet.SayAsync(RomeoFull, thread, "I am leaving"); // N-29: what the old one said meanwhile is still taken
        await phone.ReceivesAsync("I am leaving", thread);
        await SaidAsync(phone, pda, thread, "moved");
    }

    [Theory] // N-1, N-17, E-5, E-7
    [InlineData("0.8", 302, "redirect")]
    [InlineData("1.2", 301, "gone")]
    public async Task Phone_that_has_moved_is_named_to_the_user(string version, int status, string condition)
    {
        await PhoneAsync(new { on_invite = status, moved_to = "sip:2002@chat.test" });
        var juliet = await ClientAsync(version);

        await juliet.InitiateAsync(Romeo, "moved-" + Guid.NewGuid().ToString("N"), juliet.States(true), id: "moved");

        var error = await juliet.SeesErrorAsync("moved");
        Assert.Equal(condition, error.Condition);
        Assert.Equal("xmpp:2002%25chat.test@" + GatewaySite.Component, error.Stanza.Descendants($"{{urn:ietf:params:xml:ns:xmpp-stanzas}}{condition}").Single().Value);
        await Gateway.HasNoSessionAsync();
    }

    [Theory] // N-13: once more without what the phone may have refused
    [InlineData("0.8", false)]
    [InlineData("1.2", false)]
    [InlineData("0.8", true)]
    [InlineData("1.2", true)]
    public async Task Invitation_that_is_not_acceptable_is_repeated_without_formatted_text(string version, bool isRequired)
    {
        var phone = await PhoneAsync(isRequired ? new { on_invite = 488 } : new { on_first_invite = 488 });
        var juliet = await ClientAsync(version);
        var thread = Guid.NewGuid().ToString("N");

        await juliet.InitiateAsync(Romeo, thread, juliet.Xhtml(true, isRequired), id: "html");

        if (isRequired)
        {
            var error = await juliet.SeesErrorAsync("html");
            Assert.Equal((juliet.IsOld ? "feature-not-implemented" : "not-acceptable", XhtmlField), (error.Condition, Assert.Single(error.Fields)));
        }
        else
        {
            var accepted = await juliet.SeesFormAsync("submit", "accept");
            Assert.Equal(("1", juliet.IsOld ? "0" : "mustnot"), (accepted.Values["accept"], accepted.Values[XhtmlField]));
        }

        var offers = phone.Events.All.Where(e => e.Kind == "invited").Select(e => e["sdp"]!).ToList();
        Assert.Equal([true, false], offers.Select(sdp => sdp.Contains("text/html", StringComparison.Ordinal)));
    }

    [Theory] // S-10
    [InlineData("1.0")]
    [InlineData("1.2")]
    public async Task Second_session_of_the_same_two_is_refused_either_way(string version)
    {
        var (phone, juliet, thread) = await TalkAsync(version, toSip: true);

        await juliet.InitiateAsync(Romeo, "another", juliet.States(true), id: "second");
        Assert.Equal("conflict", (await juliet.SeesErrorAsync("second")).Condition);
        var call = await InviteAsync(phone, juliet);
        Assert.Equal(486, (await phone.SeesAsync("refused", call)).Number("status"));

        await SaidAsync(phone, juliet, thread, "undisturbed");
    }

    [Fact] // S-1: the third step says no
    public async Task User_who_does_not_confirm_ends_the_session()
    {
        var phone = await PhoneAsync();
        var juliet = await ClientAsync("1.2");
        var thread = Guid.NewGuid().ToString("N");
        await juliet.InitiateAsync(Romeo, thread, juliet.States(true));
        await juliet.SeesFormAsync("submit", "accept");

        await juliet.ConfirmAsync(RomeoFull, thread, confirms: false);

        await phone.SeesAsync("bye", thread);
        await Gateway.HasNoSessionAsync();
    }
}

/// <summary>Races of negotiated sessions, beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class NegotiatedChatRaceBesideProsodyTests(ProsodySite site) : NegotiatedChatRaceTests(site);

/// <summary>Races of negotiated sessions, beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class NegotiatedChatRaceBesideEjabberdTests(EjabberdSite site) : NegotiatedChatRaceTests(site);
