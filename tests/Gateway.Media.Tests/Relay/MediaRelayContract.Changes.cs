using Gateway.Media.Relay;

namespace Gateway.Media.Tests.Relay;

public abstract partial class MediaRelayContract
{
    [Theory] // S6, R-10: RFC 3264 section 8.4
    [InlineData(true)]
    [InlineData(false)]
    public async Task Phone_holds_and_resumes(bool phoneCalled)
    {
        var call = await CallAsync(byPhone: phoneCalled);

        // The WebRTC end is told of the hold in its own protocol's words; its stored description answers for it.
        var forWeb = await OfferAsync("phone", call.Phone.Offer(DeskPhone, "sendonly"), MediaProfile.WebRtc, to: "web");
        Assert.Equal("sendonly", forWeb.Direction);
        Assert.Equal(call.ForWeb.Value("ice-ufrag"), forWeb.Value("ice-ufrag"));
        Assert.Equal(call.ForWeb.Value("fingerprint"), forWeb.Value("fingerprint"));
        var held = await AnswerAsync("phone", "web", call.Web.Again("recvonly"), MediaProfile.PlainRtp);
        Assert.Equal("recvonly", held.Direction);
        Assert.Equal(call.ForPhone.Port, held.Port);
        await call.Web.ForgetAsync();
        await call.Web.HearsAsync(); // the phone's music

        await OfferAsync("phone", call.Phone.Offer(DeskPhone), MediaProfile.WebRtc, to: "web");
        var resumed = await AnswerAsync("phone", "web", call.Web.Again("sendrecv"), MediaProfile.PlainRtp);
        Assert.Equal("sendrecv", resumed.Direction);
        Assert.Equal(call.ForPhone.Port, resumed.Port);

        await BothHearAgainAsync(call);
    }

    [Theory] // S6, R-10: session-info hold becomes a re-INVITE that the gateway writes
    [InlineData(true)]
    [InlineData(false)]
    public async Task WebRtc_end_holds_and_resumes(bool phoneCalled)
    {
        var call = await CallAsync(byPhone: phoneCalled);

        var forPhone = await OfferAsync("web", call.Web.Again("sendonly"), MediaProfile.PlainRtp, to: "phone");
        Assert.Equal("sendonly", forPhone.Direction);
        Assert.Equal(call.ForPhone.Port, forPhone.Port);
        var forWeb = await AnswerAsync("web", "phone", call.Phone.Offer(DeskPhone, "recvonly"), MediaProfile.WebRtc);
        Assert.Equal("recvonly", forWeb.Direction);

        forPhone = await OfferAsync("web", call.Web.Again("sendrecv"), MediaProfile.PlainRtp, to: "phone");
        Assert.Equal("sendrecv", forPhone.Direction);
        forWeb = await AnswerAsync("web", "phone", call.Phone.Offer(DeskPhone), MediaProfile.WebRtc);

        Assert.Equal(call.ForWeb.Value("ice-ufrag"), forWeb.Value("ice-ufrag"));
        Assert.Equal(call.ForWeb.Value("fingerprint"), forWeb.Value("fingerprint"));
        await BothHearAgainAsync(call);
    }

    [Theory] // S6, R-37 and R-31: new credentials, new candidates, the same DTLS association; RFC 8842 section 5.5: actpass again
    [InlineData(true, "active", "active")]
    [InlineData(false, "active", "active")]
    [InlineData(true, "active", "actpass")]
    [InlineData(false, "active", "actpass")]
    [InlineData(true, "passive", "actpass")]
    public async Task WebRtc_end_restarts_ICE_and_the_phone_notices_nothing(bool phoneCalled, string role, string setup)
    {
        var call = await CallAsync(byPhone: phoneCalled, role);
        await call.Web.RestartAsync();

        var unused = await OfferAsync("web", call.Web.Again("sendrecv", setup), MediaProfile.PlainRtp, to: "phone");
        Assert.Equal(call.ForPhone.Port, unused.Port);
        var forWeb = await AnswerAsync("web", "phone", call.Phone.Offer(DeskPhone), MediaProfile.WebRtc);
        Assert.Equal(call.ForWeb.Value("fingerprint"), forWeb.Value("fingerprint"));
        await call.Web.ReconnectAsync(forWeb);

        await BothHearAgainAsync(call);
    }

    [Fact] // the phone moved, or its proxy switched to another media server
    public async Task Phone_moves_to_another_port()
    {
        var call = await CallAsync();
        var other = await PhoneAsync();

        await OfferAsync("phone", other.Offer(DeskPhone), MediaProfile.WebRtc, to: "web");
        var forPhone = await AnswerAsync("phone", "web", call.Web.Again("sendrecv"), MediaProfile.PlainRtp);
        await call.Phone.CloseAsync();
        await call.Web.ForgetAsync();
        await other.RemoteAsync(forPhone);

        await BothHearAsync(call.Web, other);
    }

    [Fact] // S6 and S7: a re-offer names the codecs to transcode again
    public async Task Transcoded_call_survives_an_ICE_restart()
    {
        var web = await WebAsync();
        var phone = await PhoneAsync();
        var forPhone = await OfferAsync("web", web.Offer([Codec.Opus]), MediaProfile.PlainRtp, null, "PCMU");
        var answer = phone.Answer(forPhone, [Codec.Pcmu]);
        var forWeb = await AnswerAsync("web", "phone", answer, MediaProfile.WebRtc);
        await phone.RemoteAsync(forPhone);
        await web.AnsweredAsync(forWeb);
        await BothHearAsync(web, phone);

        await web.RestartAsync();
        await OfferAsync("web", web.Again("sendrecv"), MediaProfile.PlainRtp, "phone", "PCMU");
        forWeb = await AnswerAsync("web", "phone", answer, MediaProfile.WebRtc);
        await web.ReconnectAsync(forWeb);

        await BothHearAgainAsync(new(web, phone, forWeb, forPhone, answer));
    }
}
