using Gateway.Media.Relay;

namespace Gateway.Media.Tests.Relay;

/// <summary>What a phone changes while the WebRTC end is not asked: its stored description answers, in its own numbers.</summary>
public abstract partial class MediaRelayContract
{
    [Fact] // RFC 4568 section 7.1.4: many phones make new keys for every offer, be it only a hold
    public async Task Phone_changes_its_SDES_keys()
    {
        var phone = await PhoneAsync();
        phone.SendKey = NewKey();
        var web = await WebAsync(offers: false);
        var forWeb = await OfferAsync("phone", phone.Offer(DeskPhone), MediaProfile.WebRtc);
        var answer = web.Answer(forWeb, Browser);
        var forPhone = await AnswerAsync("phone", "web", answer, MediaProfile.PlainRtp);
        await web.OfferedAsync(forWeb);
        await phone.RemoteAsync(forPhone);
        await BothHearAsync(web, phone);

        phone.SendKey = NewKey();
        await OfferAsync("phone", phone.Offer(DeskPhone), MediaProfile.WebRtc, to: "web");
        var again = await AnswerAsync("phone", "web", web.Again("sendrecv"), MediaProfile.PlainRtp);
        Assert.Equal(forPhone.Port, again.Port);
        Assert.Single(again.All("crypto"));
        await phone.RemoteAsync(again);

        await BothHearAgainAsync(new(web, phone, forWeb, again, answer));
    }

    [Theory] // RFC 3264 section 8.3.2: fewer codecs; the WebRTC end goes on with the one that it has begun with
    [InlineData(true)]
    [InlineData(false)]
    public async Task Phone_changes_its_codec(bool phoneCalled)
    {
        var call = await CallAsync(byPhone: phoneCalled);

        await OfferAsync("phone", call.Phone.Offer([Codec.Pcma, Codec.Digits]), MediaProfile.WebRtc, "web", "opus", "G722", "PCMU");
        var forPhone = await AnswerAsync("phone", "web", call.Web.Again("sendrecv"), MediaProfile.PlainRtp);
        Assert.Equal(Codec.Pcma, forPhone.Codecs[0]);
        await call.Phone.RemoteAsync(forPhone);

        await BothHearAgainAsync(call);
    }

    [Fact] // RFC 3264 section 8.3.2: the WebRTC end has agreed to another, and goes on with that
    public async Task Phone_changes_to_a_codec_that_the_WebRTC_end_has_not()
    {
        var web = await WebAsync();
        var phone = await PhoneAsync();
        var forPhone = await OfferAsync("web", web.Offer([Codec.Pcmu]), MediaProfile.PlainRtp);
        var answer = phone.Answer(forPhone, DeskPhone);
        var forWeb = await AnswerAsync("web", "phone", answer, MediaProfile.WebRtc);
        await phone.RemoteAsync(forPhone);
        await web.AnsweredAsync(forWeb);
        await BothHearAsync(web, phone);

        await OfferAsync("phone", phone.Offer([Codec.Pcma]), MediaProfile.WebRtc, "web", "opus", "PCMU");
        var again = await AnswerAsync("phone", "web", web.Again("sendrecv"), MediaProfile.PlainRtp);
        Assert.Equal(Codec.Pcma, again.Codecs[0]);
        await phone.RemoteAsync(again);

        await BothHearAgainAsync(new(web, phone, forWeb, again, answer));
    }

    [Fact] // R-21, RFC 3264 section 8.3.2
    public async Task Phone_changes_its_payload_numbers()
    {
        var phone = await PhoneAsync();
        var web = await WebAsync(offers: false);
        var forWeb = await OfferAsync("phone", phone.Offer([Codec.Opus]), MediaProfile.WebRtc);
        var answer = web.Answer(forWeb, Browser);
        var forPhone = await AnswerAsync("phone", "web", answer, MediaProfile.PlainRtp);
        await web.OfferedAsync(forWeb);
        await phone.RemoteAsync(forPhone);
        await BothHearAsync(web, phone);

        var other = Codec.Opus with { Id = 96 };
        await OfferAsync("phone", phone.Offer([other]), MediaProfile.WebRtc, to: "web");
        var again = await AnswerAsync("phone", "web", web.Again("sendrecv"), MediaProfile.PlainRtp);
        Assert.Equal(other, again.Codecs[0]);
        await phone.RemoteAsync(again);

        await BothHearAgainAsync(new(web, phone, forWeb, again, answer));
    }

    [Fact] // RFC 3264 section 8.3.1: from one network into another
    public async Task Phone_moves_to_IPv6()
    {
        var call = await CallAsync();
        var other = await PhoneAsync("::1");

        await OfferAsync("phone", other.Offer(DeskPhone), MediaProfile.WebRtc, to: "web");
        var forPhone = await AnswerAsync("phone", "web", call.Web.Again("sendrecv"), MediaProfile.PlainRtp);
        Assert.Equal("::1", forPhone.Host);
        await call.Phone.CloseAsync();
        await call.Web.ForgetAsync();
        await other.RemoteAsync(forPhone);

        await BothHearAsync(call.Web, other);
    }

    [Fact] // RFC 3261 section 14.1: refused, and all is as before
    public async Task Change_that_cannot_be_had_leaves_the_call_as_it_was()
    {
        var call = await CallAsync(byPhone: true);

        await Relay.OfferAsync(new(Session, "phone", call.Phone.Offer([new Codec(18, "G729", 8000)]), MediaProfile.WebRtc) { ToTag = "web" }, default);

        await BothHearAgainAsync(call);
    }

    [Fact] // the 200 has to carry an offer, of what the WebRTC end took and of what phones have; the answer comes with the ACK
    public async Task Phone_that_is_offered_late_hears_and_is_heard()
    {
        var phone = await PhoneAsync();
        var web = await WebAsync(offers: false);
        var forWeb = await OfferAsync("phone", MadeUp(Browser), MediaProfile.WebRtc);
        await AnswerAsync("phone", "web", web.Answer(forWeb, [Codec.Opus]), MediaProfile.PlainRtp);
        await web.OfferedAsync(forWeb);

        var forPhone = await OfferAsync("web", web.Again("sendrecv", "actpass"), MediaProfile.PlainRtp, "phone", "PCMU", "PCMA", "telephone-event");
        var answer = phone.Answer(forPhone, DeskPhone);
        await phone.RemoteAsync(forPhone);
        await OfferAsync("web", web.Again("sendrecv", "actpass"), MediaProfile.PlainRtp, "phone", "PCMU", "telephone-event");
        await AnswerAsync("web", "phone", answer, MediaProfile.WebRtc);

        await BothHearAsync(web, phone);
    }

    [Fact] // R-37 and RFC 4568 section 7.1.4: what is in use goes on
    public async Task Phone_with_SDES_notices_nothing_of_an_ICE_restart()
    {
        var web = await WebAsync();
        var phone = await PhoneAsync();
        var forPhone = await OfferSecurelyAsync("web", web.Offer(Browser), MediaSrtp.Required);
        phone.SendKey = NewKey();
        phone.CryptoTag = Tag(forPhone);
        var answer = phone.Answer(forPhone, DeskPhone);
        var forWeb = await AnswerAsync("web", "phone", answer, MediaProfile.WebRtc);
        await phone.RemoteAsync(forPhone);
        await web.AnsweredAsync(forWeb);
        await BothHearAsync(web, phone);

        await web.RestartAsync();
        await OfferSecurelyAsync("web", web.Again("sendrecv"), MediaSrtp.Required);
        forWeb = await AnswerAsync("web", "phone", answer, MediaProfile.WebRtc);
        await web.ReconnectAsync(forWeb);

        await BothHearAgainAsync(new(web, phone, forWeb, forPhone, answer));
    }
}
