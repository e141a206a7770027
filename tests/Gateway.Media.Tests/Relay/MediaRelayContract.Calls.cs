using Gateway.Media.Relay;

namespace Gateway.Media.Tests.Relay;

public abstract partial class MediaRelayContract
{
    [Fact] // S1
    public async Task WebRtc_end_calls_a_phone_and_both_hear_each_other()
    {
        var web = await WebAsync();
        var phone = await PhoneAsync();

        var forPhone = await OfferAsync("web", web.Offer(Browser), MediaProfile.PlainRtp);
        IsForPhones(forPhone);
        var forWeb = await AnswerAsync("web", "phone", phone.Answer(forPhone, [Codec.Pcmu]), MediaProfile.WebRtc);
        IsForWebRtc(forWeb, isOffer: false);
        await phone.RemoteAsync(forPhone);
        await web.AnsweredAsync(forWeb);

        await BothHearAsync(web, phone);
    }

    [Fact] // S2
    public async Task Phone_calls_a_WebRtc_end_and_both_hear_each_other()
    {
        var phone = await PhoneAsync();
        var web = await WebAsync(offers: false);

        var forWeb = await OfferAsync("phone", phone.Offer(DeskPhone), MediaProfile.WebRtc);
        IsForWebRtc(forWeb, isOffer: true);
        var forPhone = await AnswerAsync("phone", "web", web.Answer(forWeb, Browser), MediaProfile.PlainRtp);
        IsForPhones(forPhone);
        await web.OfferedAsync(forWeb);
        await phone.RemoteAsync(forPhone);

        await BothHearAsync(web, phone);
    }

    /// <summary>
    /// Ring-first (J-20): the phone is invited with a description made up on the WebRTC end's behalf; when that end's own
    /// offer comes, the phone is long answering, and is not asked again.
    /// </summary>
    [Theory] // S3
    [InlineData(true)]
    [InlineData(false)]
    public async Task WebRtc_end_that_offers_after_the_phone_answered_joins_without_a_new_offer_to_the_phone(bool candidatesInOffer)
    {
        var phone = await PhoneAsync();
        var forPhone = await OfferAsync("web", MadeUp(Browser), MediaProfile.PlainRtp);
        IsForPhones(forPhone);
        var stored = phone.Answer(forPhone, DeskPhone);
        await AnswerAsync("web", "phone", stored, MediaProfile.PlainRtp);
        await phone.RemoteAsync(forPhone); // early media, which nobody can hear yet

        var web = await WebAsync();
        var unused = await OfferAsync("web", web.Offer(Browser, candidatesInOffer), MediaProfile.PlainRtp, to: "phone");
        Assert.Equal((forPhone.Host, forPhone.Port), (unused.Host, unused.Port));
        var forWeb = await AnswerAsync("web", "phone", stored, MediaProfile.WebRtc);
        IsForWebRtc(forWeb, isOffer: false);
        await web.AnsweredAsync(forWeb);
        if (!candidatesInOffer)
        {
            await TrickleAsync("web", web.Fragment());
        }

        await BothHearAsync(web, phone);
    }

    [Fact] // S3: what the phone sends while the WebRTC end is still to come is not lost on the counters
    public async Task Early_media_for_nobody_yet_are_counted()
    {
        var phone = await PhoneAsync();
        var forPhone = await OfferAsync("web", MadeUp(Browser), MediaProfile.PlainRtp);
        await AnswerAsync("web", "phone", phone.Answer(forPhone, DeskPhone), MediaProfile.PlainRtp);
        await phone.RemoteAsync(forPhone);

        MediaStatistics? statistics;
        do
        {
            statistics = await Relay.QueryAsync(Session, default);
        }
        while (statistics!.Ends.Single(end => end.Tag == "phone").Packets == 0);
    }

    [Fact] // S3: Dino knows one telephone-event or none, and numbers of its own
    public async Task WebRtc_end_that_offers_late_with_other_payload_numbers_still_hears_and_is_heard()
    {
        var phone = await PhoneAsync();
        var forPhone = await OfferAsync("web", MadeUp(Browser), MediaProfile.PlainRtp);
        var stored = phone.Answer(forPhone, DeskPhone);
        await AnswerAsync("web", "phone", stored, MediaProfile.PlainRtp);
        await phone.RemoteAsync(forPhone);

        var web = await WebAsync();
        Codec[] dino = [Codec.Opus with { Id = 96 }, Codec.Pcmu, Codec.Pcma];
        await OfferAsync("web", web.Offer(dino), MediaProfile.PlainRtp, to: "phone");
        var forWeb = await AnswerAsync("web", "phone", stored, MediaProfile.WebRtc);
        await web.AnsweredAsync(forWeb);

        await BothHearAsync(web, phone);
    }

    [Fact] // S4, R-42
    public async Task Phone_that_plays_before_it_answers_is_heard()
    {
        var web = await WebAsync();
        var phone = await PhoneAsync();
        var forPhone = await OfferAsync("web", web.Offer(Browser), MediaProfile.PlainRtp);
        var early = phone.Answer(forPhone, DeskPhone);

        var forWeb = await AnswerAsync("web", "phone", early, MediaProfile.WebRtc); // of a 183
        await phone.RemoteAsync(forPhone);
        await web.AnsweredAsync(forWeb);
        await web.HearsAsync();

        var again = await AnswerAsync("web", "phone", early, MediaProfile.WebRtc); // of the 200
        Assert.Equal((forWeb.Port, forWeb.Value("ice-ufrag"), forWeb.Value("fingerprint"), forWeb.Value("setup")),
            (again.Port, again.Value("ice-ufrag"), again.Value("fingerprint"), again.Value("setup")));
        await phone.HearsAsync();
    }

    [Fact] // S4: a forking proxy's 183 came from one phone, its 200 from another
    public async Task Phone_that_answers_in_another_ones_place_is_heard_instead()
    {
        var web = await WebAsync();
        var early = await PhoneAsync();
        var phone = await PhoneAsync();
        var forPhone = await OfferAsync("web", web.Offer(Browser), MediaProfile.PlainRtp);
        await web.AnsweredAsync(await AnswerAsync("web", "phone", early.Answer(forPhone, DeskPhone), MediaProfile.WebRtc));
        await early.RemoteAsync(forPhone);
        await web.HearsAsync();
        await early.CloseAsync();

        await AnswerAsync("web", "phone", phone.Answer(forPhone, DeskPhone), MediaProfile.WebRtc);
        await web.ForgetAsync();
        await phone.RemoteAsync(forPhone);

        await BothHearAsync(web, phone);
    }

    [Theory] // RFC 5763 section 5: the end that answers may take either role
    [InlineData("active")]
    [InlineData("passive")]
    public async Task Called_WebRtc_end_chooses_its_DTLS_role(string setup)
    {
        var phone = await PhoneAsync();
        var web = await WebAsync(offers: false);
        var forWeb = await OfferAsync("phone", phone.Offer(DeskPhone), MediaProfile.WebRtc);
        var forPhone = await AnswerAsync("phone", "web", web.Answer(forWeb, Browser, setup: setup), MediaProfile.PlainRtp);
        await web.RemoteAsync(forWeb, setup == "active" ? "client" : "server");
        await phone.RemoteAsync(forPhone);

        await BothHearAsync(web, phone);
    }

    [Fact] // as Dino offers: SDES beside DTLS, candidates of two components, other codecs, no telephone-event
    public async Task Offer_with_more_than_is_needed_is_answered_with_what_is()
    {
        var web = await WebAsync();
        var phone = await PhoneAsync();
        var offer = web.Offer([Codec.Opus, new(112, "speex", 32000), new(113, "speex", 16000), Codec.Pcmu, Codec.Pcma])
            + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n"
            + "a=candidate:1 2 udp 2130706430 127.0.0.1 9999 typ host\r\n";

        var forPhone = await OfferAsync("web", offer, MediaProfile.PlainRtp);
        IsForPhones(forPhone);
        var forWeb = await AnswerAsync("web", "phone", phone.Answer(forPhone, DeskPhone), MediaProfile.WebRtc);
        IsForWebRtc(forWeb, isOffer: false);
        await phone.RemoteAsync(forPhone);
        await web.AnsweredAsync(forWeb);

        await BothHearAsync(web, phone);
    }

    [Fact] // RFC 4568, as phones of a TLS trunk have it
    public async Task Phone_that_speaks_SRTP_by_SDES_is_answered_and_later_offered_the_same()
    {
        const string crypto = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n";
        var phone = await PhoneAsync();
        var web = await WebAsync(offers: false);
        var offer = phone.Offer(DeskPhone).Replace("RTP/AVP", "RTP/SAVP", StringComparison.Ordinal) + crypto;

        var forWeb = await OfferAsync("phone", offer, MediaProfile.WebRtc);
        IsForWebRtc(forWeb, isOffer: true);
        var forPhone = await AnswerAsync("phone", "web", web.Answer(forWeb, Browser), MediaProfile.PlainRtp);
        Assert.Equal("RTP/SAVP", forPhone.Protocol);
        Assert.Single(forPhone.All("crypto"));

        var held = await OfferAsync("web", web.Again("sendonly"), MediaProfile.PlainRtp, to: "phone");
        Assert.Equal("RTP/SAVP", held.Protocol);
        Assert.Contains(held.All("crypto"), line => line.Contains(" AES_CM_128_HMAC_SHA1_80 ", StringComparison.Ordinal));
        Assert.DoesNotContain(held.All("crypto"), line => line.Contains(" NULL_", StringComparison.Ordinal));
    }

    [Fact] // S10
    public async Task Deleted_session_is_unknown_and_deleting_it_again_succeeds()
    {
        var web = await WebAsync();
        var forPhone = await OfferAsync("web", web.Offer(Browser), MediaProfile.PlainRtp);
        Assert.NotNull(await Relay.QueryAsync(Session, default));

        Assert.True((await Relay.DeleteAsync(Session, default)).IsOk);
        Assert.True((await Relay.DeleteAsync(Session, default)).IsOk);

        Assert.Null(await Relay.QueryAsync(Session, default));
        using var freed = new System.Net.Sockets.UdpClient(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, forPhone.Port));
    }

    [Fact] // S10
    public async Task Released_session_is_unknown_at_once_and_its_ports_are_free_soon()
    {
        var web = await WebAsync();
        var forPhone = await OfferAsync("web", web.Offer(Browser), MediaProfile.PlainRtp);

        Assert.True((await Relay.ReleaseAsync(Session, default)).IsOk);
        Assert.True((await Relay.ReleaseAsync(Session, default)).IsOk);

        Assert.Null(await Relay.QueryAsync(Session, default));
        await FreeAsync(forPhone.Port).WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static async Task FreeAsync(int port)
    {
        while (!IsFree(port))
        {
            await Task.Yield();
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var freed = new System.Net.Sockets.UdpClient(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, port));
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    [Fact]
    public async Task Query_counts_the_packets_of_each_end()
    {
        var phone = await PhoneAsync();
        var web = await WebAsync(offers: false);
        var forWeb = await OfferAsync("phone", phone.Offer(DeskPhone), MediaProfile.WebRtc);
        var forPhone = await AnswerAsync("phone", "web", web.Answer(forWeb, Browser), MediaProfile.PlainRtp);
        await web.OfferedAsync(forWeb);
        await phone.RemoteAsync(forPhone);
        await BothHearAsync(web, phone);

        var statistics = await Relay.QueryAsync(Session, default);

        Assert.Equal(["phone", "web"], statistics!.Ends.Select(end => end.Tag).Order());
        Assert.All(statistics.Ends, end => Assert.True(end is { Packets: > 0, Bytes: > 0, LastPacket: > 0 }, end.ToString()));
    }

    /// <summary>What the gateway says for an end that has not spoken: the codecs that WebRTC clients have, no address yet.</summary>
    private protected static string MadeUp(IEnumerable<Codec> codecs)
    {
        var all = codecs.ToList();
        return "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
            + $"m=audio 9 RTP/AVP {string.Join(' ', all.Select(codec => codec.Id))}\r\n"
            + string.Concat(all.Select(codec => $"a=rtpmap:{codec}\r\n")) + "a=sendrecv\r\n";
    }
}
