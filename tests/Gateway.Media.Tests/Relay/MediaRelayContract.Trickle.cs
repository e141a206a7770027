using Gateway.Media.Relay;

namespace Gateway.Media.Tests.Relay;

public abstract partial class MediaRelayContract
{
    [Theory] // S5, R-35: before or after the other end answered
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(true, false)] // Movim leaves out the password
    public async Task Candidates_of_the_offering_end_may_come_later(bool answeredFirst, bool withPassword)
    {
        var web = await WebAsync();
        var phone = await PhoneAsync();
        var forPhone = await OfferAsync("web", web.Offer(Browser, candidates: false), MediaProfile.PlainRtp);
        Assert.Equal("sendrecv", forPhone.Direction);
        if (!answeredFirst)
        {
            await TrickleAsync("web", web.Fragment(withPassword));
        }

        var forWeb = await AnswerAsync("web", "phone", phone.Answer(forPhone, DeskPhone), MediaProfile.WebRtc);
        Assert.Equal(3, forWeb.Formats.Length);
        await phone.RemoteAsync(forPhone);
        await web.AnsweredAsync(forWeb);
        if (answeredFirst)
        {
            await TrickleAsync("web", web.Fragment(withPassword));
        }

        await BothHearAsync(web, phone);
    }

    [Theory] // S5, R-35: transport-info may overtake session-accept
    [InlineData(false)]
    [InlineData(true)]
    public async Task Candidates_of_the_answering_end_may_come_before_or_after_its_answer(bool answeredFirst)
    {
        var phone = await PhoneAsync();
        var web = await WebAsync(offers: false);
        var forWeb = await OfferAsync("phone", phone.Offer(DeskPhone), MediaProfile.WebRtc);
        var answer = web.Answer(forWeb, Browser, candidates: false);
        if (!answeredFirst)
        {
            await TrickleAsync("web", web.Fragment());
        }

        var forPhone = await AnswerAsync("phone", "web", answer, MediaProfile.PlainRtp);
        Assert.Equal("sendrecv", forPhone.Direction);
        await web.OfferedAsync(forWeb);
        await phone.RemoteAsync(forPhone);
        if (answeredFirst)
        {
            await TrickleAsync("web", web.Fragment());
        }

        await BothHearAsync(web, phone);
    }

    [Fact] // RFC 8839 section 4.3.1 leaves the address to the author; 0.0.0.0 is what most write
    public async Task Address_that_ICE_will_replace_may_be_any()
    {
        var web = await WebAsync();
        var phone = await PhoneAsync();
        var offer = web.Offer(Browser, candidates: false).Replace("0.0.0.0", "192.0.2.1", StringComparison.Ordinal);
        var forPhone = await OfferAsync("web", offer, MediaProfile.PlainRtp);
        Assert.Equal("sendrecv", forPhone.Direction);
        await TrickleAsync("web", web.Fragment());
        var forWeb = await AnswerAsync("web", "phone", phone.Answer(forPhone, DeskPhone), MediaProfile.WebRtc);
        await phone.RemoteAsync(forPhone);
        await web.AnsweredAsync(forWeb);

        await BothHearAsync(web, phone);
    }

    [Fact] // As sent by real clients: Dino's candidates of component 2, libwebrtc's TCP ones and mDNS names
    public async Task Candidates_of_no_use_do_no_harm()
    {
        var web = await WebAsync();
        var phone = await PhoneAsync();
        var forPhone = await OfferAsync("web", web.Offer(Browser, candidates: false), MediaProfile.PlainRtp);
        var forWeb = await AnswerAsync("web", "phone", phone.Answer(forPhone, DeskPhone), MediaProfile.WebRtc);
        await phone.RemoteAsync(forPhone);
        await web.AnsweredAsync(forWeb);

        await TrickleAsync("web", web.Fragment()
            + "a=candidate:1 2 udp 2130706430 127.0.0.1 9999 typ host\r\n"
            + "a=candidate:2 1 tcp 1518280447 127.0.0.1 9 typ host tcptype active\r\n"
            + "a=candidate:3 1 udp 2113937151 4f6c2d1e-7d3f-4b3f-9b52-3f6f0a1b2c3d.local 50000 typ host\r\n");

        await BothHearAsync(web, phone);
    }

    [Fact]
    public async Task Candidates_for_a_session_never_offered_are_refused()
    {
        var web = await WebAsync();

        var result = await Relay.TrickleAsync(new(Session, "web", web.Fragment()), default);

        Assert.Equal(MediaFault.Refused, result.Fault);
    }
}
