using Gateway.Interop.Tests.Sites;
using Gateway.Testing.Phones;
using Gateway.Testing.Servers;

namespace Gateway.Interop.Tests.Calls;

/// <summary>What happens while two people talk: the same beside every server.</summary>
public abstract class RunningCallTests(GatewaySite site)
{
    private const string Phone = "1001@" + GatewaySite.Component;

    [Fact] // MAPPING R-10: session-info hold is a re-INVITE with a=sendonly
    public async Task Hold_and_resume_by_the_XMPP_user_reach_the_phone()
    {
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Auto);
        var juliet = await site.NewXmppPhoneAsync();
        var sid = await juliet.CallAsync(Phone);
        await juliet.HearsToneAsync(sid);
        await phone.HearsToneAsync();

        await juliet.InfoAsync(sid, "hold");
        Assert.True((await juliet.SeesAnswerToAsync("session-info", sid)).Is("ok"));
        var before = phone.Trace.Count;
        await phone.Trace.WaitAsync(m => m.Received && m.IsRequest("INVITE") && m.HasLine("a=sendonly"));
        await juliet.InfoAsync(sid, "unhold");
        await phone.Trace.WaitAsync(m => m.Received && m.IsRequest("INVITE") && m.HasLine("a=sendrecv"), before);
        await juliet.HearsAsync(sid, tone: true);
        await juliet.TerminateAsync(sid);

        await phone.ReceivesAsync("BYE");
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // the phone echoes, so the user's own tone comes back over both ways of both legs
    public async Task Audio_flows_both_ways_after_the_XMPP_user_resumed()
    {
        await using var phone = await site.ExpectCallAsync("answer_held_resumed");
        var juliet = await site.NewXmppPhoneAsync(new { codecs = (string[])["PCMU", "telephone-event"] });
        var sid = await juliet.CallAsync(Phone);
        await juliet.HearsToneAsync(sid);

        await juliet.InfoAsync(sid, "hold");
        await juliet.SendAudioAsync(sid, sending: false);
        await juliet.HearsAsync(sid, tone: false);
        await juliet.InfoAsync(sid, "unhold");
        await juliet.SendAudioAsync(sid, sending: true);
        await juliet.HearsAsync(sid, tone: true);
        await juliet.TerminateAsync(sid);

        await phone.SucceedsAsync();
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // MAPPING R-10; never content-modify to none, which ends the call in some clients
    public async Task Hold_and_resume_by_the_phone_reach_the_XMPP_user()
    {
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Manual);
        var juliet = await site.NewXmppPhoneAsync(new { on_propose = "answer" });
        await phone.DialAsync("sip:" + juliet.BareJid);
        var sid = (await juliet.SeesMessageAsync("propose"))["sid"]!;
        await phone.HearsToneAsync();
        await juliet.HearsToneAsync(sid);

        await phone.HoldAsync();
        await juliet.SeesInfoAsync("hold", sid);
        var before = juliet.Events.Count;
        await phone.ResumeAsync();
        await juliet.Events.WaitAsync(
            e => e.Kind == "jingle" && e["action"] == "session-info" && e["info"] is "unhold" or "active", before);
        await juliet.HearsAsync(sid, tone: true);
        await phone.HangUpAsync();

        await juliet.SeesJingleAsync("session-terminate", sid);
        Assert.DoesNotContain(juliet.Events.All, e => e["action"] is "content-modify" or "content-remove");
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // RFC 3261 sections 14.2 and 20.43: the phone hears what is wrong with its offer, and the call goes on
    public async Task Phone_that_offers_nothing_to_talk_with_is_refused_with_a_warning()
    {
        await using var phone = await site.ExpectCallAsync("answer_fax");
        var juliet = await site.NewXmppPhoneAsync();
        var sid = await juliet.CallAsync(Phone);
        await juliet.SeesJingleAsync("session-accept", sid);
        await phone.GoOnAsync();

        Assert.Equal("success", (await juliet.SeesJingleAsync("session-terminate", sid))["reason"]);
        await phone.SucceedsAsync();
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact]
    public async Task Audio_flows_both_ways_after_the_phone_resumed()
    {
        await using var phone = await site.ExpectCallAsync("answer_hold_resume");
        var juliet = await site.NewXmppPhoneAsync(new { codecs = (string[])["PCMU", "telephone-event"] });
        var sid = await juliet.CallAsync(Phone);
        await juliet.HearsToneAsync(sid);

        await phone.GoOnAsync(); // not before: while the call is being set up a re-INVITE is answered 491 (MAPPING U-14)
        await juliet.SeesInfoAsync("hold", sid);
        await site.Gateway.HasReceivedAsync(sid, "CSeq: 10 ACK"); // else its 200 comes again, and sipp takes it for one to the next INVITE
        await phone.GoOnAsync();
        await juliet.Events.WaitAsync(
            e => e.Kind == "jingle" && e["action"] == "session-info" && e["info"] is "unhold" or "active");
        await juliet.HearsAsync(sid, tone: true);
        await juliet.TerminateAsync(sid);

        await phone.SucceedsAsync();
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // MAPPING R-47, R-48: video is refused in its place, and an offer is made when the phone asks for one
    public async Task Phone_that_adds_video_and_asks_for_an_offer_keeps_its_audio()
    {
        await using var phone = await site.ExpectCallAsync("answer_video_refresh");
        var juliet = await site.NewXmppPhoneAsync(new { codecs = (string[])["PCMU", "telephone-event"] });
        var sid = await juliet.CallAsync(Phone);
        await juliet.HearsToneAsync(sid);

        await phone.GoOnAsync();
        await site.Gateway.HasReceivedAsync(sid, "CSeq: 10 ACK"); // else its 200 comes again, and sipp takes it for one to the next INVITE
        await phone.GoOnAsync();
        await phone.SeesAsync(m => !m.Received && m.Text.Contains("CSeq: 11 ACK", StringComparison.Ordinal));
        await juliet.HearsAsync(sid, tone: true);
        await juliet.TerminateAsync(sid);

        await phone.SucceedsAsync();
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // RFC 3891; MAPPING U-20: a call is picked up at another phone, and its user notices nothing
    public async Task Phone_that_takes_the_call_over_is_heard_and_the_other_is_hung_up_on()
    {
        await using var first = await site.ExpectCallAsync("answer");
        var juliet = await site.NewXmppPhoneAsync(new { codecs = (string[])["PCMU", "telephone-event"] });
        var sid = await juliet.CallAsync(Phone);
        await juliet.HearsToneAsync(sid);
        var ok = await first.SeesAsync(m => !m.Received && m.StartLine.StartsWith("SIP/2.0 200", StringComparison.Ordinal));

        await using var second = await SippProcess.CallAsync(
            RepositoryFiles.Scenario("call_replacing"), FreePorts.One(), site.SipPort, juliet.BareJid.Split('@')[0],
            ("domain", GatewaySite.Domain),
            ("replaces", $"{ok.Header("Call-ID")};to-tag={Tag(ok.Header("From"))};from-tag={Tag(ok.Header("To"))}"));

        await first.SucceedsAsync(); // with the BYE
        await juliet.HearsAsync(sid, tone: true);
        await juliet.TerminateAsync(sid);
        await second.SucceedsAsync();
        await site.Gateway.HasNoSessionAsync();

        static string Tag(string? header) => header!.Split(";tag=")[1].Split(';')[0];
    }

    [Theory] // RFC 4733; MAPPING R-41: transcoding from Opus changes the events' clock too
    [InlineData("PCMU", 126)]
    [InlineData("PCMU", 101)] // not the number that the phone was offered: MAPPING R-21
    [InlineData("opus", 126)]
    public async Task Digits_pass_in_each_direction(string codec, int number)
    {
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Auto);
        var juliet = await site.NewXmppPhoneAsync(new
        {
            codecs = (string[])[codec, "telephone-event"],
            numbers = new Dictionary<string, int> { ["telephone-event/8000"] = number },
        });
        var sid = await juliet.CallAsync(Phone);
        await juliet.HearsToneAsync(sid);
        await phone.HearsToneAsync();

        await juliet.DigitsAsync(sid, "159#");
        foreach (var digit in "159#")
        {
            await phone.Events.WaitAsync(e => e.Type == "CALL_DTMF_START" && e.Parameter == digit.ToString());
        }

        await phone.DigitsAsync("73");
        await juliet.Events.WaitAsync(e => e.Kind == "digit" && e["digit"] == "7");
        await juliet.Events.WaitAsync(e => e.Kind == "digit" && e["digit"] == "3");
        await juliet.TerminateAsync(sid);

        await phone.ReceivesAsync("BYE");
        Assert.Equal(["1", "5", "9", "#"], phone.Events.All.Where(e => e.Type == "CALL_DTMF_START").Select(e => e.Parameter));
    }

    [Fact] // MAPPING R-13: muting is the client's own affair
    public async Task Mute_is_acknowledged_and_does_not_reach_the_phone()
    {
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Auto);
        var juliet = await site.NewXmppPhoneAsync();
        var sid = await juliet.CallAsync(Phone);
        await juliet.HearsToneAsync(sid);

        await juliet.InfoAsync(sid, "mute");
        Assert.True((await juliet.SeesAnswerToAsync("session-info", sid)).Is("ok"));
        await juliet.TerminateAsync(sid);

        await phone.ReceivesAsync("BYE");
        Assert.Single(phone.Trace.All.Where(m => m.Received && m.IsRequest("INVITE")).Select(m => m.Header("CSeq")).Distinct()); // however often it was sent
    }

    [Fact] // the link to the XMPP server is lost in mid-call: media does not depend on it, and the call can still be ended
    public async Task Call_outlives_the_loss_of_the_link_to_the_XMPP_server()
    {
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Auto, tone: 1000);
        var juliet = await site.NewXmppPhoneAsync(new { expect = 1000 });
        var sid = await juliet.CallAsync(Phone);
        await juliet.HearsToneAsync(sid);
        await phone.HearsToneAsync(440);

        await site.Link.CutAsync();
        await Testing.Eventually.HoldsAsync(async () => !await site.Gateway.IsReadyAsync());
        var heard = phone.Heard(440).Count;
        for (var second = 0; second < 10; second++)
        {
            // Of these windows a busy machine may spoil most, and it may bring them late, but no call without media has one.
            var (withTone, _) = await juliet.MeasureAsync(sid, 10, patience: 20);
            Assert.InRange(withTone, 1, 10);
        }

        await Testing.Eventually.HoldsAsync(() => phone.Heard(440).Skip(heard).Count(share => share > 0.8) > 75);
        Assert.Single(await site.Gateway.SessionsAsync());
        site.Link.Mend();
        await Testing.Eventually.HoldsAsync(site.Gateway.IsReadyAsync, patience: TimeSpan.FromSeconds(90));

        await juliet.HearsAsync(sid, tone: true);
        await juliet.TerminateAsync(sid);
        await phone.ReceivesAsync("BYE");
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // the phone hangs up while the link is down: the user learns of it when the link is back
    public async Task Phone_that_hangs_up_while_the_link_is_lost_ends_the_call_on_both_sides()
    {
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Auto);
        var juliet = await site.NewXmppPhoneAsync();
        var sid = await juliet.CallAsync(Phone);
        await juliet.HearsToneAsync(sid);

        await site.Link.CutAsync();
        await Testing.Eventually.HoldsAsync(async () => !await site.Gateway.IsReadyAsync());
        await phone.HangUpAsync();
        await phone.ReceivesResponseAsync(200, "BYE");
        site.Link.Mend();
        await Testing.Eventually.HoldsAsync(site.Gateway.IsReadyAsync, patience: TimeSpan.FromSeconds(90));

        await juliet.SeesJingleAsync("session-terminate", sid);
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // DELETE /api/sessions/{id}
    public async Task Operator_can_hang_up_a_call()
    {
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Auto);
        var juliet = await site.NewXmppPhoneAsync();
        var sid = await juliet.CallAsync(Phone);
        await juliet.HearsToneAsync(sid);

        var session = Assert.Single(await site.Gateway.SessionsAsync());
        Assert.Equal(juliet.FullJid, (string?)session["xmpp"]);
        Assert.Equal("sip:1001@phone.test", (string?)session["sip"]);
        await site.Gateway.HangUpAsync((string)session["id"]!);

        await juliet.SeesJingleAsync("session-terminate", sid);
        await phone.ReceivesAsync("BYE");
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact] // SIGTERM: no new call, the running one goes on to its end, then the process ends with 0
    public async Task Draining_gateway_refuses_new_calls_and_ends_after_the_last_one()
    {
        await using var draining = await site.NewGatewayAsync(_ => { });
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Auto);
        var juliet = await site.NewXmppPhoneAsync();
        var nurse = await site.NewXmppPhoneAsync();
        var sid = await juliet.CallAsync("1001@" + draining.Component);
        await juliet.HearsToneAsync(sid);

        draining.Process.Terminate();
        await Testing.Eventually.HoldsAsync(async () => !await draining.Process.IsReadyAsync());
        await nurse.SeesMessageAsync("reject", await nurse.CallAsync("1001@" + draining.Component));
        await juliet.HearsAsync(sid, tone: true);
        await juliet.TerminateAsync(sid);
        await phone.ReceivesAsync("BYE");

        await draining.Process.Ended.WaitAsync(Testing.Eventually.Patience);
        Assert.Equal(0, draining.Process.ExitCode);
    }

    [Fact] // one call can be followed through both protocols, and nothing in it opens its media
    public async Task Trace_shows_the_messages_of_both_sides_without_keys()
    {
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Auto);
        var juliet = await site.NewXmppPhoneAsync();
        var sid = await juliet.CallAsync(Phone);
        await juliet.HearsToneAsync(sid);
        var id = (string)(await site.Gateway.SessionsAsync()).Single(s => (string?)s["thread"] == sid)["id"]!;
        await juliet.TerminateAsync(sid);
        await phone.ReceivesAsync("BYE");
        await site.Gateway.HasNoSessionAsync();

        var trace = System.Text.Json.Nodes.JsonNode.Parse(await site.Gateway.GetAsync($"api/sessions/{id}/trace"))!.AsArray();
        var ladder = trace.Select(m => $"{m!["protocol"]} {m["direction"]} {m["summary"]}").ToList();
        foreach (var step in (string[])["xmpp received propose", "sip sent INVITE", "xmpp sent proceed", "xmpp received session-initiate",
            "xmpp sent session-accept", "xmpp received session-terminate", "sip sent BYE"])
        {
            Assert.Contains(step, ladder);
        }

        Assert.DoesNotMatch("pwd=\"(?!removed)", string.Join('\n', trace.Select(m => (string)m!["text"]!)));
    }

    [Fact] // a second SIGTERM does not wait for people to hang up, but both sides hear of the end
    public async Task Second_signal_ends_the_running_call_on_both_sides()
    {
        await using var draining = await site.NewGatewayAsync(_ => { });
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Auto);
        var juliet = await site.NewXmppPhoneAsync();
        var sid = await juliet.CallAsync("1001@" + draining.Component);
        await juliet.HearsToneAsync(sid);

        draining.Process.Terminate();
        await Testing.Eventually.HoldsAsync(async () => !await draining.Process.IsReadyAsync());
        draining.Process.Terminate();

        await juliet.SeesJingleAsync("session-terminate", sid);
        await phone.ReceivesAsync("BYE");
        await draining.Process.Ended.WaitAsync(Testing.Eventually.Patience);
        Assert.Equal(0, draining.Process.ExitCode);
    }

    [Fact] // MAPPING J-11: a peer that vanishes
    public async Task Client_that_vanishes_ends_the_call_for_the_phone()
    {
        await using var gateway = await site.NewGatewayAsync(c => c["Mapping"]!["MediaSilence"] = "5s");
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Auto);
        var juliet = await site.NewXmppPhoneAsync();
        await juliet.SendXmlAsync($"<presence to='1001@{gateway.Component}'/>"); // so that its server tells of its end
        var sid = await juliet.CallAsync("1001@" + gateway.Component);
        await juliet.HearsToneAsync(sid);

        await juliet.CommandAsync("logout");

        await phone.Trace.WaitAsync(m => m.Received && m.IsRequest("BYE"), patience: TimeSpan.FromSeconds(90));
        await gateway.Process.HasNoSessionAsync();
    }
}

/// <summary>Running calls beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class RunningCallBesideProsodyTests(ProsodySite site) : RunningCallTests(site);

/// <summary>Running calls beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class RunningCallBesideEjabberdTests(EjabberdSite site) : RunningCallTests(site);
