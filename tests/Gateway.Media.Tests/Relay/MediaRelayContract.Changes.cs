using System.Globalization;
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

    [Theory] // S6, R-37 and R-31: new credentials, new candidates, the same DTLS association
    [InlineData(true)]
    [InlineData(false)]
    public async Task WebRtc_end_restarts_ICE_and_the_phone_notices_nothing(bool phoneCalled)
    {
        var call = await CallAsync(byPhone: phoneCalled);
        await call.Web.RestartAsync();

        var unused = await OfferAsync("web", call.Web.Again("sendrecv"), MediaProfile.PlainRtp, to: "phone");
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

    [Fact] // RFC 3264 section 8: one session id towards an end, a version that grows with every change and with nothing else
    public async Task Descriptions_for_the_phone_keep_their_origin_though_their_authors_change()
    {
        var phone = await PhoneAsync();
        var invited = await OfferAsync("web", MadeUp(Browser), MediaProfile.PlainRtp);
        var stored = phone.Answer(invited, DeskPhone);
        await AnswerAsync("web", "phone", stored, MediaProfile.PlainRtp);
        var web = await WebAsync();
        var late = await OfferAsync("web", web.Offer(Browser), MediaProfile.PlainRtp, to: "phone");
        await AnswerAsync("web", "phone", stored, MediaProfile.WebRtc);

        var held = await OfferAsync("web", web.Again("sendonly"), MediaProfile.PlainRtp, to: "phone");
        var again = await OfferAsync("web", web.Again("sendonly"), MediaProfile.PlainRtp, to: "phone");

        Assert.Single(new[] { invited, late, held, again }.Select(d => (d.Origin[0], d.Origin[1], d.Origin[5])).Distinct());
        Assert.True(ulong.Parse(held.Origin[2], CultureInfo.InvariantCulture)
            > ulong.Parse(invited.Origin[2], CultureInfo.InvariantCulture));
        Assert.Equal(held.Sdp, again.Sdp);
    }
}
