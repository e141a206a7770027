using Gateway.Mapping.Calls;
using Gateway.Mapping.Configuration;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;
using Gateway.Testing;
using Gateway.Xmpp.Jingle;
using Gateway.Xmpp.Routing;
using static Gateway.Mapping.Tests.Calls.CallBench;

namespace Gateway.Mapping.Tests.Calls;

/// <summary>Clauses of the calls that are about who is meant by a stanza, and about where a phone sends its callers.</summary>
public sealed class CallClauseTests
{
    [Theory] // J-4: whatever address of ours was written to, and whatever type but error
    [InlineData("chat", Romeo)]
    [InlineData("normal", RomeoFull)]
    [InlineData("headline", Romeo + "/elsewhere")]
    public async Task What_a_client_says_of_a_call_is_matched_by_user_and_id(string type, string to)
    {
        await using var bench = new CallBench();
        var sid = await RingJuliet(bench);

        bench.Message(Juliet, to, $"<proceed xmlns='urn:xmpp:jingle-message:0' id='{sid}'/>", type: type);

        Assert.Equal(Juliet, (await bench.Link.Get("jingle", "session-initiate")).Attribute("to")?.Value);
    }

    [Fact] // J-4, J-32: the same id of another user is nothing to this call
    public async Task Nobody_else_can_take_or_end_a_call_that_rings()
    {
        await using var bench = new CallBench();
        var sid = await RingJuliet(bench);

        bench.Jmi("proceed", sid, from: "nurse@example.org/phone");
        bench.Jmi("reject", sid, from: "nurse@example.org/phone");
        bench.Jmi("proceed", sid);

        Assert.Equal(Juliet, (await bench.Link.Get("jingle", "session-initiate")).Attribute("to")?.Value);
        Assert.Equal(1, bench.Link.Count("jingle", "session-initiate"));
    }

    [Fact] // J-23: sids are scoped to the bare JID
    public async Task Two_users_may_use_the_same_sid()
    {
        await using var bench = new CallBench();
        bench.Propose();
        bench.Propose(from: "nurse@example.org/phone");

        Assert.Equal(2, bench.Service.Count);
        await bench.Sip.Invited;
        Assert.Equal(2, bench.Sip.All.Select(invite => invite.CallId).Distinct().Count());
    }

    [Theory] // J-26: the user hears nothing of it, and her id stays
    [InlineData(301)]
    [InlineData(302)]
    public async Task A_phone_that_is_elsewhere_is_called_there(int status)
    {
        await using var bench = new CallBench();
        bench.Propose();
        var (first, _, sink) = await bench.Sip.Invited;
        sink.TryPost(new SipCallEvent.Ringing(null));
        sink.TryPost(Moved(status, Uri("sip:1002@pbx.test")));

        Assert.Equal(["sip:1001@pbx.test", "sip:1002@pbx.test"], bench.Sip.All.Select(invite => invite.RequestUri.ToString()));
        Assert.Equal(first.NextHop, bench.Sip.All.Last().NextHop);
        sink.TryPost(new SipCallEvent.Ringing(null));
        sink.TryPost(new SipCallEvent.Answered(FakeRelay.Phone));
        await bench.Link.Get("proceed");
        Assert.Equal((1, 0), (bench.Link.Count("ringing"), bench.Link.Count("reject")));
    }

    [Fact] // J-26, U-51: two phones that redirect to each other end the call
    public async Task A_call_is_redirected_once()
    {
        await using var bench = new CallBench();
        bench.Propose();
        var (_, _, sink) = await bench.Sip.Invited;
        sink.TryPost(Moved(302, Uri("sip:1002@pbx.test")));
        sink.TryPost(Moved(302, Uri("sip:1001@pbx.test")));

        await bench.Link.Get("reject");
        await bench.WhenIdle();
        Assert.Equal(2, bench.Sip.Invites);
    }

    [Theory] // J-26: not into the gateway, not past the policy, and not to another service
    [InlineData(302, "sip:juliet@sip.example.org")]
    [InlineData(302, "sip:juliet@example.org")]
    [InlineData(302, "sip:1900@premium.test")]
    [InlineData(302, "tel:+1900")]
    [InlineData(380, "sip:1002@pbx.test")]
    [InlineData(302, null)]
    public async Task A_redirection_to_where_nobody_may_call_is_a_refusal(int status, string? contact)
    {
        await using var bench = new CallBench(options => options with { Policy = options.Policy with { DialableDomains = ["pbx.test"] } });
        bench.Propose();
        var (_, _, sink) = await bench.Sip.Invited;
        sink.TryPost(contact is null ? Moved(status) : Moved(status, Uri(contact)));

        await bench.Link.Get("reject");
        await bench.WhenIdle();
        Assert.Equal(1, bench.Sip.Invites);
    }

    [Fact] // toll fraud: a stranger must not send our users to a number that he is paid for
    public async Task A_foreign_host_cannot_redirect_to_the_telephone_network()
    {
        await using var bench = new CallBench();
        bench.Propose(to: "mallory%elsewhere.test@sip.example.org");
        var (_, _, sink) = await bench.Sip.Invited;
        sink.TryPost(Moved(302, Uri("sip:+1900@pbx.test")));

        await bench.Link.Get("reject");
        await bench.WhenIdle();
        Assert.Equal(1, bench.Sip.Invites);
    }

    [Fact] // J-46, XEP-0166 section 7.2.16
    public async Task A_session_initiate_that_crosses_ours_loses_the_tie_break()
    {
        await using var bench = new CallBench();
        var sid = await RingJuliet(bench);
        bench.Jmi("proceed", sid);
        await bench.Link.Get("jingle", "session-initiate");
        await bench.WhenIn(CallState.Initiated);

        var refused = Assert.IsType<StanzaResult.Refusal>(bench.Jingle("session-initiate", "crossing", inner: Contents()));

        Assert.Equal(JingleErrors.TieBreak, refused.Fault);
        Assert.Equal((1, 0), (bench.Service.Count, bench.Sip.Invites));
    }

    [Theory] // R-3, XEP-0166 section 6.7
    [InlineData("session-info")]
    [InlineData("transport-info")]
    [InlineData("session-accept")]
    [InlineData("session-terminate")]
    public async Task After_the_end_the_session_is_unknown(string action)
    {
        await using var bench = new CallBench();
        var sid = await RingJuliet(bench);
        bench.Jmi("proceed", sid);
        await bench.Link.Get("jingle", "session-initiate");
        await bench.WhenIn(CallState.Initiated);
        bench.Service.HangUpAll();
        await bench.WhenIdle();

        var refused = Assert.IsType<StanzaResult.Refusal>(bench.Jingle(action, sid, inner: action is "session-accept" or "transport-info" ? Contents("active") : ""));

        Assert.Equal(JingleErrors.UnknownSession, refused.Fault);
    }

    [Fact] // J-38: of what the phone offers, what can be carried is proposed
    public async Task An_offer_with_video_is_proposed_as_audio_where_the_trunk_has_none()
    {
        await using var bench = new CallBench();
        bench.Invite(sdp: FakeRelay.Phone + "m=video 4002 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n");

        var propose = (await bench.Link.Get("propose")).Elements().First();

        Assert.Equal("audio", Assert.Single(propose.Elements()).Attribute("media")?.Value);
    }

    [Fact] // design section 6: what GET /api/sessions lists
    public async Task A_session_is_listed_with_the_addresses_of_both_sides()
    {
        await using var bench = new CallBench();
        bench.Invite(from: "1002");
        await bench.Link.Get("propose");
        bench.Propose(from: "nurse@example.org/phone");
        await bench.Sip.Invited;

        var sides = bench.Service.List().Select(session => (session.Xmpp, session.Sip)).Order().ToList();

        Assert.Equal([("juliet@example.org", "sip:1002@pbx.test"), ("nurse@example.org/phone", "sip:1001@pbx.test")], sides);
    }

    [Theory] // what is proposed is what is initiated, and clients want it bundled
    [InlineData(true, "audio video")]
    [InlineData(false, "audio")]
    public async Task An_offer_with_video_is_proposed_with_video_where_the_relay_bundles_it(bool bundles, string proposed)
    {
        await using var bench = new CallBench(options => options with
        {
            Trunks = options.Trunks.SetItem("pbx", options.Trunks["pbx"] with { Video = true }),
        });
        bench.Relay.Bundles = bundles;
        bench.Invite(sdp: FakeRelay.Phone + "m=video 4002 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n");

        var propose = (await bench.Link.Get("propose")).Elements().First();

        Assert.Equal(proposed, string.Join(' ', propose.Elements().Select(element => element.Attribute("media")?.Value)));
    }

    [Theory] // R-21, RFC 3264 section 6.1: it would only repeat its numbers, and they are the relay's to change
    [InlineData(true, "0 101", "re-INVITE sendonly")]
    [InlineData(false, "0 126", "re-INVITE, re-INVITE sendonly")]
    public async Task A_phone_with_numbers_of_its_own_is_asked_anew_only_if_the_relay_does_not_renumber(bool renumbers, string told, string asked)
    {
        await using var bench = new CallBench();
        bench.Relay.Renumbers = renumbers;
        bench.Propose();
        var (_, leg, sink) = await bench.Sip.Invited;
        sink.TryPost(new SipCallEvent.Answered(FakeRelay.Phone.Replace("126", "101", StringComparison.Ordinal)));
        await bench.WhenIn(CallState.Proceeded);
        bench.Jingle("session-initiate", inner: Contents());
        await bench.WhenIn(CallState.Active);
        await bench.Link.Get("jingle", "session-accept");

        bench.Jingle("session-info", inner: "<hold xmlns='urn:xmpp:jingle:apps:rtp:info:1'/>");
        await leg.When("re-INVITE sendonly"); // after whatever else it was to be asked

        Assert.Equal(asked, string.Join(", ", leg.Done));
        Assert.Contains($"m=audio 4000 RTP/AVP {told}\r\n", bench.Relay.Answered, StringComparison.Ordinal);
    }

    [Fact] // RFC 6026 section 7.2: the stack keeps the leg for half a minute longer
    public async Task A_call_that_is_over_is_not_kept_in_memory_by_its_leg()
    {
        await using var bench = new CallBench();
        var (leg, sink, said) = await TalkAndEnd(bench);

        // The call is over before the last of what runs for it has returned.
        await Eventually.HoldsAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            return !said.IsAlive;
        });
        Assert.False(sink.TryPost(new SipCallEvent.Answered(FakeRelay.Phone))); // and the stack ends what comes late
        GC.KeepAlive(leg);
    }

    private static async Task<(FakeCall Leg, ISipCallSink Sink, WeakReference Said)> TalkAndEnd(CallBench bench)
    {
        bench.Propose();
        var (_, leg, sink) = await bench.Sip.Invited;
        var phone = new string(FakeRelay.Phone.AsSpan());
        sink.TryPost(new SipCallEvent.Answered(phone));
        await bench.WhenIn(CallState.Proceeded);
        bench.Jingle("session-initiate", inner: Contents());
        await bench.WhenIn(CallState.Active);
        bench.Jingle("session-terminate", inner: "<reason><success/></reason>");
        await bench.Service.WhenEmptyAsync(CancellationToken.None);
        return (leg, sink, new WeakReference(phone));
    }

    private static async Task<string> RingJuliet(CallBench bench)
    {
        bench.Invite();
        return (await bench.Link.Get("propose")).Elements().First().Attribute("id")!.Value;
    }

    private static SipCallEvent.Refused Moved(int status, params SipUri[] contacts) =>
        new(new SipFailure(status, "Moved", IsLocal: false) { Contacts = [.. contacts] });

    private static SipUri Uri(string text) => SipUri.TryParse(text, out var uri) ? uri : throw new FormatException(text);
}
