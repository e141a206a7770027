using System.Text.Json.Nodes;
using Gateway.Interop.Tests.Sites;
using Gateway.Testing;
using Gateway.Testing.Phones;
using Gateway.Testing.Servers;

namespace Gateway.Interop.Tests.Browser;

/// <summary>Calls with libwebrtc, by each engine: what a browser, and with it most phones, does and takes.</summary>
[Collection(BesideProsody.Name)]
public sealed class BrowserCallTests(ProsodySite site)
{
    private const int BrowsersTone = 523;
    private const int PhonesTone = 1000;

    [Theory]
    [InlineData("embedded")]
    [InlineData("rtpengine")]
    public async Task Browser_calls_a_phone_and_each_hears_the_others_tone(string engine)
    {
        await using var gateway = await StartAsync(engine);
        await using var phone = await StartPhoneAsync(gateway, AnswerMode.Auto);
        await using var browser = await StartBrowserAsync();

        var sid = await browser.Phone.CallAsync("1001@" + gateway.Component);
        await browser.Phone.SeesAsync("proceed", sid);
        await browser.Phone.SeesAsync("session-accept", sid);
        await phone.HearsToneAsync(BrowsersTone);
        var heard = await browser.Phone.HearsToneAsync(sid, PhonesTone);
        await browser.Phone.HangUpAsync(sid);

        Assert.Equal("connected", heard.Dtls);
        await phone.ReceivesAsync("BYE");
        await gateway.Process.HasNoSessionAsync();
    }

    [Theory]
    [InlineData("embedded")]
    [InlineData("rtpengine")]
    public async Task Phone_calls_a_browser_and_each_hears_the_others_tone(string engine)
    {
        await using var gateway = await StartAsync(engine);
        await using var phone = await StartPhoneAsync(gateway, AnswerMode.Manual);
        await using var browser = await StartBrowserAsync();

        var sid = await CalledAsync(phone, browser);
        await phone.SeesAsync("CALL_ESTABLISHED");
        await phone.HearsToneAsync(BrowsersTone);
        await browser.Phone.HearsToneAsync(sid, PhonesTone);
        await phone.HangUpAsync();

        Assert.Equal("success", (string?)(await browser.Phone.SeesAsync("ended", sid))["reason"]);
        await gateway.Process.HasNoSessionAsync();
    }

    [Theory] // the phone knows PCMU and PCMA
    [InlineData("embedded", true)]
    [InlineData("embedded", false)]
    [InlineData("rtpengine", true)]
    public async Task Browser_with_Opus_alone_is_transcoded(string engine, bool isCaller)
    {
        await using var gateway = await StartAsync(engine);
        await using var phone = await StartPhoneAsync(gateway, AnswerMode.Auto);
        await using var browser = await StartBrowserAsync();
        await browser.Phone.UseOnlyAsync("audio/opus");

        var sid = isCaller ? await browser.Phone.CallAsync("1001@" + gateway.Component) : await CalledAsync(phone, browser);
        await phone.HearsToneAsync(BrowsersTone);
        var heard = await browser.Phone.HearsToneAsync(sid, PhonesTone);

        Assert.Equal("audio/opus", heard.Codec);
        await browser.Phone.HangUpAsync(sid);
        await gateway.Process.HasNoSessionAsync();
    }

    [Theory] // by the browser's reports (RFC 3550 section 6.4), which come every few seconds
    [InlineData("embedded")]
    [InlineData("rtpengine")]
    public async Task Operator_sees_how_the_browser_hears(string engine)
    {
        await using var gateway = await StartAsync(engine);
        await using var phone = await StartPhoneAsync(gateway, AnswerMode.Auto);
        await using var browser = await StartBrowserAsync();
        var sid = await browser.Phone.CallAsync("1001@" + gateway.Component);
        await browser.Phone.HearsToneAsync(sid, PhonesTone);
        var session = Assert.Single(await gateway.Process.SessionsAsync());

        JsonNode? heard = null;
        await Eventually.HoldsAsync(async () =>
        {
            var shown = JsonNode.Parse(await gateway.Process.GetAsync($"api/sessions/{Uri.EscapeDataString((string)session["id"]!)}"))!;
            heard = shown["media"]!.AsArray().FirstOrDefault(one => (string?)one!["side"] == "xmpp" && (string?)one["direction"] == "sent");
            return heard?["score"] is not null;
        }, () => heard?.ToJsonString() ?? "", TimeSpan.FromSeconds(150)); // several reports, and the relay asked in between

        Assert.True((long)heard!["packets"]! > 0, heard.ToJsonString());
        Assert.InRange((double)heard["score"]!, 1, 4.5);
        await browser.Phone.HangUpAsync(sid);
    }

    [Theory] // R-41: libwebrtc sends them at the clock rate of its codec
    [InlineData("embedded")]
    [InlineData("rtpengine")]
    public async Task Digits_of_the_browser_reach_the_phone(string engine)
    {
        await using var gateway = await StartAsync(engine);
        await using var phone = await StartPhoneAsync(gateway, AnswerMode.Auto);
        await using var browser = await StartBrowserAsync();
        var sid = await browser.Phone.CallAsync("1001@" + gateway.Component);
        await phone.HearsToneAsync(BrowsersTone);

        await browser.Phone.DigitsAsync(sid, "19#");

        foreach (var digit in (string[])["1", "9", "#"])
        {
            await phone.Events.WaitAsync(e => e.Type == "CALL_DTMF_START" && e.Parameter == digit, what: $"digit {digit}");
        }

        await browser.Phone.HangUpAsync(sid);
    }

    [Theory] // R-37: new credentials and no candidates, on a living call
    [InlineData("embedded")]
    [InlineData("rtpengine")]
    public async Task Browser_restarts_ICE_and_goes_on_hearing(string engine)
    {
        await using var gateway = await StartAsync(engine);
        await using var phone = await StartPhoneAsync(gateway, AnswerMode.Auto);
        await using var browser = await StartBrowserAsync();
        var sid = await browser.Phone.CallAsync("1001@" + gateway.Component);
        var before = await browser.Phone.HearsToneAsync(sid, PhonesTone);

        await browser.Phone.RestartAsync(sid);
        await browser.Phone.SeesAsync("restarted", sid);

        await Eventually.HoldsAsync(async () => (await browser.Phone.FiguresAsync(sid)).Pair != before.Pair);
        var after = await browser.Phone.HearsToneAsync(sid, PhonesTone);
        Assert.Equal("connected", after.Dtls);
        await browser.Phone.HangUpAsync(sid);
        await gateway.Process.HasNoSessionAsync();
    }

    [Theory] // without permission for the microphone, and in many browsers always: the checks alone say where it is
    [InlineData("embedded")]
    [InlineData("rtpengine")]
    public async Task Browser_that_hides_its_addresses_is_found_by_its_checks(string engine)
    {
        await using var gateway = await StartAsync(engine);
        await using var phone = await StartPhoneAsync(gateway, AnswerMode.Auto);
        await using var browser = await StartBrowserAsync(hidesAddresses: true);

        var sid = await browser.Phone.CallAsync("1001@" + gateway.Component);

        await browser.Phone.HearsToneAsync(sid, PhonesTone);
        await phone.HearsToneAsync(BrowsersTone);
        await browser.Phone.HangUpAsync(sid);
    }

    [Theory] // VP8 passes through; the phone sends back what it gets
    [InlineData("embedded")]
    [InlineData("rtpengine")]
    public async Task Browser_that_calls_with_video_sees_its_own_picture_echoed(string engine)
    {
        await using var gateway = await StartAsync(engine, video: true);
        await using var phone = await site.ExpectCallAsync("answer_video");
        await using var browser = await StartBrowserAsync();

        var sid = await browser.Phone.CallAsync("1001@" + gateway.Component, video: true);
        await browser.Phone.SeesPicturesAsync(sid);
        await browser.Phone.HearsToneAsync(sid, BrowsersTone); // its own, echoed
        await browser.Phone.HangUpAsync(sid);

        await phone.SucceedsAsync();
        await gateway.Process.HasNoSessionAsync();
    }

    [Theory] // rtpengine 10.5 does not bundle what it offers, and most clients take nothing else: audio alone is proposed
    [InlineData("embedded", true)]
    [InlineData("rtpengine", false)]
    public async Task Phone_that_calls_with_video_is_shown_to_the_browser_where_the_relay_bundles(string engine, bool isShown)
    {
        await using var gateway = await StartAsync(engine, video: true);
        await using var browser = await StartBrowserAsync();
        await using var phone = await site.PlaceCallAsync("call_video", browser.Account, gateway.SipPort);

        var sid = (string)(await browser.Phone.SeesAsync("session-initiate"))["sid"]!;
        await browser.Phone.HearsToneAsync(sid, BrowsersTone);
        if (isShown)
        {
            await browser.Phone.SeesPicturesAsync(sid);
        }

        Assert.Equal(isShown, (await browser.Phone.FiguresAsync(sid)).Pictures > 0);
        await browser.Phone.HangUpAsync(sid);

        await phone.SucceedsAsync();
        await gateway.Process.HasNoSessionAsync();
    }

    [Theory] // clients.md: the media of session-accept are those of session-initiate, or Conversations ends the call
    [InlineData("embedded")]
    [InlineData("rtpengine")]
    public async Task Video_that_the_trunk_does_not_take_leaves_a_call_with_audio(string engine)
    {
        await using var gateway = await StartAsync(engine);
        await using var phone = await StartPhoneAsync(gateway, AnswerMode.Auto);
        await using var browser = await StartBrowserAsync();

        var sid = await browser.Phone.CallAsync("1001@" + gateway.Component, video: true);
        await browser.Phone.HearsToneAsync(sid, PhonesTone);
        await phone.HearsToneAsync(BrowsersTone);

        Assert.Equal(0, (await browser.Phone.FiguresAsync(sid)).Pictures);
        await browser.Phone.HangUpAsync(sid);
        await gateway.Process.HasNoSessionAsync();
    }

    private static async Task<string> CalledAsync(BaresipPhone phone, LoggedIn browser)
    {
        await phone.DialAsync("sip:" + browser.Account);
        return (string)(await browser.Phone.SeesAsync("session-initiate"))["sid"]!;
    }

    private async Task<GatewayWithEngine> StartAsync(string engine, bool video = false)
    {
        var rtpengine = engine == "rtpengine" ? await RtpengineServer.StartSmallAsync() : null;
        var gateway = await site.NewGatewayAsync(configuration =>
        {
            configuration["Media"] = rtpengine is null
                ? new JsonObject { ["Engine"] = "embedded", ["Address"] = "127.0.0.1" }
                : new JsonObject { ["Engine"] = "rtpengine", ["Rtpengine"] = new JsonArray(rtpengine.Address) };
            foreach (var (_, trunk) in configuration["Sip"]!["Trunks"]!.AsObject())
            {
                trunk!["Video"] = video; // they share an address: a call from there may be any one's
            }
        });
        return new GatewayWithEngine(gateway, rtpengine);
    }

    private Task<BaresipPhone> StartPhoneAsync(GatewayWithEngine gateway, AnswerMode mode) =>
        BaresipPhone.StartAsync("1001", "phone.test", site.PhonePort, gateway.SipPort, mode, PhonesTone);

    private async Task<LoggedIn> StartBrowserAsync(bool hidesAddresses = false)
    {
        var account = await site.NewUserAsync();
        var server = (ProsodyServer)site.Server;
        var phone = await BrowserPhone.StartAsync(server, BrowsersTone, hidesAddresses);
        await phone.LoginAsync(server, account, GatewaySite.Password);
        return new LoggedIn(phone, account);
    }

    private sealed record LoggedIn(BrowserPhone Phone, string Account) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Phone.DisposeAsync();
    }
    private sealed record GatewayWithEngine(SecondGateway Gateway, RtpengineServer? Engine) : IAsyncDisposable
    {
        public GatewayProcess Process => Gateway.Process;

        public string Component => Gateway.Component;

        public int SipPort => Gateway.SipPort;

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            if (Engine is not null)
            {
                await Engine.DisposeAsync();
            }
        }
    }
}
