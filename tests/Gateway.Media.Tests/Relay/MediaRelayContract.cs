using Gateway.Media.Relay;

namespace Gateway.Media.Tests.Relay;

/// <summary>
/// What every media relay owes its caller, shown by real packets between a WebRTC end and a plain RTP end. Each end sends
/// a tone that the other one must hear.
/// </summary>
public abstract partial class MediaRelayContract(IRelayFixture fixture) : IAsyncLifetime
{
    private const int WebTone = 1000;
    private const int PhoneTone = 440;

    private static readonly Codec[] Browser = [Codec.Opus, Codec.G722, Codec.Pcmu, Codec.Pcma, Codec.Digits, Codec.WideDigits];
    private static readonly Codec[] Dino = [Codec.Opus, Codec.Pcmu, Codec.Pcma];
    private static readonly Codec[] DeskPhone = [Codec.Pcmu, Codec.Pcma, Codec.Digits];

    private readonly string _session = $"call {Guid.NewGuid():N}";
    private readonly List<MediaEnd> _ends = [];

    private protected string Session => _session;

    private protected IMediaRelay Relay => fixture.Relay;

    private protected MediaEnds Ends => fixture.Ends;

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>Ends that go on sending would take the machine from the tests that follow.</summary>
    public async Task DisposeAsync()
    {
        foreach (var end in _ends.Where(end => !end.IsClosed))
        {
            await end.CloseAsync();
        }

        await Relay.DeleteAsync(_session, default);
    }

    private protected async Task<WebEnd> WebAsync(bool offers = true, string host = "127.0.0.1")
    {
        var end = await Ends.WebAsync(offers, WebTone, PhoneTone, host: host);
        _ends.Add(end);
        return end;
    }

    private protected async Task<PlainEnd> PhoneAsync(string host = "127.0.0.1")
    {
        var end = await Ends.PlainAsync(PhoneTone, WebTone, host: host);
        _ends.Add(end);
        return end;
    }

    private protected async Task<Description> OfferSecurelyAsync(string from, string sdp, MediaSrtp srtp) =>
        Sdp(await Relay.OfferAsync(new(_session, from, sdp, MediaProfile.PlainRtp) { Srtp = srtp }, default));

    private protected async Task<Description> OfferAsync(
        string from, string sdp, MediaProfile towards, string? to = null, params string[] transcode) =>
        Sdp(await Relay.OfferAsync(new(_session, from, sdp, towards) { ToTag = to, Transcode = [.. transcode] }, default));

    private protected async Task<Description> AnswerAsync(string from, string to, string sdp, MediaProfile towards) =>
        Sdp(await Relay.AnswerAsync(new(_session, from, to, sdp, towards), default));

    private protected async Task TrickleAsync(string from, string fragment, string? to = null)
    {
        var result = await Relay.TrickleAsync(new(_session, from, fragment) { ToTag = to }, default);
        Assert.True(result.IsOk, result.Detail);
    }

    private protected static async Task BothHearAsync(MediaEnd one, MediaEnd other)
    {
        await one.HearsAsync();
        await other.HearsAsync();
    }

    /// <summary>A phone called a WebRTC end, or the other way round, and both hear each other.</summary>
    private protected async Task<Call> CallAsync(bool byPhone = false, string setup = "active")
    {
        var phone = await PhoneAsync();
        var web = await WebAsync(offers: !byPhone);
        Call call;
        if (byPhone)
        {
            var forWeb = await OfferAsync("phone", phone.Offer(DeskPhone), MediaProfile.WebRtc);
            var answer = web.Answer(forWeb, Browser, setup: setup);
            call = new(web, phone, forWeb, await AnswerAsync("phone", "web", answer, MediaProfile.PlainRtp), answer);
            await web.RemoteAsync(forWeb, setup == "active" ? "client" : "server");
        }
        else
        {
            var forPhone = await OfferAsync("web", web.Offer(Browser), MediaProfile.PlainRtp);
            var answer = phone.Answer(forPhone, DeskPhone);
            call = new(web, phone, await AnswerAsync("web", "phone", answer, MediaProfile.WebRtc), forPhone, answer);
            await web.AnsweredAsync(call.ForWeb);
        }

        await phone.RemoteAsync(call.ForPhone);
        await BothHearAsync(web, phone);
        return call;
    }

    private protected static async Task BothHearAgainAsync(Call call)
    {
        await call.Web.ForgetAsync();
        await call.Phone.ForgetAsync();
        await BothHearAsync(call.Web, call.Phone);
    }

    /// <param name="ForWeb">What the relay told the WebRTC end.</param>
    /// <param name="ForPhone">What it told the phone.</param>
    /// <param name="StoredAnswer">What the end that was called had answered.</param>
    private protected sealed record Call(
        WebEnd Web, PlainEnd Phone, Description ForWeb, Description ForPhone, string StoredAnswer);

    private static Description Sdp(MediaResult result)
    {
        Assert.True(result.IsOk, result.Detail);
        return new Description(result.Sdp!);
    }

    /// <summary>RFC 8842 section 5, RFC 8839, RFC 5761: everything that a WebRTC end needs to start.</summary>
    private protected static void IsForWebRtc(Description description, bool isOffer)
    {
        Assert.Equal("UDP/TLS/RTP/SAVPF", description.Protocol);
        Assert.StartsWith("sha-256 ", description.Value("fingerprint"), StringComparison.Ordinal);
        Assert.True(description.Value("ice-ufrag")?.Length >= 4);
        Assert.True(description.Value("ice-pwd")?.Length >= 22);
        Assert.True(description.Has("rtcp-mux"));
        Assert.False(description.Has("crypto"));
        Assert.False(description.Has("ice-lite"));
        Assert.NotEmpty(description.Candidates);
        Assert.All(description.Candidates, candidate => Assert.Equal("1", candidate.Split(' ')[1]));
        Assert.True(isOffer ? description.Value("setup") == "actpass" : description.Value("setup") is "active" or "passive");
    }

    private protected static void IsForPhones(Description description)
    {
        Assert.Equal("RTP/AVP", description.Protocol);
        Assert.All(
            ["fingerprint", "setup", "ice-ufrag", "ice-pwd", "ice-options", "candidate", "end-of-candidates", "rtcp-mux", "group",
                "mid", "crypto", "msid", "ssrc", "extmap", "rtcp-fb"],
            attribute => Assert.False(description.Has(attribute), $"a={attribute} is nothing for a phone:\n{description.Sdp}"));
    }
}
