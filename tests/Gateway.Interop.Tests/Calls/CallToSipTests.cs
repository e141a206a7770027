using Gateway.Interop.Tests.Sites;
using Gateway.Testing.Phones;

namespace Gateway.Interop.Tests.Calls;

/// <summary>An XMPP user calls a SIP phone: the same calls beside every server.</summary>
public abstract class CallToSipTests(GatewaySite site)
{
    private const string Phone = "1001@" + GatewaySite.Component;

    [Theory] // XEP-0353: MAPPING J-1, J-2; without any message before: J-22
    [InlineData("0.8")]
    [InlineData("0.3.1")]
    [InlineData("1")]
    [InlineData("none")]
    public async Task Answered_call_carries_a_tone_to_each_end_until_the_caller_hangs_up(string dialect)
    {
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Manual, tone: 1000);
        var juliet = await site.NewXmppPhoneAsync(new { tone = 440, expect = 1000 });

        var sid = await juliet.CallAsync(dialect == "none" ? Phone + "/sip" : Phone, dialect);
        await phone.SeesAsync("CALL_INCOMING");
        if (dialect != "1") // which has no word for it
        {
            await (dialect == "none" ? juliet.SeesInfoAsync("ringing", sid) : juliet.SeesMessageAsync("ringing", sid));
        }

        await phone.AnswerAsync();
        if (dialect != "none")
        {
            await juliet.SeesMessageAsync(dialect == "1" ? "accept" : "proceed", sid);
        }

        await juliet.SeesJingleAsync("session-accept", sid);
        await phone.HearsToneAsync(440);
        await juliet.HearsToneAsync(sid);
        await juliet.TerminateAsync(sid);

        await phone.ReceivesAsync("BYE");
        Assert.True((await juliet.SeesAnswerToAsync("session-terminate", sid)).Is("ok"));
        await site.Gateway.HasNoSessionAsync();
    }

    [Theory] // 440 Hz at both ends: with candidates inside the description and after it, each side of DTLS, each codec
    [InlineData(true, "PCMU")]
    [InlineData(false, "PCMA")]
    [InlineData(true, "opus")] // the phone has none: transcoded
    public async Task The_same_tone_is_heard_at_both_ends_until_the_phone_hangs_up(bool trickle, string codec)
    {
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Auto);
        var juliet = await site.NewXmppPhoneAsync(new { trickle, codecs = (string[])[codec, "telephone-event"] });

        var sid = await juliet.CallAsync(Phone);
        await phone.HearsToneAsync();
        await juliet.HearsToneAsync(sid);
        await phone.HangUpAsync();

        Assert.Equal("success", (await juliet.SeesJingleAsync("session-terminate", sid))["reason"]);
        await phone.ReceivesResponseAsync(200, "BYE");
        await site.Gateway.HasNoSessionAsync();
    }

    [Theory] // MAPPING section 11.2; the code is shown to the caller (X-1)
    [InlineData("486 Busy Here", "busy")]
    [InlineData("603 Decline", "decline")]
    [InlineData("404 Not Found", "gone")]
    [InlineData("488 Not Acceptable Here", "incompatible-parameters")]
    [InlineData("503 Service Unavailable", "connectivity-error")]
    public async Task Refused_call_is_rejected_with_the_reason(string status, string reason)
    {
        await using var phone = await site.ExpectCallAsync("refuse", ("status", status));
        var juliet = await site.NewXmppPhoneAsync();

        var sid = await juliet.CallAsync(Phone);
        var reject = await juliet.SeesMessageAsync("reject", sid);

        Assert.Equal(reason, reject["reason"]);
        Assert.Contains(status[..3], reject["text"], StringComparison.Ordinal);
        Assert.Equal(juliet.FullJid, reject["to"]);
        await phone.SucceedsAsync();
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // MAPPING J-26: the caller sees nothing of it
    public async Task Phone_that_is_elsewhere_is_called_there()
    {
        await using var phone = await site.ExpectCallAsync("answer_moved");
        var juliet = await site.NewXmppPhoneAsync();

        var sid = await juliet.CallAsync(Phone);
        await juliet.SeesMessageAsync("ringing", sid);
        await juliet.SeesMessageAsync("proceed", sid);
        await juliet.SeesJingleAsync("session-accept", sid);
        await juliet.TerminateAsync(sid);

        await phone.SucceedsAsync();
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // MAPPING J-22
    public async Task Refused_call_without_a_message_before_is_terminated_with_the_reason()
    {
        await using var phone = await site.ExpectCallAsync("refuse", ("status", "486 Busy Here"));
        var juliet = await site.NewXmppPhoneAsync();

        var sid = await juliet.CallAsync(Phone + "/sip", "none");

        Assert.Equal("busy", (await juliet.SeesJingleAsync("session-terminate", sid))["reason"]);
        await phone.SucceedsAsync();
    }

    [Fact]
    public async Task Unanswered_call_is_cancelled_and_rejected_as_timed_out()
    {
        await using var impatient = await site.NewGatewayAsync(c => c["Mapping"]!["InviteTimeout"] = 4);
        await using var phone = await site.ExpectCallAsync("ring_until_cancelled");
        var juliet = await site.NewXmppPhoneAsync();

        var sid = await juliet.CallAsync("1001@" + impatient.Component);
        await juliet.SeesMessageAsync("ringing", sid);

        Assert.Equal("timeout", (await juliet.SeesMessageAsync("reject", sid))["reason"]);
        await phone.SucceedsAsync();
        await impatient.Process.HasNoSessionAsync();
    }

    [Fact] // MAPPING U-4: RFC 3261 section 9.1
    public async Task Call_retracted_before_any_response_is_cancelled_after_the_first_one()
    {
        await using var phone = await site.ExpectCallAsync("silent_then_cancelled");
        var juliet = await site.NewXmppPhoneAsync();

        var sid = await juliet.CallAsync(Phone);
        await phone.SeesAsync(m => m.Received && m.IsRequest("INVITE"));
        await juliet.SendAsync("retract", sid, "cancel");

        await phone.SucceedsAsync();
        var messages = (await phone.MessagesAsync()).ToList();
        Assert.True(messages.FindIndex(m => m.IsRequest("CANCEL")) > messages.FindIndex(m => m.IsResponse(180, "INVITE")));
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact]
    public async Task Call_retracted_while_ringing_is_cancelled_in_the_transaction_of_the_INVITE()
    {
        await using var phone = await site.ExpectCallAsync("ring_until_cancelled");
        var juliet = await site.NewXmppPhoneAsync();

        var sid = await juliet.CallAsync(Phone);
        await juliet.SeesMessageAsync("ringing", sid);
        await juliet.SendAsync("retract", sid, "cancel");

        await phone.SucceedsAsync();
        var vias = (await phone.MessagesAsync()).Where(m => m.Received).Select(m => m.Header("Via")).Distinct();
        Assert.Single(vias); // INVITE, CANCEL and the ACK of the 487: RFC 3261 sections 9.1 and 17.1.1.3
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // MAPPING J-24: CANCEL crossed the 200
    public async Task Retract_that_crosses_the_answer_acknowledges_and_hangs_up()
    {
        await using var phone = await site.ExpectCallAsync("answer_crossing_cancel");
        var juliet = await site.NewXmppPhoneAsync();

        var sid = await juliet.CallAsync(Phone);
        await juliet.SeesMessageAsync("ringing", sid);
        await juliet.SendAsync("retract", sid, "cancel");

        await phone.SucceedsAsync();
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // MAPPING J-24: the retract comes after proceed
    public async Task Retract_after_proceed_hangs_up()
    {
        await using var phone = await site.ExpectCallAsync("answer");
        var juliet = await site.NewXmppPhoneAsync(new { auto_initiate = false });

        var sid = await juliet.CallAsync(Phone);
        await juliet.SeesMessageAsync("proceed", sid);
        await juliet.SendAsync("retract", sid, "cancel");

        await phone.SucceedsAsync();
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // MAPPING J-20: the answer policy progress; R-42
    public async Task Early_media_is_heard_before_the_phone_answers()
    {
        await using var phone = await site.ExpectCallAsync("early_media");
        var juliet = await site.NewXmppPhoneAsync(new { codecs = (string[])["PCMU", "telephone-event"] });

        var sid = await juliet.CallAsync(Phone);
        await juliet.HearsToneAsync(sid); // her own, which the phone sends back
        Assert.DoesNotContain(await phone.MessagesAsync(), m => m.IsResponse(200, "INVITE"));
        await phone.GoOnAsync();
        await phone.SeesAsync(m => m.IsResponse(200, "INVITE"));
        await juliet.HearsAsync(sid, tone: true);
        await juliet.TerminateAsync(sid);

        await phone.SucceedsAsync();
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // the answer policy late: nothing of the early media, proceed on 200 only
    public async Task Late_answer_policy_waits_for_the_200()
    {
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Early);
        var juliet = await site.NewXmppPhoneAsync();

        var sid = await juliet.CallAsync("1001%late.test@" + GatewaySite.Component);
        await phone.Trace.WaitAsync(m => !m.Received && m.IsResponse(183, "INVITE"));
        await phone.AnswerAsync();
        await juliet.SeesMessageAsync("proceed", sid);
        Assert.Contains(phone.Events.All, e => e.Type == "CALL_ESTABLISHED");
        await juliet.HearsToneAsync(sid);
        await juliet.TerminateAsync(sid);
        await phone.ReceivesAsync("BYE");
    }

    [Fact] // the answer policy early: proceed first, so the INVITE offers what the client has
    public async Task Early_answer_policy_proceeds_before_the_phone_rings()
    {
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Manual);
        var juliet = await site.NewXmppPhoneAsync(new { codecs = (string[])["PCMA", "telephone-event"] });

        var sid = await juliet.CallAsync("1001%early.test@" + GatewaySite.Component);
        await juliet.SeesMessageAsync("proceed", sid);
        var invite = await phone.ReceivesAsync("INVITE");
        Assert.Contains("PCMA/8000", invite.Text, StringComparison.Ordinal);
        await phone.AnswerAsync();
        await phone.HearsToneAsync();
        await juliet.HearsToneAsync(sid);
        await juliet.TerminateAsync(sid);
        await phone.ReceivesAsync("BYE");
    }

    [Fact] // MAPPING J-27
    public async Task The_phone_learns_who_calls()
    {
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Manual);
        var juliet = await site.NewXmppPhoneAsync(new { nick = "Juliet \"the sun\"" });

        var sid = await juliet.CallAsync(Phone);
        var invite = await phone.ReceivesAsync("INVITE");

        Assert.Contains($"sip:{juliet.BareJid}", invite.Header("From"), StringComparison.Ordinal);
        Assert.StartsWith("\"Juliet \\\"the sun\\\"\"", invite.Header("From"), StringComparison.Ordinal);
        await juliet.SendAsync("retract", sid);
        await phone.ReceivesAsync("CANCEL");
    }

    [Fact] // MAPPING J-50 to J-52
    public async Task Call_moves_to_another_device_without_the_phone_noticing()
    {
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Auto, tone: 1000);
        var account = await site.NewUserAsync();
        var desk = await site.LoginAsync(account, "desk", new { expect = 1000 });
        var mobile = await site.LoginAsync(account, "mobile", new { expect = 1000 });

        var first = await desk.CallAsync(Phone);
        await desk.HearsToneAsync(first);
        var second = await mobile.CallAsync(Phone);

        Assert.Equal(second, (await desk.SeesMessageAsync("finish", first))["migrated_to"]);
        await mobile.HearsToneAsync(second);
        await desk.SeesJingleAsync("session-terminate", first);
        Assert.Single(phone.Events.All, e => e.Type == "CALL_ESTABLISHED");
        await mobile.TerminateAsync(second);
        await phone.ReceivesAsync("BYE");
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact]
    public async Task Caller_who_is_not_allowed_is_refused_and_no_phone_rings()
    {
        await using var strict = await site.NewGatewayAsync(c => c["Mapping"]!["AllowedCallers"] =
            new System.Text.Json.Nodes.JsonArray("friend@" + GatewaySite.Domain));
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Auto);
        var juliet = await site.NewXmppPhoneAsync();

        var sid = await juliet.CallAsync("1001@" + strict.Component);

        Assert.NotNull((await juliet.SeesMessageAsync("reject", sid))["reason"]);
        Assert.DoesNotContain(phone.Trace.All, m => m.IsRequest("INVITE"));
    }

    [Theory] // TCP refuses the connection, of UDP tells ICMP (RFC 3261 section 18.4)
    [InlineData("down.test")]
    [InlineData("gone.test")]
    public async Task Trunk_that_is_down_is_told_at_once(string domain)
    {
        var juliet = await site.NewXmppPhoneAsync();

        var sid = await juliet.CallAsync($"1001%{domain}@" + GatewaySite.Component);

        Assert.Equal("connectivity-error", (await juliet.SeesMessageAsync("reject", sid))["reason"]);
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact]
    public async Task Host_that_no_trunk_serves_is_told_at_once()
    {
        var juliet = await site.NewXmppPhoneAsync();

        var sid = await juliet.CallAsync("romeo%elsewhere.test@" + GatewaySite.Component);

        Assert.NotNull((await juliet.SeesMessageAsync("reject", sid))["reason"]);
    }

    [Fact]
    public async Task Media_relay_that_is_down_is_told_and_the_phone_is_left_alone()
    {
        await using var mute = await site.NewGatewayAsync(c => c["Media"] = new System.Text.Json.Nodes.JsonObject
        {
            ["Engine"] = "rtpengine",
            ["Rtpengine"] = new System.Text.Json.Nodes.JsonArray($"udp:127.0.0.1:{Gateway.Testing.Servers.FreePorts.One()}"),
        });
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Auto);
        var juliet = await site.NewXmppPhoneAsync();

        var sid = await juliet.CallAsync("1001@" + mute.Component);

        Assert.NotNull((await juliet.SeesMessageAsync("reject", sid))["reason"]);
        await mute.Process.HasNoSessionAsync();
    }
}

/// <summary>Calls to SIP beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class CallToSipBesideProsodyTests(ProsodySite site) : CallToSipTests(site);

/// <summary>Calls to SIP beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class CallToSipBesideEjabberdTests(EjabberdSite site) : CallToSipTests(site);
