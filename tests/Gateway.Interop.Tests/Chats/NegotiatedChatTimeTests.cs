using Gateway.Interop.Tests.Sites;
using Gateway.Testing;

namespace Gateway.Interop.Tests.Chats;

/// <summary>Steps of XEP-0155 that nobody answers, each at a gateway that waits for that one a short time only.</summary>
public abstract class NegotiatedChatTimeTests(GatewaySite site) : NegotiatedChatTest(site)
{
    [Theory] // N-10
    [InlineData("0.8")]
    [InlineData("1.2")]
    public async Task Invitation_that_the_phone_lets_ring_is_declined_and_cancelled(string version)
    {
        await WithOwnGatewayAsync(new { AnswerTimeout = "1s" });
        var phone = await PhoneAsync(new { on_invite = "ring" });
        var juliet = await ClientAsync(version);
        var thread = Guid.NewGuid().ToString("N");

        await juliet.InitiateAsync(Romeo, thread, juliet.States(true));

        var declined = await juliet.SeesFormAsync("submit", "accept");
        Assert.Equal(("0", thread), (declined.Values["accept"], declined.Thread));
        Assert.DoesNotContain(juliet.Phone.Events.All, seen => seen["xml"]?.Contains("ringing", StringComparison.Ordinal) == true);
        await phone.SeesAsync("cancelled", thread);
        await Gateway.HasNoSessionAsync();
    }

    [Theory] // N-14: by our time, or by that which the phone states
    [InlineData("0.8", true)]
    [InlineData("1.2", true)]
    [InlineData("0.8", false)]
    [InlineData("1.2", false)]
    public async Task Invitation_that_the_user_does_not_answer_is_refused_and_a_late_acceptance_is_terminated(string version, bool byExpires)
    {
        await WithOwnGatewayAsync(new { AnswerTimeout = byExpires ? "3m" : "1s" });
        var phone = await PhoneAsync();
        var juliet = await KnownClientAsync(version);

        var call = await InviteAsync(phone, juliet, byExpires ? [["Expires", "1"]] : []);

        var form = await juliet.SeesFormAsync("form", "accept");
        Assert.Equal(480, (await phone.SeesAsync("refused", call)).Number("status"));
        Assert.Equal(form.Thread, (await juliet.SeesFormAsync("submit", "terminate")).Thread);
        var before = juliet.Phone.Events.Count;
        await juliet.ReplyAsync(RomeoFull, form.Thread!, accepts: true, id: form.Id!);
        await juliet.SeesFormAsync("submit", "terminate", before);
        await Gateway.HasNoSessionAsync();
    }

    [Theory] // N-24
    [InlineData("0.8", true)]
    [InlineData("1.2", true)]
    [InlineData("0.8", false)]
    [InlineData("1.2", false)]
    public async Task Other_types_of_a_phone_that_the_user_says_nothing_to_are_refused_and_the_session_goes_on(string version, bool toSip)
    {
        await WithOwnGatewayAsync(new { StepTimeout = "1s" });
        var (phone, juliet, thread) = await TalkAsync(version, toSip);
        await phone.SetAsync(new { types = "text/plain" }, thread);

        var refused = await phone.CommandAsync("reinvite", new { call = thread, renew = false });
        Assert.Equal((488, "399"), ((int)refused.Number("status"), refused["warning"]?.Split(' ')[0]));

        await juliet.SeesFormAsync("form", StatesField);
        await SaidAsync(phone, juliet, thread, "still");
    }

    [Theory] // N-36: each version has a time of its own
    [InlineData("0.8", true)]
    [InlineData("1.2", true)]
    [InlineData("0.8", false)]
    [InlineData("1.2", false)]
    public async Task User_who_stays_unavailable_loses_the_session(string version, bool toSip)
    {
        await WithOwnGatewayAsync(version == "0.8" ? new { UnavailableGrace = "1s", UnavailableGraceLater = "10m" } : new { UnavailableGrace = "10m", UnavailableGraceLater = "1s" });
        var (phone, juliet, thread) = await TalkAsync(version, toSip);

        await juliet.Phone.SendXmlAsync($"<presence xmlns='jabber:client' type='unavailable' to='{RomeoFull}'/>");

        await phone.SeesAsync("bye", thread);
        Assert.Equal(thread, (await juliet.SeesFormAsync("submit", "terminate")).Thread);
        await Gateway.HasNoSessionAsync();
        await juliet.RenegotiateAsync(RomeoFull, thread, juliet.States(false), "dead"); // N-37
        Assert.Equal("item-not-found", (await juliet.SeesErrorAsync("dead")).Condition);
    }

    [Theory] // S-12, C-3
    [InlineData("0.8", true)]
    [InlineData("1.2", true)]
    [InlineData("1.2", false)]
    public async Task Silence_ends_an_ordinary_session_and_no_negotiated_one(string version, bool toSip)
    {
        await WithOwnGatewayAsync(new { Idle = "1s" });
        var (phone, juliet, thread) = await TalkAsync(version, toSip);
        var nurse = await ClientAsync(version);
        await nurse.SayAsync(Romeo, "plain", "Your lady mother is coming");

        await phone.SeesAsync("bye", "plain"); // that session has been silent for as long as the other

        await SaidAsync(phone, juliet, thread, "after the silence");
    }

    [Fact] // S-1
    public async Task Confirmation_that_does_not_come_is_no_refusal()
    {
        await WithOwnGatewayAsync(new { StepTimeout = "1s" });
        var phone = await PhoneAsync();
        var juliet = await ClientAsync("1.2");
        var thread = Guid.NewGuid().ToString("N");

        await juliet.InitiateAsync(Romeo, thread, juliet.States(true));

        await juliet.SeesFormAsync("submit", "accept");
        await phone.SeesAsync("connected", thread);
        await Eventually.HoldsAsync(async () => (string?)(await Gateway.SessionsAsync()).Single()["state"] == "Active", () => Gateway.Output);
        await SaidAsync(phone, juliet, thread, "unconfirmed");
    }

    [Fact] // S-1: 64*T1 after the 200
    public async Task Phone_that_never_acknowledges_has_no_session_and_the_user_hears_so()
    {
        var phone = await PhoneAsync();
        var juliet = await KnownClientAsync("1.2");
        var call = Guid.NewGuid().ToString("N");
        await phone.CommandAsync("invite", new
        {
            call, to = $"sip:{juliet.Phone.BareJid}", via = FormattableString.Invariant($"127.0.0.1:{Site.SipPort}"), call_id = call, ack = false,
        });
        var form = await juliet.SeesFormAsync("form", "accept");

        await juliet.ReplyAsync(RomeoFull, form.Thread!, accepts: true, id: form.Id!);

        await phone.SeesAsync("answered", call);
        await Gateway.HasNoSessionAsync();
        Assert.Equal("0", (await juliet.SeesFormAsync("result", "accept")).Values["accept"]);
        await phone.SeesAsync("bye", call);
    }
}

/// <summary>Negotiations that wait in vain, beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class NegotiatedChatTimeBesideProsodyTests(ProsodySite site) : NegotiatedChatTimeTests(site);

/// <summary>Negotiations that wait in vain, beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class NegotiatedChatTimeBesideEjabberdTests(EjabberdSite site) : NegotiatedChatTimeTests(site);
