using System.Net.Sockets;
using System.Xml.Linq;
using Gateway.Mapping.Calls;
using Gateway.Media.Relay;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Jingle;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Stanzas;
using static Gateway.Mapping.Tests.Calls.CallBench;

namespace Gateway.Mapping.Tests.Calls;

/// <summary>The shell around the table: who may speak for a call, what is sent where, what is left at the end.</summary>
public sealed class CallServiceTests
{
    [Fact] // MAPPING 9.2, J-2, J-10, X-4
    public async Task Call_to_SIP_from_propose_to_BYE()
    {
        await using var bench = new CallBench();
        bench.Propose();
        var (invite, leg, sink) = await bench.Sip.Invited;
        Assert.Equal(Sid, invite.CallId);
        Assert.Equal("sip:1001@pbx.test", invite.RequestUri.ToString());
        Assert.Equal("sip:juliet@example.org", invite.From.Uri.ToString());

        sink.TryPost(new SipCallEvent.Ringing(null));
        var ringing = await bench.Link.Get("ringing");
        Assert.Equal((RomeoFull, Juliet, "chat"), (At(ringing, "from"), At(ringing, "to"), At(ringing, "type")));
        Assert.NotNull(ringing.Element(XName.Get("store", "urn:xmpp:hints")));

        sink.TryPost(new SipCallEvent.Answered(FakeRelay.Phone));
        Assert.Equal(Juliet, At(await bench.Link.Get("proceed"), "to"));
        Assert.Equal(StanzaResult.Done, bench.Jingle("session-initiate", inner: Contents()));
        var accept = await bench.Link.Get("jingle", "session-accept");
        Assert.Contains("active", accept.ToString(), StringComparison.Ordinal); // R-30
        await bench.WhenIn(CallState.Active);

        sink.TryPost(new SipCallEvent.Ended(SipEndCause.Bye, null));
        await bench.Link.Get("jingle", "session-terminate");
        await bench.Link.Get("finish");
        await bench.WhenIdle();
        Assert.Equal(0, bench.Service.Count);
        Assert.Equal("delete", bench.Relay.Done.Last());
        Assert.DoesNotContain("BYE", leg.Done); // the phone hung up itself
        Assert.Equal(0, bench.Time.ArmedTimers);
    }

    [Fact] // nobody is left ringing, and nothing stays
    public async Task Call_in_which_an_event_meets_a_mistake_of_ours_is_ended()
    {
        await using var bench = new CallBench();
        bench.Journal.Mistake = new InvalidOperationException("ours");
        bench.Propose();

        await bench.Link.Get("reject");
        bench.Time.Advance(TimeSpan.FromSeconds(60)); // for the INVITE that never left
        await bench.WhenIdle();
        Assert.Null(bench.Journal.Mistake);
        Assert.Equal(0, bench.Time.ArmedTimers);
    }

    [Theory] // a phone that is reached by IPv6 hears nothing that is sent from IPv4
    [InlineData("sip:[2001:db8::9]", AddressFamily.InterNetworkV6)]
    [InlineData("sip:192.0.2.9", AddressFamily.InterNetwork)]
    [InlineData("sip:pbx.test", null)]
    public async Task Phone_is_offered_media_in_the_address_family_of_its_trunk(string uri, AddressFamily? family)
    {
        await using var bench = new CallBench(options => options with
        {
            Trunks = options.Trunks.SetItem("pbx", options.Trunks["pbx"] with { Uri = uri }),
        });
        bench.Propose();
        await bench.Sip.Invited;

        Assert.Equal((MediaProfile.PlainRtp, family), bench.Relay.Offers.Select(offer => (offer.Towards, offer.Family)).First());
    }

    [Fact] // MAPPING 9.3, J-3, J-5, J-30
    public async Task Call_to_XMPP_from_INVITE_to_session_terminate()
    {
        await using var bench = new CallBench();
        var (decision, leg) = bench.Invite();
        Assert.IsType<InviteDecision.Take>(decision);
        var propose = await bench.Link.Get("propose");
        Assert.Equal("juliet@example.org", At(propose, "to"));
        var sid = At(propose.Elements().First(), "id")!;

        bench.Jmi("ringing", sid);
        await leg.When("180");
        bench.Jmi("proceed", sid);
        var initiate = await bench.Link.Get("jingle", "session-initiate");
        Assert.Equal(Juliet, At(initiate, "to"));
        Assert.Contains("actpass", initiate.ToString(), StringComparison.Ordinal); // clients.md: Conversations throws otherwise
        Assert.DoesNotContain("200", leg.Done); // J-30: not on proceed
        await bench.WhenIn(CallState.Initiated);

        Assert.Equal(StanzaResult.Done, bench.Jingle("session-accept", sid, inner: Contents("active")));
        await leg.When("200");
        await bench.WhenIn(CallState.Active);
        bench.Jingle("session-terminate", sid, inner: "<reason><success/></reason>");
        await leg.When("BYE");
        await bench.Link.Get("finish");
        await bench.WhenIdle();
    }

    [Fact] // R-4: an action from another JID than the session's
    public async Task Another_device_can_not_end_the_call_and_learns_nothing()
    {
        await using var bench = new CallBench();
        await Talk(bench);
        foreach (var stranger in new[] { "juliet@example.org/tablet", "mallory@example.org/phone" })
        {
            var refused = Assert.IsType<StanzaResult.Refusal>(bench.Jingle("session-terminate", from: stranger));
            Assert.Equal(JingleErrors.UnknownSession, refused.Fault);
        }

        Assert.Equal(1, bench.Service.Count);
    }

    [Fact] // clients.md 7: a message reaches us as carbon or copy too
    public async Task The_same_propose_twice_is_one_call()
    {
        await using var bench = new CallBench();
        bench.Propose();
        bench.Propose(to: RomeoFull);
        await bench.Sip.Invited;
        Assert.Equal(1, bench.Sip.Invites);
    }

    [Fact] // J-15
    public async Task A_propose_from_an_archive_starts_no_call()
    {
        await using var bench = new CallBench();
        bench.Propose(more: "<delay xmlns='urn:xmpp:delay' stamp='2026-03-01T11:58:00Z'/>");
        Assert.Equal(0, bench.Service.Count);
        bench.Propose(more: "<delay xmlns='urn:xmpp:delay' stamp='2026-03-01T11:59:30Z'/>");
        Assert.Equal(1, bench.Service.Count);
    }

    [Theory]
    [InlineData("mallory@elsewhere.test/x", Romeo, "decline")] // AllowedCallers
    [InlineData(Juliet, "0%bad host@sip.example.org", "gone")]
    public async Task A_call_that_may_not_be_is_rejected_at_once(string from, string to, string reason)
    {
        await using var bench = new CallBench();
        if (to.Contains(' ', StringComparison.Ordinal))
        {
            to = "nobody%..@sip.example.org";
        }

        bench.Propose(from: from, to: to);
        var reject = await bench.Link.Get("reject");
        Assert.Equal(from, At(reject, "to"));
        Assert.Contains($"<{reason} ", reject.ToString().Replace("/>", " />", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal((0, 0), (bench.Service.Count, bench.Sip.Invites));
    }

    [Fact] // J-6
    public async Task A_propose_without_audio_is_rejected()
    {
        await using var bench = new CallBench();
        bench.Message(Juliet, Romeo, $"<propose xmlns='urn:xmpp:jingle-message:0' id='{Sid}'><description xmlns='urn:xmpp:jingle:apps:file-transfer:5'/></propose>");
        Assert.Contains("unsupported-applications", (await bench.Link.Get("reject")).ToString(), StringComparison.Ordinal);
    }

    [Fact] // design section 5: drain
    public async Task A_draining_gateway_refuses_both_ways()
    {
        await using var bench = new CallBench();
        bench.Service.BeginDrain();
        bench.Propose();
        await bench.Link.Get("reject");
        var refused = Assert.IsType<InviteDecision.Refuse>(bench.Invite().Decision);
        Assert.Equal((503, 10), (refused.Status, refused.RetryAfterSeconds));
    }

    [Fact] // U-43: 503 with Retry-After, not 480
    public async Task Without_the_XMPP_server_an_INVITE_is_told_to_come_back()
    {
        await using var bench = new CallBench();
        bench.Link.IsUp = false;
        Assert.Equal(503, Assert.IsType<InviteDecision.Refuse>(bench.Invite().Decision).Status);
    }

    [Fact] // U-43
    public async Task Without_a_media_relay_an_INVITE_is_told_to_come_back_and_nobody_is_rung()
    {
        await using var bench = new CallBench();
        bench.Relay.IsAvailable = false;

        var refused = Assert.IsType<InviteDecision.Refuse>(bench.Invite().Decision);
        Assert.Equal((503, CallService.RetryAfterSeconds), (refused.Status, refused.RetryAfterSeconds));
        Assert.Empty(bench.Link.Sent);

        bench.Relay.IsAvailable = true;
        Assert.IsType<InviteDecision.Take>(bench.Invite().Decision);
    }

    [Fact]
    public async Task Without_a_media_relay_a_call_to_SIP_is_rejected_at_once()
    {
        await using var bench = new CallBench();
        bench.Relay.IsAvailable = false;

        bench.Propose();
        Assert.Contains("general-error", (await bench.Link.Get("reject")).ToString(), StringComparison.Ordinal);
        Assert.Equal(
            StanzaErrorCondition.ResourceConstraint, Assert.IsType<StanzaResult.Refusal>(bench.Jingle("session-initiate", inner: CallBench.Contents())).Fault.Condition);

        Assert.Equal(0, bench.Sip.Invites);
        Assert.Empty(bench.Relay.Done);
    }

    [Fact] // A-2: of her devices the one that is named rings, and no other by its carbons; it learns the end as well
    public async Task A_call_to_one_device_is_proposed_to_that_alone()
    {
        await using var bench = new CallBench();
        var (decision, _) = bench.Invite(device: "balcony");
        var propose = await bench.Link.Get("propose");
        Assert.Equal("juliet@example.org/balcony", At(propose, "to"));
        Assert.NotNull(propose.Element("{urn:xmpp:carbons:2}private"));

        ((InviteDecision.Take)decision).Sink.TryPost(new SipCallEvent.Cancelled(null));
        Assert.Equal("juliet@example.org/balcony", At(await bench.Link.Get("retract"), "to"));
        await bench.WhenIdle();
    }

    [Fact] // A-16
    public async Task Contact_names_the_callers_device_without_its_resource()
    {
        await using var bench = new CallBench();
        bench.Propose();
        var (invite, _, _) = await bench.Sip.Invited;
        Assert.Null(invite.From.Uri.Parameter("gr"));
        Assert.Matches("^[0-9a-f]{16}$", invite.Contact!.Parameter("gr"));
        Assert.DoesNotContain(Juliet.Split('/')[1], invite.Contact.ToString(), StringComparison.Ordinal);

        var (decision, _) = bench.Invite(from: "1002", callId: "another");
        Assert.Matches("^[0-9a-f]{16}$", Assert.IsType<InviteDecision.Take>(decision).Contact!.Parameter("gr"));
    }

    [Fact] // J-53
    public async Task A_second_INVITE_of_the_same_caller_is_busy()
    {
        await using var bench = new CallBench();
        bench.Invite();
        Assert.Equal(486, Assert.IsType<InviteDecision.Refuse>(bench.Invite(callId: "sip-call-2").Decision).Status);
        Assert.IsType<InviteDecision.Take>(bench.Invite(from: "1002", callId: "sip-call-3").Decision);
    }

    [Fact] // U-5
    public async Task Retract_that_crosses_the_200_ends_the_dialog()
    {
        await using var bench = new CallBench();
        bench.Propose();
        var (_, leg, sink) = await bench.Sip.Invited;
        bench.Jmi("retract");
        await leg.When("CANCEL");
        sink.TryPost(new SipCallEvent.Answered(FakeRelay.Phone));
        await leg.When("BYE");
        await bench.WhenIdle();
        Assert.Equal(0, bench.Link.Count("proceed"));
    }

    [Fact] // the client's session-initiate crossed the end of the call
    public async Task A_session_initiate_that_comes_too_late_is_terminated_and_starts_no_second_call()
    {
        await using var bench = new CallBench();
        bench.Propose();
        var (_, _, sink) = await bench.Sip.Invited;
        sink.TryPost(new SipCallEvent.Answered(FakeRelay.Phone));
        await bench.Link.Get("proceed");
        sink.TryPost(new SipCallEvent.Ended(SipEndCause.Bye, null));
        await bench.WhenIdle();
        Assert.Equal(StanzaResult.Done, bench.Jingle("session-initiate", inner: Contents()));
        await bench.Link.Get("jingle", "session-terminate");
        Assert.Equal((0, 1), (bench.Service.Count, bench.Sip.Invites));
    }

    [Fact] // J-21
    public async Task No_session_initiate_after_proceed_hangs_up()
    {
        await using var bench = new CallBench();
        bench.Propose();
        var (_, leg, sink) = await bench.Sip.Invited;
        sink.TryPost(new SipCallEvent.Answered(FakeRelay.Phone));
        await bench.WhenIn(CallState.Proceeded);
        await bench.Link.Get("proceed");
        await bench.Time.WhenTimersArmed(1);
        bench.Time.Advance(TimeSpan.FromSeconds(31));
        await leg.When("BYE");
        Assert.Contains("timeout", (await bench.Link.Get("finish")).ToString(), StringComparison.Ordinal);
        await bench.WhenIdle();
    }

    [Fact] // J-2: in :1 it is accept, to the bare JID
    public async Task A_caller_in_the_other_namespace_is_answered_in_it()
    {
        await using var bench = new CallBench();
        bench.Propose(ns: 1);
        var (_, _, sink) = await bench.Sip.Invited;
        sink.TryPost(new SipCallEvent.Answered(FakeRelay.Phone));
        var accept = await bench.Link.Get("accept");
        Assert.Equal("juliet@example.org", At(accept, "to"));
        Assert.Equal("urn:xmpp:jingle-message:1", accept.Elements().First().Name.NamespaceName);
        Assert.Equal(0, bench.Link.Count("proceed"));
    }

    [Fact] // clients.md 3: a receipt for the propose counts as ringing, so it waits for a true 180
    public async Task The_receipt_of_the_propose_is_sent_when_the_phone_rings()
    {
        await using var bench = new CallBench();
        bench.Propose(id: "jm-propose-" + Sid, more: "<request xmlns='urn:xmpp:receipts'/>");
        var (_, _, sink) = await bench.Sip.Invited;
        Assert.Equal(0, bench.Link.Count("received"));
        sink.TryPost(new SipCallEvent.Ringing(null));
        Assert.Equal("jm-propose-" + Sid, At((await bench.Link.Get("received")).Elements().First(), "id"));
    }

    [Fact] // clients.md 4.13
    public async Task A_receipt_for_our_propose_lets_the_phone_ring_back()
    {
        await using var bench = new CallBench();
        var (_, leg) = bench.Invite();
        var propose = await bench.Link.Get("propose");
        bench.Message(Juliet, RomeoFull, $"<received xmlns='urn:xmpp:receipts' id='{At(propose, "id")}'/>");
        await leg.When("180");
    }

    [Theory] // J-11, K-2
    [InlineData(IqOutcome.Error)]
    [InlineData(IqOutcome.Timeout)]
    public async Task A_client_that_refuses_session_initiate_ends_the_INVITE(IqOutcome outcome)
    {
        await using var bench = new CallBench();
        bench.Link.Replies["session-initiate"] = new IqReply(outcome, null, new StanzaError(StanzaErrorCondition.ServiceUnavailable));
        var (_, leg) = bench.Invite();
        var sid = At((await bench.Link.Get("propose")).Elements().First(), "id")!;
        bench.Jmi("proceed", sid);
        await leg.When("480");
        await bench.WhenIdle();
    }

    [Fact] // K-2: a link that fell in between says nothing about the client
    public async Task A_session_initiate_lost_with_the_link_is_sent_again_when_it_returns()
    {
        await using var bench = new CallBench();
        var (_, leg) = bench.Invite();
        var sid = At((await bench.Link.Get("propose")).Elements().First(), "id")!;
        bench.Link.Replies["session-initiate"] = new IqReply(IqOutcome.Timeout, null, null);
        bench.Link.IsUp = false;
        bench.Jmi("proceed", sid);
        await bench.WhenIn(CallState.Initiated);
        await bench.Link.Get("jingle", "session-initiate");
        bench.Link.Replies.Clear();
        bench.Link.IsUp = true;
        bench.Service.OnUp(isReconnect: true);
        Assert.Equal(2, bench.Link.Count("jingle", "session-initiate"));
        Assert.DoesNotContain("480", leg.Done);
    }

    [Fact] // K-4
    public async Task A_call_outlives_a_short_loss_of_the_link_and_not_a_long_one()
    {
        await using var bench = new CallBench();
        var (leg, _) = await Talk(bench);
        bench.Service.OnDown("gone");
        await bench.Time.WhenTimersArmed(2);
        bench.Time.Advance(TimeSpan.FromSeconds(20));
        bench.Service.OnUp(isReconnect: true);
        await bench.Time.WhenTimersArmed(1);
        bench.Time.Advance(TimeSpan.FromSeconds(70));
        Assert.Equal(1, bench.Service.Count);
        bench.Service.OnDown("gone");
        await bench.Time.WhenTimersArmed(2);
        bench.Time.Advance(TimeSpan.FromSeconds(61));
        await leg.When("BYE");
        await bench.WhenIdle();
    }

    [Fact] // R-10, R-13
    public async Task Hold_is_told_to_the_phone_and_mute_is_not()
    {
        await using var bench = new CallBench();
        var (leg, _) = await Talk(bench);
        bench.Jingle("session-info", inner: "<mute xmlns='urn:xmpp:jingle:apps:rtp:info:1'/>");
        bench.Jingle("session-info", inner: "<hold xmlns='urn:xmpp:jingle:apps:rtp:info:1'/>");
        await leg.When("re-INVITE sendonly");
        bench.Jingle("session-info", inner: "<unhold xmlns='urn:xmpp:jingle:apps:rtp:info:1'/>");
        await leg.When("re-INVITE");
        Assert.Equal(2, leg.Done.Count());
    }

    [Fact] // R-8: a client may say so by senders
    public async Task Direction_that_a_client_changes_is_told_to_the_phone()
    {
        await using var bench = new CallBench();
        var (leg, _) = await Talk(bench);
        bench.Jingle("content-modify", inner: "<content creator='initiator' name='other' senders='none'/>"); // of nothing that the phone has
        bench.Jingle("content-modify", inner: "<content creator='initiator' name='0' senders='initiator'/>");
        await leg.When("re-INVITE sendonly");
        bench.Jingle("content-modify", inner: "<content creator='initiator' name='0' senders='both'/>");
        await leg.When("re-INVITE");
        Assert.Equal(2, leg.Done.Count());
    }

    [Fact] // R-28: plain RTP over ICE, as Psi and Gajim send it
    public async Task A_client_without_DTLS_is_told_so_before_any_phone_rings_where_the_relay_needs_it()
    {
        await using var bench = new CallBench();
        bench.Relay.RequiresDtls = true;
        var contents = XElement.Parse(Contents());
        contents.Descendants().Single(element => element.Name.LocalName == "fingerprint").Remove();

        bench.Jingle("session-initiate", inner: contents.ToString());

        var reason = (await bench.Link.Get("jingle", "session-terminate")).Descendants().Single(element => element.Name.LocalName == "reason");
        Assert.Equal(["security-error", "crypto-required"], reason.Elements().Select(element => element.Name.LocalName).Where(name => name != "text"));
        Assert.Equal(0, bench.Sip.Invites);
    }

    [Fact] // R-10, clients.md 4.15: session-info, never content-modify; and the relay is left alone
    public async Task Hold_by_the_phone_is_told_to_the_client_without_touching_its_media()
    {
        await using var bench = new CallBench();
        var (leg, sink) = await Talk(bench);
        var asked = bench.Relay.Done.Count;
        sink.TryPost(new SipCallEvent.Reinvited(FakeRelay.Phone + "a=sendonly\r\n"));
        await leg.When("200 recvonly");
        Assert.Contains("hold", (await bench.Link.Get("jingle", "session-info")).ToString(), StringComparison.Ordinal);
        Assert.Equal(0, bench.Link.Count("jingle", "content-modify"));
        Assert.Equal(asked, bench.Relay.Done.Count);
    }

    [Theory] // R-2
    [InlineData("session-info", "unsupported-info")]
    [InlineData("session-accept", "out-of-order")]
    [InlineData("session-initiate", "out-of-order")]
    public async Task What_makes_no_sense_gets_Jingles_own_error(string action, string condition)
    {
        await using var bench = new CallBench();
        await Talk(bench);
        var inner = action == "session-info" ? "<other xmlns='urn:x:y'/>" : Contents();
        var refused = Assert.IsType<StanzaResult.Refusal>(bench.Jingle(action, inner: inner));
        Assert.Equal(condition, refused.Fault.Application?.LocalName);
    }

    [Fact] // clients.md 4.15: rejected politely, and the call goes on
    public async Task A_content_that_is_added_is_rejected_and_the_call_goes_on()
    {
        await using var bench = new CallBench();
        await Talk(bench);
        Assert.Equal(StanzaResult.Done, bench.Jingle("content-add", inner: Contents()));
        await bench.Link.Get("jingle", "content-reject");
        Assert.Equal(1, bench.Service.Count);
    }

    [Theory]
    [InlineData(MediaFault.Unavailable, "general-error")]
    [InlineData(MediaFault.Refused, "incompatible-parameters")]
    public async Task A_relay_that_fails_rejects_the_call_before_any_phone_rings(MediaFault fault, string reason)
    {
        await using var bench = new CallBench();
        bench.Relay.Fault = fault;
        bench.Propose();
        Assert.Contains(reason, (await bench.Link.Get("reject")).ToString(), StringComparison.Ordinal);
        await bench.WhenIdle();
        Assert.Equal(0, bench.Sip.Invites);
    }

    [Fact] // XEP-0166 section 6.8
    public async Task A_client_without_media_that_does_not_answer_a_ping_ends_the_call()
    {
        await using var bench = new CallBench();
        var (leg, _) = await Talk(bench);
        bench.Relay.Ends = [new MediaEndStatistics("x", 0, 0, 0) { LastPacket = bench.Time.GetUtcNow().ToUnixTimeSeconds() }];
        bench.Link.Replies["session-info"] = new IqReply(IqOutcome.Error, null, new StanzaError(StanzaErrorCondition.ServiceUnavailable));
        for (var i = 0; i < 3; i++)
        {
            await bench.Time.WhenTimersArmed(1);
            bench.Time.Advance(TimeSpan.FromSeconds(15));
        }

        await leg.When("BYE");
        await bench.WhenIdle();
    }

    [Theory] // RFC 7675 section 5.1, RFC 8122 section 6.2, MAPPING R-32: told by the relay, not asked of it
    [InlineData("consent", "connectivity-error")]
    [InlineData("unreachable", "connectivity-error")]
    [InlineData("fingerprint", "security-error")]
    [InlineData("relay", "general-error")]
    public async Task What_ends_the_media_of_one_side_ends_the_call_for_both(string what, string reason)
    {
        await using var bench = new CallBench();
        var (leg, _) = await Talk(bench);
        var id = bench.Service.List().Single().Id;

        bench.Service.OnNotice(new MediaNotice.Connected(id, "x")); // good news change nothing
        bench.Service.OnNotice(what switch
        {
            "consent" => new MediaNotice.ConsentLost(id, "x"),
            "unreachable" => new MediaNotice.NotConnected(id, "x"),
            "relay" => new MediaNotice.Lost(id),
            _ => new MediaNotice.NotAuthentic(id, "x"),
        });
        await leg.When("BYE");

        var terminate = await bench.Link.Get("jingle", "session-terminate");
        Assert.Contains(terminate.Descendants(), element => element.Name.LocalName == reason);
        await bench.WhenIdle();
        Assert.Contains("delete", bench.Relay.Done);
        bench.Service.OnNotice(new MediaNotice.ConsentLost(id, "x")); // too late: the call is unknown
    }

    [Fact] // design section 6: DELETE
    public async Task An_operator_hangs_up_both_sides()
    {
        await using var bench = new CallBench();
        var (leg, _) = await Talk(bench);
        Assert.True(bench.Service.TryHangUp(bench.Service.List().Single().Id));
        await leg.When("BYE");
        await bench.Link.Get("jingle", "session-terminate");
        await bench.WhenIdle();
        Assert.False(bench.Service.TryHangUp("c-unknown"));
    }

    [Fact] // J-50 to J-52
    public async Task A_second_device_takes_the_call_over_and_the_phone_notices_nothing()
    {
        await using var bench = new CallBench();
        var (leg, _) = await Talk(bench);
        const string Tablet = "juliet@example.org/tablet";
        bench.Propose("989a46a6-f202-4910-a7c3-83c6ba3f3947", Tablet);
        var finish = await bench.Link.Get("finish");
        Assert.Contains("migrated", finish.ToString(), StringComparison.Ordinal);
        Assert.Equal(Tablet, At(await SecondProceed(bench), "to"));
        await bench.WhenIn(CallState.Proceeded);
        bench.Jingle("session-initiate", "989a46a6-f202-4910-a7c3-83c6ba3f3947", Tablet, Contents());
        await bench.WhenIn(CallState.Active);
        Assert.Equal(1, bench.Sip.Invites);
        Assert.Empty(leg.Done);
    }

    private static async Task<XElement> SecondProceed(CallBench bench)
    {
        while (bench.Link.Count("proceed") < 2)
        {
            await Task.Yield();
        }

        return bench.Link.Sent.Last(stanza => stanza.Elements().Any(child => child.Name.LocalName == "proceed"));
    }

    /// <summary>A call to SIP that both talk in.</summary>
    private static async Task<(FakeCall Leg, ISipCallSink Sink)> Talk(CallBench bench)
    {
        bench.Propose();
        var (_, leg, sink) = await bench.Sip.Invited;
        sink.TryPost(new SipCallEvent.Answered(FakeRelay.Phone));
        await bench.WhenIn(CallState.Proceeded);
        bench.Jingle("session-initiate", inner: Contents());
        await bench.WhenIn(CallState.Active);
        await bench.Link.Get("jingle", "session-accept");
        return (leg, sink);
    }

    private static string? At(XElement element, string name) => element.Attribute(name)?.Value;
}
