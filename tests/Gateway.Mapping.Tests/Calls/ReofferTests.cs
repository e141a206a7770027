using Gateway.Mapping.Calls;
using Gateway.Media.Relay;
using Gateway.Sip.UserAgent;
using static Gateway.Mapping.Tests.Calls.CallBench;

namespace Gateway.Mapping.Tests.Calls;

/// <summary>What a phone changes in a running call, and what the relay and the phone are told of it (RFC 3264 section 8).</summary>
public sealed class ReofferTests
{
    private const string Crypto = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n";

    private static readonly string Keyed = FakeRelay.Phone.Replace("RTP/AVP", "RTP/SAVP", StringComparison.Ordinal) + Crypto;

    public static TheoryData<string, string, bool> Changes() => new()
    {
        { "nothing", FakeRelay.Phone, false },
        { "hold", FakeRelay.Phone + "a=sendonly\r\n", false },
        { "hold by both", FakeRelay.Phone + "a=inactive\r\n", false },
        { "hold of the old kind", FakeRelay.Phone.Replace("192.0.2.9", "0.0.0.0", StringComparison.Ordinal), false },
        { "more codecs", FakeRelay.Phone.Replace("AVP 0 126", "AVP 8 0 126", StringComparison.Ordinal), false },
        { "another address", FakeRelay.Phone.Replace("4000", "4002", StringComparison.Ordinal), true },
        { "another codec", FakeRelay.Phone.Replace("AVP 0 126", "AVP 8 126", StringComparison.Ordinal), true },
        { "other digits", FakeRelay.Phone.Replace("126", "101", StringComparison.Ordinal), true },
        { "no digits", FakeRelay.Phone.Replace("AVP 0 126", "AVP 0", StringComparison.Ordinal), true },
        { "keys", Keyed, true },
    };

    [Theory] // RFC 3264 section 8.3: what the relay does not know it has to be told
    [MemberData(nameof(Changes))]
    public async Task The_relay_is_told_what_is_new_to_it(string what, string offer, bool told)
    {
        Assert.NotEmpty(what);
        await using var bench = new CallBench();
        var (leg, sink) = await Talk(bench, FakeRelay.Phone);
        var asked = bench.Relay.Offers.Count;

        sink.TryPost(new SipCallEvent.Reinvited(offer));
        await leg.Answers();

        Assert.Equal(told, bench.Relay.Offers.Count > asked);
    }

    [Fact] // RFC 4568 section 5.1.2: one key answers an offer, and only the relay knows which; new ones come with an unchanged address
    public async Task New_keys_of_a_phone_go_to_the_relay()
    {
        await using var bench = new CallBench();
        var (leg, sink) = await Talk(bench, Keyed);

        sink.TryPost(new SipCallEvent.Reinvited(Keyed.Replace("inline:WVN", "inline:abc", StringComparison.Ordinal)));
        await leg.Answers();

        Assert.Contains("inline:abc", bench.Relay.Offers.Last().Sdp, StringComparison.Ordinal);
    }

    [Theory] // a direction that the relay was told to be closed is opened there, too
    [InlineData("a=sendonly\r\n")]
    [InlineData("a=inactive\r\n")]
    public async Task Phone_that_was_answered_for_on_hold_and_resumes_is_told_to_the_relay(string direction)
    {
        await using var bench = new CallBench();
        var (leg, sink) = await Talk(bench, FakeRelay.Phone + direction);
        var asked = bench.Relay.Offers.Count;

        sink.TryPost(new SipCallEvent.Reinvited(FakeRelay.Phone));
        await leg.Answers();

        Assert.Equal(asked + 1, bench.Relay.Offers.Count);
    }

    [Fact] // RFC 3264 section 6.1: the answer names nothing that the relay does not know the phone by
    public async Task Phone_that_offers_more_than_it_took_gets_what_it_took()
    {
        await using var bench = new CallBench();
        bench.Relay.PlainAudio = "111 0 126";
        var (leg, sink) = await Talk(bench, FakeRelay.Phone);

        sink.TryPost(new SipCallEvent.Reinvited(
            FakeRelay.Phone.Replace("AVP 0 126", "AVP 96 0 126", StringComparison.Ordinal) + "a=rtpmap:96 opus/48000/2\r\na=sendonly\r\n"));
        await leg.Answers();

        Assert.Contains("RTP/AVP 0 126\r\n", leg.Told.Last(), StringComparison.Ordinal);
    }

    [Fact] // the client is not told of the phone's new numbers
    public async Task Client_keeps_its_numbers_when_the_phone_takes_others()
    {
        await using var bench = new CallBench();
        var (leg, sink) = await Talk(bench, FakeRelay.Phone);

        sink.TryPost(new SipCallEvent.Reinvited(FakeRelay.Phone.Replace("126", "101", StringComparison.Ordinal)));
        await leg.Answers();

        Assert.Contains("UDP/TLS/RTP/SAVPF 0 126\r\n", bench.Relay.Answered, StringComparison.Ordinal);
    }

    [Fact] // RFC 3264 section 6.1: the client offered PCMA, our session-accept took PCMU alone, and the phone changes to PCMA
    public async Task Phone_that_changes_to_a_codec_that_the_client_was_refused_is_transcoded()
    {
        await using var bench = new CallBench();
        var contents = Contents().Replace("<payload-type id='126'", "<payload-type id='8' name='PCMA' clockrate='8000'/><payload-type id='126'", StringComparison.Ordinal);
        var (leg, sink) = await Talk(bench, FakeRelay.Phone, contents);

        sink.TryPost(new SipCallEvent.Reinvited(FakeRelay.Phone.Replace("AVP 0 126", "AVP 8 126", StringComparison.Ordinal)));
        await leg.Answers();

        Assert.Contains("PCMU", bench.Relay.Offers.Last().Transcode);
        Assert.Contains("UDP/TLS/RTP/SAVPF 0 126\r\n", bench.Relay.Answered, StringComparison.Ordinal);
    }

    [Theory] // RFC 3261 section 14.2: as if the call were new, so its hold ends there unless its answer says so again; R-10
    [InlineData("", "unhold")]
    [InlineData("a=sendonly\r\n", null)]
    public async Task Phone_on_hold_that_asks_for_an_offer_can_resume(string direction, string? told)
    {
        await using var bench = new CallBench();
        var (leg, sink) = await Talk(bench, FakeRelay.Phone);
        sink.TryPost(new SipCallEvent.Reinvited(FakeRelay.Phone + "a=sendonly\r\n"));
        await leg.When("200 recvonly");

        sink.TryPost(new SipCallEvent.Reinvited(null));
        await leg.When("200 to re-INVITE");
        Assert.Contains("a=sendrecv\r\n", leg.Told.Last(), StringComparison.Ordinal);
        sink.TryPost(new SipCallEvent.Acknowledged(FakeRelay.Phone + direction));
        bench.Jingle("session-info", inner: "<hold xmlns='urn:xmpp:jingle:apps:rtp:info:1'/>"); // after whatever else is told
        await leg.When(done => done.StartsWith("re-INVITE", StringComparison.Ordinal));

        Assert.Equal(told is null ? "hold" : $"hold {told}", string.Join(' ', bench.Link.Infos));
    }

    [Fact] // transfers hold like this
    public async Task Answer_in_the_ACK_that_holds_is_told_to_the_client()
    {
        await using var bench = new CallBench();
        var (leg, sink) = await Talk(bench, FakeRelay.Phone);

        sink.TryPost(new SipCallEvent.Reinvited(null));
        await leg.Answers();
        sink.TryPost(new SipCallEvent.Acknowledged(FakeRelay.Phone + "a=inactive\r\n"));

        await bench.Link.Get("jingle", "session-info");
        Assert.Equal(["hold"], bench.Link.Infos);
    }

    [Fact] // RFC 3264 section 8: the version rises from description to description, also when ours has to wait for the phone's
    public async Task Hold_that_waits_for_the_phones_offer_goes_out_as_the_newer_description()
    {
        await using var bench = new CallBench();
        var (leg, sink) = await Talk(bench, FakeRelay.Phone);
        bench.Jingle("session-info", inner: "<hold xmlns='urn:xmpp:jingle:apps:rtp:info:1'/>");
        await leg.When("re-INVITE sendonly"); // and is refused by 491, which the stack keeps to itself

        sink.TryPost(new SipCallEvent.Reinvited(FakeRelay.Phone.Replace("AVP 0 126", "AVP 0 8 126", StringComparison.Ordinal) + "a=recvonly\r\n"));
        await leg.Answers();

        // The stack's queue is given the newer one before the answer starts it.
        Assert.Equal(["re-INVITE sendonly", "re-INVITE sendonly", "200 to re-INVITE"], leg.Done);
        var versions = leg.Told.Select(sdp => int.Parse(sdp.Split("o=")[1].Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.True(versions[1] >= versions[2], "ours goes out after the answer");
    }

    [Theory] // RFC 3264 section 6.1
    [InlineData("sendonly", "recvonly")]
    [InlineData("inactive", "inactive")]
    [InlineData("sendrecv", "sendrecv")]
    public async Task Phone_that_calls_on_hold_is_answered_so(string offered, string answered)
    {
        await using var bench = new CallBench();
        var leg = await Answered(bench, FakeRelay.Phone + $"a={offered}\r\n");

        Assert.Contains($"a={answered}\r\n", leg.Told.Last(), StringComparison.Ordinal);
    }

    [Fact] // what the phone is told is an offer, of a place where the relay listens, and with codecs that phones have
    public async Task Late_offer_is_the_relays_and_has_the_codecs_of_phones()
    {
        await using var bench = new CallBench();
        await Answered(bench, null);

        var offer = bench.Relay.Offers.Last();
        Assert.Equal(("x", MediaProfile.PlainRtp), (offer.FromTag, offer.Towards));
        Assert.Contains("PCMU", offer.Transcode);
        Assert.Contains("PCMA", offer.Transcode);
    }

    [Fact] // both change at once, and neither takes the other's back
    public async Task ICE_restart_that_waits_for_the_phones_move_does_not_move_it_back()
    {
        await using var bench = new CallBench();
        var (leg, sink) = await Talk(bench, FakeRelay.Phone);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Relay.Gate = gate.Task;

        sink.TryPost(new SipCallEvent.Reinvited(FakeRelay.Phone.Replace("4000", "4002", StringComparison.Ordinal)));
        bench.Jingle("transport-info", inner: "<content creator='initiator' name='0'>"
            + "<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='uf02' pwd='newnewnewnewnewnewnewnew'/></content>");
        gate.SetResult();
        await leg.Answers();
        await bench.Link.Get("jingle", "transport-info");

        Assert.Contains("m=audio 4002 ", bench.Relay.Answered, StringComparison.Ordinal);
    }

    [Fact] // the client was told that its video is sent by nobody
    public async Task Video_that_the_phone_refused_and_offers_later_is_refused_in_its_place()
    {
        await using var bench = new CallBench(options => options with
        {
            Trunks = options.Trunks.SetItem("pbx", options.Trunks["pbx"] with { Video = true }),
        });
        bench.Message(
            Juliet, Romeo, $"<propose xmlns='urn:xmpp:jingle-message:0' id='{Sid}'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/>"
            + "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='video'/></propose>");
        var (_, leg, sink) = await bench.Sip.Invited;
        sink.TryPost(new SipCallEvent.Answered(FakeRelay.Phone + "m=video 0 RTP/AVP 96\r\n"));
        await bench.WhenIn(CallState.Proceeded);
        var video = Contents().Replace("name='0'>", "name='1'>", StringComparison.Ordinal).Replace("media='audio'", "media='video'", StringComparison.Ordinal)
            .Replace("id='0' name='PCMU' clockrate='8000'", "id='96' name='VP8' clockrate='90000'", StringComparison.Ordinal);
        bench.Jingle("session-initiate", inner: Contents() + video);
        await bench.Link.Get("jingle", "session-accept");

        sink.TryPost(new SipCallEvent.Reinvited(FakeRelay.Phone + "m=video 4002 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n"));
        await leg.Answers();

        Assert.Contains("m=video 0 ", leg.Told.Last(), StringComparison.Ordinal);
        Assert.DoesNotContain("m=video 4002", bench.Relay.Offers.Last().Sdp, StringComparison.Ordinal);
    }

    /// <summary>A call to XMPP that is answered.</summary>
    private static async Task<FakeCall> Answered(CallBench bench, string? phone)
    {
        var (_, leg) = bench.Invite(sdp: phone);
        var sid = (await bench.Link.Get("propose")).Elements().First().Attribute("id")!.Value;
        bench.Jmi("proceed", sid);
        await bench.WhenIn(CallState.Initiated);
        bench.Jingle("session-accept", sid, inner: Contents("active"));
        await leg.When("200");
        return leg;
    }

    /// <summary>A call to SIP that both talk in.</summary>
    private static async Task<(FakeCall Leg, ISipCallSink Sink)> Talk(CallBench bench, string phone, string? contents = null)
    {
        bench.Propose();
        var (_, leg, sink) = await bench.Sip.Invited;
        sink.TryPost(new SipCallEvent.Answered(phone));
        await bench.WhenIn(CallState.Proceeded);
        bench.Jingle("session-initiate", inner: contents ?? Contents());
        await bench.WhenIn(CallState.Active);
        await bench.Link.Get("jingle", "session-accept");
        return (leg, sink);
    }
}
