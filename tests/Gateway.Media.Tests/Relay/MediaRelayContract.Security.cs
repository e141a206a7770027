using System.Net.Sockets;
using System.Security.Cryptography;
using Gateway.Media.Relay;

namespace Gateway.Media.Tests.Relay;

public abstract partial class MediaRelayContract
{
    [Fact] // RFC 4568: the phone offers its keys
    public async Task Phone_that_calls_with_SDES_hears_and_is_heard()
    {
        var phone = await PhoneAsync();
        phone.SendKey = NewKey();
        var web = await WebAsync(offers: false);

        var forWeb = await OfferAsync("phone", phone.Offer(DeskPhone), MediaProfile.WebRtc);
        IsForWebRtc(forWeb, isOffer: true);
        var forPhone = await AnswerAsync("phone", "web", web.Answer(forWeb, Browser), MediaProfile.PlainRtp);
        Assert.Equal("RTP/SAVP", forPhone.Protocol);
        await web.OfferedAsync(forWeb);
        await phone.RemoteAsync(forPhone);

        await BothHearAsync(web, phone);
    }

    [Fact] // the trunk asks for SRTP, so the phone is offered keys
    public async Task Phone_that_is_called_with_SDES_hears_and_is_heard()
    {
        var web = await WebAsync();
        var phone = await PhoneAsync();

        var forPhone = await OfferSecurelyAsync("web", web.Offer(Browser), MediaSrtp.Required);
        Assert.Equal("RTP/SAVP", forPhone.Protocol);
        phone.SendKey = NewKey();
        phone.CryptoTag = Tag(forPhone);
        var forWeb = await AnswerAsync("web", "phone", phone.Answer(forPhone, DeskPhone), MediaProfile.WebRtc);
        IsForWebRtc(forWeb, isOffer: false);
        await phone.RemoteAsync(forPhone);
        await web.AnsweredAsync(forWeb);

        await BothHearAsync(web, phone);
    }

    [Fact]
    public async Task Both_ends_may_have_IPv6_addresses()
    {
        var phone = await PhoneAsync("::1");
        var web = await WebAsync(offers: false, host: "::1");

        var forWeb = await OfferAsync("phone", phone.Offer(DeskPhone), MediaProfile.WebRtc);
        Assert.Contains(forWeb.Candidates, candidate => candidate.Split(' ')[4] == "::1");
        var forPhone = await AnswerAsync("phone", "web", web.Answer(forWeb, Browser), MediaProfile.PlainRtp);
        Assert.Equal("::1", forPhone.Host);
        await web.OfferedAsync(forWeb);
        await phone.RemoteAsync(forPhone);

        await BothHearAsync(web, phone);
    }

    [Fact] // a gateway with both families, whose phones know one
    public async Task Phone_is_offered_an_address_of_its_own_family()
    {
        var web = await WebAsync();
        var phone = await PhoneAsync("::1");

        var forPhone = Sdp(await Relay.OfferAsync(
            new(Session, "web", web.Offer(Browser), MediaProfile.PlainRtp) { Family = AddressFamily.InterNetworkV6 }, default));
        Assert.Equal("::1", forPhone.Host);
        var forWeb = await AnswerAsync("web", "phone", phone.Answer(forPhone, DeskPhone), MediaProfile.WebRtc);
        await phone.RemoteAsync(forPhone);
        await web.AnsweredAsync(forWeb);

        await BothHearAsync(web, phone);
    }

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(30));

    private static int Tag(Description offer) => int.Parse(
        offer.All("crypto").First(line => line.Contains(" AES_CM_128_HMAC_SHA1_80 ", StringComparison.Ordinal)).Split(' ')[0],
        System.Globalization.CultureInfo.InvariantCulture);
}
