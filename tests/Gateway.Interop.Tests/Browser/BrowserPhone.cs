using System.Text.Json.Nodes;
using Gateway.Testing;
using Gateway.Testing.Servers;
using Microsoft.Playwright;

namespace Gateway.Interop.Tests.Browser;

/// <summary>What getStats and the spectrum say of a call (tests/clients/browser/phone.js).</summary>
internal sealed record BrowserFigures(
    int Received, int Lost, double Level, double Energy, int Sent, string Codec, double Frequency, string Pair, string Dtls, int Pictures,
    int VideoPackets, int KeyPictures);

/// <summary>
/// A page of tests/clients/browser in a headless Chromium (Debian package chromium): an XMPP client on the WebRTC that most
/// phones run. Its microphone is a tone.
/// </summary>
internal sealed class BrowserPhone : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";

    /// <summary>For its start and for the page.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly TemporaryFolder _folder;
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly IPage _page;

    private BrowserPhone(TemporaryFolder folder, IPlaywright playwright, IBrowser browser, IPage page) =>
        (_folder, _playwright, _browser, _page) = (folder, playwright, browser, page);

    /// <summary>XEP-0353 and Jingle elements that came, states of the connection, and faults of the page's own.</summary>
    public EventLog<JsonObject> Events { get; } = new("browser");

    /// <summary>Starts one, with the page that Prosody serves.</summary>
    /// <param name="server">Where the page comes from, and its XMPP goes to.</param>
    /// <param name="tone">What its microphone hears, in Hz.</param>
    /// <param name="hidesAddresses">Host candidates are <c>.local</c> names, as without permission for the microphone.</param>
    public static async Task<BrowserPhone> StartAsync(ProsodyServer server, int tone, bool hidesAddresses = false)
    {
        var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder.At("tone.wav"), FakeMicrophone.Tone(tone));
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Program,
            Timeout = (float)Patience.TotalMilliseconds,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
                $"--use-file-for-fake-audio-capture={folder.At("tone.wav")}", "--autoplay-policy=no-user-gesture-required",
                "--allow-loopback-in-peer-connection",
                $"--{(hidesAddresses ? "enable" : "disable")}-features=WebRtcHideLocalIpsWithMdns",
            ],
        });
        var context = await browser.NewContextAsync(new BrowserNewContextOptions { Permissions = ["microphone", "camera"] });
        var phone = new BrowserPhone(folder, playwright, browser, await context.NewPageAsync());
        await phone.OpenAsync(server);
        return phone;
    }

    /// <summary>Logs in at Prosody's WebSocket.</summary>
    public Task LoginAsync(ProsodyServer server, string account, string password) => _page.EvaluateAsync(
        "([url, domain, user, password]) => phone.login(url, domain, user, password, 'browser')",
        new[] { $"ws://127.0.0.1:{server.HttpPort}/xmpp-websocket", server.Domain, account.Split('@')[0], password });

    /// <summary>Offers and accepts this codec alone, such as <c>audio/opus</c>.</summary>
    public Task UseOnlyAsync(string codec) => _page.EvaluateAsync("codec => { phone.codec = codec; }", codec);

    /// <summary>Proposes a call; the session is initiated when the other side proceeds. Gives its id.</summary>
    public Task<string> CallAsync(string to, bool video = false) => _page.EvaluateAsync<string>(
        video ? "to => phone.call(to, ['audio', 'video'])" : "to => phone.call(to, ['audio'])", to);

    /// <summary>Ends a call.</summary>
    public Task HangUpAsync(string sid) => _page.EvaluateAsync("sid => phone.hangUp(sid)", sid);

    /// <summary>Digits as RFC 4733 telephone-event.</summary>
    public Task DigitsAsync(string sid, string digits) =>
        _page.EvaluateAsync("([sid, digits]) => phone.digits(sid, digits)", new[] { sid, digits });

    /// <summary>An ICE restart in the Conversations shape.</summary>
    public Task RestartAsync(string sid) => _page.EvaluateAsync("sid => phone.restart(sid)", sid);

    /// <summary>The event of the kind, past or to come.</summary>
    public Task<JsonObject> SeesAsync(string what, string? sid = null) =>
        Events.WaitAsync(e => (string?)e["event"] == what && (sid is null || (string?)e["sid"] == sid), what: what);

    /// <summary>The figures of now.</summary>
    public async Task<BrowserFigures> FiguresAsync(string sid)
    {
        var text = await _page.EvaluateAsync<string>("async sid => JSON.stringify(await phone.figures(sid))", sid);
        var figures = JsonNode.Parse(text)!;
        return new BrowserFigures(
            (int)figures["received"]!, (int)figures["lost"]!, (double)figures["level"]!, (double)figures["energy"]!,
            (int)figures["sent"]!, (string)figures["codec"]!, (double)figures["frequency"]!, (string)figures["pair"]!,
            (string)figures["dtls"]!, (int)figures["pictures"]!, (int)figures["videoPackets"]!,
            (int)figures["keyPictures"]!);
    }

    /// <summary>Waits until it has heard the tone for a second more: packets, energy, and the spectrum's peak.</summary>
    public async Task<BrowserFigures> HearsToneAsync(string sid, int frequency)
    {
        await Events.WaitAsync(
            e => (string?)e["event"] == "connection" && (string?)e["sid"] == sid && (string?)e["state"] == "connected");
        var first = await FiguresAsync(sid);
        var last = first;
        await Eventually.HoldsAsync(
            async () =>
            {
                last = await FiguresAsync(sid);
                return last.Received >= first.Received + 50 && last.Energy > first.Energy + 0.001 && last.Level > 0.01
                    && Math.Abs(last.Frequency - frequency) < 12;
            },
            () => $"{last}\n{string.Join('\n', Events.All.Select(e => e.ToJsonString()))}");
        return last;
    }

    /// <summary>Waits until it has decoded pictures, asking its own camera for whole ones: a phone that echoes cannot.</summary>
    public async Task SeesPicturesAsync(string sid)
    {
        await Events.WaitAsync(
            e => (string?)e["event"] == "connection" && (string?)e["sid"] == sid && (string?)e["state"] == "connected");
        BrowserFigures? last = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                await _page.EvaluateAsync("sid => phone.refreshPicture(sid)", sid);
                return (last = await FiguresAsync(sid)).Pictures > 5;
            },
            () => $"{last}\n{string.Join('\n', Events.All.Select(e => e.ToJsonString()))}");
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.CloseAsync();
        _playwright.Dispose();
        _folder.Dispose();
    }

    private async Task OpenAsync(ProsodyServer server)
    {
        _page.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        _page.PageError += (_, error) => Events.Add(new JsonObject { ["event"] = "fault", ["why"] = error });
        _page.Console += (_, message) => Events.Add(new JsonObject { ["event"] = "console", ["text"] = message.Text });
        await _page.ExposeFunctionAsync<string>("tell", text => Events.Add(JsonNode.Parse(text)!.AsObject()));
        // A page needs https or the loopback interface for the microphone.
        await _page.GotoAsync($"http://127.0.0.1:{server.HttpPort}/files/phone.html");
    }
}
