using Gateway.Media.Relay;

namespace Gateway.Media.Tests.Relay;

public abstract partial class MediaRelayContract
{
    [Fact] // S7
    public async Task WebRtc_end_with_opus_only_calls_a_phone_with_PCMU_only()
    {
        var web = await WebAsync();
        var phone = await PhoneAsync();

        var forPhone = await OfferAsync("web", web.Offer([Codec.Opus]), MediaProfile.PlainRtp, null, "PCMU", "PCMA");
        Assert.Contains(0, forPhone.Formats);
        var forWeb = await AnswerAsync("web", "phone", phone.Answer(forPhone, [Codec.Pcmu]), MediaProfile.WebRtc);
        Assert.Equal<Codec>([Codec.Opus], forWeb.Codecs);
        await phone.RemoteAsync(forPhone);
        await web.AnsweredAsync(forWeb);

        await BothHearAsync(web, phone);
    }

    public static TheoryData<string, bool> Pairs() => new()
    {
        { "PCMU", false }, { "PCMU", true }, { "PCMA", false }, { "PCMA", true }, { "G722", false }, { "G722", true },
    };

    [Theory] // each codec of phones against Opus, whoever calls
    [MemberData(nameof(Pairs))]
    public async Task Ends_without_a_common_codec_hear_each_other(string codec, bool phoneCalls)
    {
        var theirs = codec switch { "PCMU" => Codec.Pcmu, "PCMA" => Codec.Pcma, _ => Codec.G722 };
        var web = await WebAsync(offers: !phoneCalls);
        var phone = await PhoneAsync();
        if (phoneCalls)
        {
            var forWeb = await OfferAsync("phone", phone.Offer([theirs]), MediaProfile.WebRtc, null, "opus");
            var forPhone = await AnswerAsync("phone", "web", web.Answer(forWeb, [Codec.Opus]), MediaProfile.PlainRtp);
            Assert.Equal<Codec>([theirs], forPhone.Codecs);
            await web.OfferedAsync(forWeb);
            await phone.RemoteAsync(forPhone);
        }
        else
        {
            var forPhone = await OfferAsync("web", web.Offer([Codec.Opus]), MediaProfile.PlainRtp, null, codec);
            var forWeb = await AnswerAsync("web", "phone", phone.Answer(forPhone, [theirs]), MediaProfile.WebRtc);
            Assert.Equal<Codec>([Codec.Opus], forWeb.Codecs);
            await phone.RemoteAsync(forPhone);
            await web.AnsweredAsync(forWeb);
        }

        await BothHearAsync(web, phone);
    }

    [Fact] // S7
    public async Task Phone_with_PCMU_only_calls_a_WebRtc_end_with_opus_only()
    {
        var phone = await PhoneAsync();
        var web = await WebAsync(offers: false);

        var forWeb = await OfferAsync("phone", phone.Offer([Codec.Pcmu]), MediaProfile.WebRtc, null, "opus");
        var opus = Assert.Single(forWeb.Codecs, codec => codec.Name == "opus");
        Assert.Equal((48000, 2), (opus.Rate, opus.Channels));
        var forPhone = await AnswerAsync("phone", "web", web.Answer(forWeb, [Codec.Opus]), MediaProfile.PlainRtp);
        Assert.Equal<Codec>([Codec.Pcmu], forPhone.Codecs);
        await web.OfferedAsync(forWeb);
        await phone.RemoteAsync(forPhone);

        await BothHearAsync(web, phone);
    }

    [Fact] // S3 and S7: the phone took PCMU before the WebRTC end said that it has nothing but opus
    public async Task WebRtc_end_that_offers_late_and_only_opus_joins_by_transcoding()
    {
        var phone = await PhoneAsync();
        var forPhone = await OfferAsync("web", MadeUp(Browser), MediaProfile.PlainRtp);
        var stored = phone.Answer(forPhone, [Codec.Pcmu]);
        await AnswerAsync("web", "phone", stored, MediaProfile.PlainRtp);
        await phone.RemoteAsync(forPhone);

        var web = await WebAsync();
        await OfferAsync("web", web.Offer([Codec.Opus]), MediaProfile.PlainRtp, "phone", "PCMU", "PCMA");
        var forWeb = await AnswerAsync("web", "phone", stored, MediaProfile.WebRtc);
        Assert.Equal<Codec>([Codec.Opus], forWeb.Codecs);
        await web.AnsweredAsync(forWeb);

        await BothHearAsync(web, phone);
    }

    [Fact] // S8, R-40, RFC 4733
    public async Task Digits_pass_both_ways()
    {
        var call = await CallAsync();

        await call.Web.DialAsync("1#");
        Assert.Equal("1#", await call.Phone.HearsDigitsAsync(2));
        await call.Phone.DialAsync("*9");
        Assert.Equal("*9", await call.Web.HearsDigitsAsync(2));
    }

    [Theory] // R-40: a client that sends no telephone-event presses keys by signalling
    [InlineData(false)]
    [InlineData(true)]
    public async Task Keys_that_the_relay_is_told_of_are_heard_by_the_phone(bool transcoded)
    {
        var web = await WebAsync();
        var phone = await PhoneAsync();
        var forPhone = await OfferAsync("web", web.Offer(transcoded ? [Codec.Opus] : Dino), MediaProfile.PlainRtp, null, "PCMU", "telephone-event");
        var forWeb = await AnswerAsync("web", "phone", phone.Answer(forPhone, DeskPhone), MediaProfile.WebRtc);
        await phone.RemoteAsync(forPhone);
        await web.AnsweredAsync(forWeb);
        await BothHearAsync(web, phone);

        var result = await Relay.PlayDigitAsync(new(Session, "phone", '7', TimeSpan.FromMilliseconds(120)), default);
        Assert.True(result.IsOk, result.Detail);
        Assert.Equal("7", await phone.HearsDigitsAsync(1));
        await BothHearAgainAsync(new(web, phone, forWeb, forPhone, ""));
    }

    [Fact] // R-40: then it is said otherwise, or refused
    public async Task Keys_for_a_session_never_offered_are_refused()
    {
        var result = await Relay.PlayDigitAsync(new(Session, "phone", '7', TimeSpan.FromMilliseconds(120)), default);

        Assert.Equal(MediaFault.Refused, result.Fault);
    }

    [Fact] // S8, R-21: ring-first numbered telephone-event before the client spoke, as Firefox's differs from libwebrtc's
    public async Task Digits_pass_both_ways_once_a_phone_with_other_numbers_was_offered_anew()
    {
        var phone = await PhoneAsync();
        var forPhone = await OfferAsync("web", MadeUp(Browser), MediaProfile.PlainRtp);
        var stored = phone.Answer(forPhone, DeskPhone);
        await AnswerAsync("web", "phone", stored, MediaProfile.PlainRtp);
        await phone.RemoteAsync(forPhone);

        var web = await WebAsync();
        Codec[] codecs = [Codec.Pcmu, Codec.Digits with { Id = 101 }];
        forPhone = await OfferAsync("web", web.Offer(codecs), MediaProfile.PlainRtp, to: "phone");
        var forWeb = await AnswerAsync("web", "phone", phone.Answer(forPhone, DeskPhone), MediaProfile.WebRtc);
        Assert.Equal<Codec>(codecs, forWeb.Codecs);
        await phone.RemoteAsync(forPhone);
        await web.AnsweredAsync(forWeb);
        await BothHearAsync(web, phone);

        await web.DialAsync("1#");
        Assert.Equal("1#", await phone.HearsDigitsAsync(2));
        await phone.DialAsync("*9");
        Assert.Equal("*9", await web.HearsDigitsAsync(2));
    }

    [Fact] // S9, R-21
    public async Task Opus_passes_both_ways_though_the_ends_number_it_differently()
    {
        var phone = await PhoneAsync();
        var forPhone = await OfferAsync("web", MadeUp(Browser), MediaProfile.PlainRtp);
        var stored = phone.Answer(forPhone, [Codec.Opus]);
        await AnswerAsync("web", "phone", stored, MediaProfile.PlainRtp);
        await phone.RemoteAsync(forPhone);

        var web = await WebAsync();
        var theirs = Codec.Opus with { Id = 96 };
        await OfferAsync("web", web.Offer([theirs]), MediaProfile.PlainRtp, to: "phone");
        var forWeb = await AnswerAsync("web", "phone", stored, MediaProfile.WebRtc);
        Assert.Equal<Codec>([theirs], forWeb.Codecs);
        await web.AnsweredAsync(forWeb);

        await BothHearAsync(web, phone);
    }

    [Fact] // R-41: digits of a client that sends opus have its clock
    public async Task Digits_pass_between_a_client_at_48000_and_a_phone_at_8000()
    {
        var web = await WebAsync();
        var phone = await PhoneAsync();
        var forPhone = await OfferAsync(
            "web", web.Offer([Codec.Opus, Codec.WideDigits]), MediaProfile.PlainRtp, null, "PCMU", "telephone-event");
        var forWeb = await AnswerAsync("web", "phone", phone.Answer(forPhone, [Codec.Pcmu, Codec.Digits]), MediaProfile.WebRtc);
        await phone.RemoteAsync(forPhone);
        await web.AnsweredAsync(forWeb);
        await BothHearAsync(web, phone);

        await web.DialAsync("5");
        Assert.Equal("5", await phone.HearsDigitsAsync(1));
        await phone.DialAsync("8");
        Assert.Equal("8", await web.HearsDigitsAsync(1));
    }
}
