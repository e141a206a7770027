using Gateway.Interop.Tests.Sites;
using Gateway.Testing.Phones;

namespace Gateway.Interop.Tests.Calls;

/// <summary>A SIP phone calls an XMPP user: the same calls beside every server.</summary>
public abstract class CallToXmppTests(GatewaySite site)
{
    [Theory] // MAPPING J-30, J-31: a client of 0.3.1 never says that it rings, the phone hears so all the same
    [InlineData("0.8", "active")]
    [InlineData("0.8", "passive")]
    [InlineData("0.3.1", "active")]
    public async Task Answered_call_carries_a_tone_to_each_end_until_the_phone_hangs_up(string dialect, string setup)
    {
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Manual, tone: 1000);
        var juliet = await site.NewXmppPhoneAsync(new { tone = 440, expect = 1000, dialect, setup });

        await phone.DialAsync("sip:" + juliet.BareJid);
        var sid = (await juliet.SeesMessageAsync("propose"))["sid"]!;
        await phone.ReceivesResponseAsync(180, "INVITE");
        await juliet.SendAsync("proceed", sid);
        await phone.SeesAsync("CALL_ESTABLISHED");
        await phone.HearsToneAsync(440);
        await juliet.HearsToneAsync(sid);
        await phone.HangUpAsync();

        Assert.Equal("success", (await juliet.SeesJingleAsync("session-terminate", sid))["reason"]);
        await phone.ReceivesResponseAsync(200, "BYE");
        await site.Gateway.HasNoSessionAsync();
    }

    [Theory]
    [InlineData(true, "PCMU", false)]
    [InlineData(false, "PCMA", true)] // one payload type in the answer, as Dino does
    [InlineData(true, "opus", false)] // the phone has none: transcoded
    public async Task The_same_tone_is_heard_at_both_ends_until_the_user_hangs_up(bool trickle, string codec, bool oneCodec)
    {
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Manual);
        var juliet = await site.NewXmppPhoneAsync(new
        {
            trickle, codecs = (string[])[codec, "telephone-event"], on_propose = "answer", single_codec = oneCodec,
        });

        await phone.DialAsync("sip:" + juliet.BareJid);
        var sid = (await juliet.SeesMessageAsync("propose"))["sid"]!;
        await phone.HearsToneAsync();
        await juliet.HearsToneAsync(sid);
        await juliet.TerminateAsync(sid);

        await phone.ReceivesAsync("BYE");
        await phone.SeesAsync("CALL_CLOSED");
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // E-5, E-7: her client says where she is now
    public async Task Propose_that_comes_back_with_another_address_sends_the_caller_there()
    {
        var juliet = await site.NewXmppPhoneAsync(new { on_propose = "ignore" });
        await using var phone = await site.PlaceCallAsync("call_refused", juliet.BareJid, ("status", "302"), ("more", "Priority: normal"));
        var propose = await juliet.SeesMessageAsync("propose");

        await juliet.SendXmlAsync(
            $"<message xmlns='jabber:client' type='error' to='{propose["from"]}' id='jm-propose-{propose["sid"]}'><error type='modify'>"
            + $"<redirect xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>xmpp:nurse@{GatewaySite.Domain}</redirect></error></message>");

        var refused = await phone.SeesAsync(message => message.IsResponse(302, "INVITE"));
        Assert.Equal($"<sip:nurse@{GatewaySite.Domain}>", refused.Header("Contact"));
        await phone.SucceedsAsync();
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // T-13: a client that knows Jingle alone shows itself when it is asked, and is called directly
    public async Task Client_that_shows_itself_without_JMI_is_rung_by_Jingle()
    {
        await using var asking = await site.NewGatewayAsync(c => c["Mapping"]!["PresenceAskXmppUsers"] = true);
        var juliet = await site.NewXmppPhoneAsync(new { message_initiation = false, on_initiate = "accept" });
        await using var phone = await site.PlaceCallAsync("call_and_hang_up", juliet.BareJid, asking.SipPort, ("talk", "300"));

        var asked = await juliet.Events.WaitAsync(e => e.Kind == "presence" && e["xml"]?.Contains("urn:xmpp:decloak:0", StringComparison.Ordinal) == true);
        Assert.All(["urn:xmpp:temppres:0", "http://telepathy.freedesktop.org/xmpp/protocol/decloak"], name => Assert.Contains(name, asked["xml"], StringComparison.Ordinal));
        await juliet.SendXmlAsync($"<presence xmlns='jabber:client' to='{asked["from"]}'/>");

        await juliet.SeesJingleAsync("session-initiate");
        await phone.SucceedsAsync();
        await juliet.SeesJingleAsync("session-terminate");
        Assert.DoesNotContain(juliet.Events.All, e => e.Kind == "jmi");
        await asking.Process.HasNoSessionAsync();
    }

    [Fact] // T-13: after 3 s nobody is waited for any more
    public async Task User_who_shows_no_device_is_proposed_to_all_the_same()
    {
        await using var asking = await site.NewGatewayAsync(c => c["Mapping"]!["PresenceAskXmppUsers"] = true);
        var juliet = await site.NewXmppPhoneAsync(new { on_propose = "answer" });
        await using var phone = await site.PlaceCallAsync("call_and_hang_up", juliet.BareJid, asking.SipPort, ("talk", "300"));

        await juliet.SeesMessageAsync("propose");
        await phone.SucceedsAsync();
        await asking.Process.HasNoSessionAsync();
    }

    [Fact] // XEP-0353 0.4 and 0.5: MAPPING J-2, J-3
    public async Task Client_of_the_other_namespace_answers_in_it()
    {
        await using var both = await site.NewGatewayAsync(c => c["Mapping"]!["ProposeBothNamespaces"] = true);
        var juliet = await site.NewXmppPhoneAsync(new { understands = (int[])[1], on_propose = "answer" });
        await using var phone = await site.PlaceCallAsync("call", juliet.BareJid, both.SipPort);

        var sid = (await juliet.SeesMessageAsync("propose"))["sid"]!;
        await juliet.HearsToneAsync(sid); // its own, echoed
        await juliet.TerminateAsync(sid);

        await phone.SucceedsAsync();
        await both.Process.HasNoSessionAsync();
    }

    [Fact] // MAPPING R-48: our offer goes out with the 200, the phone's answer comes with the ACK
    public async Task INVITE_without_an_offer_is_answered_with_one_and_audio_flows_both_ways()
    {
        var juliet = await site.NewXmppPhoneAsync(new { on_propose = "answer", codecs = (string[])["PCMU", "telephone-event"] });
        await using var phone = await site.PlaceCallAsync("call_late_offer", juliet.BareJid);

        var sid = (await juliet.SeesMessageAsync("propose"))["sid"]!;
        await juliet.HearsToneAsync(sid); // its own, echoed
        await juliet.TerminateAsync(sid);

        await phone.SucceedsAsync();
        await site.Gateway.HasNoSessionAsync();
    }

    [Theory] // MAPPING section 11.1
    [InlineData("busy", 486)]
    [InlineData("decline", 603)]
    public async Task Rejected_call_is_refused_with_the_status(string reason, int status)
    {
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Manual);
        var juliet = await site.NewXmppPhoneAsync();

        await phone.DialAsync("sip:" + juliet.BareJid);
        var sid = (await juliet.SeesMessageAsync("propose"))["sid"]!;
        await juliet.SendAsync("reject", sid, reason);

        await phone.ReceivesResponseAsync(status, "INVITE");
        await phone.SeesAsync("CALL_CLOSED");
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // MAPPING J-16
    public async Task User_who_does_not_exist_is_not_available()
    {
        await using var phone = await site.PlaceCallAsync("call_refused", "nobody", ("status", "480"), ("more", "Priority: normal"));

        await phone.SucceedsAsync();
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // MAPPING U-43: 503, which asks to try again, and not 480, which speaks of the user
    public async Task Call_while_the_XMPP_server_is_away_is_told_to_come_back()
    {
        await site.Link.CutAsync();
        await Testing.Eventually.HoldsAsync(async () => !await site.Gateway.IsReadyAsync());
        try
        {
            await using var phone = await site.PlaceCallAsync("call_refused", "anyone", ("status", "503"), ("more", "Priority: normal"));

            await phone.SucceedsAsync();
        }
        finally
        {
            site.Link.Mend();
            await Testing.Eventually.HoldsAsync(site.Gateway.IsReadyAsync, patience: TimeSpan.FromSeconds(90));
        }

        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // MAPPING section 11.1: no common codec
    public async Task Offer_that_nobody_can_play_is_not_acceptable_and_the_user_is_told()
    {
        var juliet = await site.NewXmppPhoneAsync(new { on_propose = "answer" });
        await using var phone = await site.PlaceCallAsync("call_unknown_codec", juliet.BareJid, ("status", "488"), ("more", "Priority: normal"));

        await phone.SucceedsAsync();
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // MAPPING J-31: the INVITE's Expires
    public async Task Unanswered_call_ends_when_the_INVITE_expires_and_is_retracted()
    {
        var juliet = await site.NewXmppPhoneAsync();
        await using var phone = await site.PlaceCallAsync(
            "call_refused", juliet.BareJid, ("status", "480"), ("more", "Expires: 2"));

        var sid = (await juliet.SeesMessageAsync("propose"))["sid"]!;
        await juliet.SeesMessageAsync("retract", sid);

        await phone.SucceedsAsync();
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact]
    public async Task Call_cancelled_before_it_rings_is_retracted()
    {
        var juliet = await site.NewXmppPhoneAsync(new { on_propose = "ignore" });
        await using var phone = await site.PlaceCallAsync("call_and_cancel_early", juliet.BareJid);

        var sid = (await juliet.SeesMessageAsync("propose"))["sid"]!;

        Assert.Equal("cancel", (await juliet.SeesMessageAsync("retract", sid))["reason"]);
        await phone.SucceedsAsync();
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact]
    public async Task Call_cancelled_while_it_rings_is_retracted_on_every_device()
    {
        var account = await site.NewUserAsync();
        var balcony = await site.LoginAsync(account, "balcony");
        var chamber = await site.LoginAsync(account, "chamber");
        await using var phone = await site.PlaceCallAsync("call_and_cancel", account);

        var sid = (await balcony.SeesMessageAsync("propose"))["sid"]!;

        Assert.Equal("cancel", (await balcony.SeesMessageAsync("retract", sid))["reason"]);
        await chamber.SeesMessageAsync("retract", sid);
        await phone.SucceedsAsync();
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // the CANCEL comes between proceed and session-accept: no answer was given yet, so 487
    public async Task Cancel_that_crosses_proceed_ends_the_session_that_was_about_to_start()
    {
        var juliet = await site.NewXmppPhoneAsync(new { on_propose = "answer", auto_accept = false });
        await using var phone = await site.PlaceCallAsync("call_and_cancel", juliet.BareJid);

        var sid = (await juliet.SeesMessageAsync("propose"))["sid"]!;
        await phone.SucceedsAsync();

        await juliet.Events.WaitAsync(e => e["sid"] == sid
            && (e["action"] == "session-terminate" || (e.Kind == "jmi" && e["action"] is "retract" or "finish")));
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // RFC 3261 section 9.2: a CANCEL after the final response has no effect
    public async Task Cancel_that_crosses_the_200_changes_nothing_until_the_BYE()
    {
        var juliet = await site.NewXmppPhoneAsync(new { on_propose = "answer" });
        await using var phone = await site.PlaceCallAsync("call_cancel_crossing_answer", juliet.BareJid);

        var sid = (await juliet.SeesMessageAsync("propose"))["sid"]!;

        Assert.Equal("success", (await juliet.SeesJingleAsync("session-terminate", sid))["reason"]);
        await phone.SucceedsAsync();
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // MAPPING J-32, J-33
    public async Task Of_two_devices_that_ring_the_one_that_answers_gets_the_call()
    {
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Manual, tone: 1000);
        var account = await site.NewUserAsync();
        var balcony = await site.LoginAsync(account, "balcony", new { expect = 1000 });
        var chamber = await site.LoginAsync(account, "chamber", new { expect = 1000 });

        await phone.DialAsync("sip:" + account);
        var sid = (await balcony.SeesMessageAsync("propose"))["sid"]!;
        await chamber.SeesMessageAsync("propose", sid);
        await chamber.SendAsync("proceed", sid);
        await chamber.HearsToneAsync(sid);
        await phone.HearsToneAsync(440);
        // How the other device learns of it: the carbon of the proceed (XEP-0280).
        await balcony.Events.WaitAsync(e => e.Kind == "jmi" && e["action"] == "proceed" && e["carbon"] == "sent" && e["sid"] == sid);
        await chamber.TerminateAsync(sid);

        await phone.ReceivesAsync("BYE");
        Assert.DoesNotContain(balcony.Events.All, e => e.Kind == "jingle");
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // MAPPING section 9.3: it is the user's decision
    public async Task Of_two_devices_that_ring_one_that_rejects_ends_the_call()
    {
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Manual);
        var account = await site.NewUserAsync();
        var balcony = await site.LoginAsync(account, "balcony");
        var chamber = await site.LoginAsync(account, "chamber");

        await phone.DialAsync("sip:" + account);
        var sid = (await balcony.SeesMessageAsync("propose"))["sid"]!;
        await chamber.SeesMessageAsync("propose", sid);
        await balcony.SendAsync("reject", sid, "busy");

        await phone.ReceivesResponseAsync(486, "INVITE");
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // MAPPING J-41: the user's id is the lower one
    public async Task Two_calls_that_cross_become_one_when_the_users_id_wins()
    {
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Manual, tone: 1000);
        var juliet = await site.NewXmppPhoneAsync(new { expect = 1000, on_propose = "ignore" });

        await phone.DialAsync("sip:" + juliet.BareJid);
        var propose = await juliet.SeesMessageAsync("propose");
        const string own = "00000000-0000-4000-8000-000000000000";
        await juliet.CallAsync(propose["from"]!.Split('/')[0], own, "0.8");

        Assert.True((await juliet.SeesMessageAsync("retract", propose["sid"])).Is("tie_break"));
        await juliet.SeesMessageAsync("proceed", own);
        await juliet.HearsToneAsync(own);
        await phone.HearsToneAsync(440);
        Assert.DoesNotContain(phone.Events.All, e => e.Type == "CALL_INCOMING");
        await juliet.TerminateAsync(own);
        await phone.ReceivesAsync("BYE");
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // MAPPING J-42: ours is the lower one
    public async Task Two_calls_that_cross_become_one_when_the_phones_id_wins()
    {
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Manual, tone: 1000);
        var juliet = await site.NewXmppPhoneAsync(new { expect = 1000, on_propose = "ignore" });

        await phone.DialAsync("sip:" + juliet.BareJid);
        var propose = await juliet.SeesMessageAsync("propose");
        const string own = "ffffffff-ffff-4fff-bfff-ffffffffffff";
        await juliet.CallAsync(propose["from"]!.Split('/')[0], own, "0.8");

        Assert.True((await juliet.SeesMessageAsync("reject", own)).Is("tie_break"));
        await juliet.SendAsync("proceed", propose["sid"]!);
        await juliet.HearsToneAsync(propose["sid"]!);
        await phone.HearsToneAsync(440);
        Assert.DoesNotContain(phone.Events.All, e => e.Type == "CALL_INCOMING");
        await phone.HangUpAsync();
        await juliet.SeesJingleAsync("session-terminate", propose["sid"]);
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // design: requests are taken only from trunks
    public async Task Stranger_is_refused_and_nobody_rings()
    {
        await using var elsewhere = await site.NewGatewayAsync(c => c["Sip"]!["Trunks"] = new System.Text.Json.Nodes.JsonObject
        {
            ["phone"] = new System.Text.Json.Nodes.JsonObject { ["Uri"] = "sip:127.9.9.9:5060", ["Domain"] = "phone.test" },
        });
        var juliet = await site.NewXmppPhoneAsync();
        await using var stranger = await site.PlaceCallAsync(
            "call_refused", juliet.BareJid, elsewhere.SipPort, ("status", "403"), ("more", "Priority: normal"));

        await stranger.SucceedsAsync();

        Assert.DoesNotContain(juliet.Events.All, e => e.Kind == "jmi");
    }
}

/// <summary>Calls to XMPP beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class CallToXmppBesideProsodyTests(ProsodySite site) : CallToXmppTests(site);

/// <summary>Calls to XMPP beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class CallToXmppBesideEjabberdTests(EjabberdSite site) : CallToXmppTests(site);
