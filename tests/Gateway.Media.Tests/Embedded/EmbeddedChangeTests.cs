using System.Net;
using Gateway.Media.Embedded;
using Gateway.Media.Relay;
using Gateway.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Media.Tests.Embedded;

/// <summary>What the ends of the embedded relay are shown when one of them changes something in the middle of a call.</summary>
public sealed class EmbeddedChangeTests : IAsyncLifetime, IAsyncDisposable
{
    private const int Ports = 20;
    private const string Head = "v=0\r\no=- 7 3 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n";
    private const string Phone = Head + "m=audio 4000 RTP/AVP 0\r\n";

    private static readonly string Ice =
        $"a=rtcp-mux\r\na=ice-ufrag:abcd\r\na=ice-pwd:pwdpwdpwdpwdpwdpwdpwdpwd\r\na=setup:actpass\r\na=fingerprint:sha-256 {string.Join(':', Enumerable.Repeat("AB", 32))}\r\n";

    private readonly int _firstPort = FreePorts.BlockForMedia(Ports);
    private readonly EmbeddedRelay _relay;

    public EmbeddedChangeTests() => _relay = new(
        new EmbeddedRelayOptions
        {
            Addresses = [IPAddress.Loopback, IPAddress.IPv6Loopback], FirstPort = _firstPort, LastPort = _firstPort + Ports - 1, Threads = 1,
        },
        NoMediaNotices.Instance, TimeProvider.System, NullLoggerFactory.Instance);

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _relay.DisposeAsync();
        FreePorts.GiveBack(_firstPort, Ports);
    }

    [Fact] // RFC 5888 section 9.1, J-50: another device of the user offers in her place, and names its media in its own way
    public async Task Answer_names_the_media_as_the_offer_does()
    {
        var first = await CallAsync(Web("audio"));
        var second = await CallAsync(Web("0"));

        Assert.Contains("a=mid:audio\r\n", first, StringComparison.Ordinal);
        Assert.Contains("a=mid:0\r\n", second, StringComparison.Ordinal);
        Assert.Contains("a=group:BUNDLE 0\r\n", second, StringComparison.Ordinal);
    }

    [Fact] // RFC 9143 section 7.3.3
    public async Task Answer_bundles_nothing_that_the_offer_kept_apart()
    {
        var apart = Head + "a=group:BUNDLE audio\r\n" + Medium("audio", "audio", "0") + Medium("video", "video", "96") + "a=rtpmap:96 VP8/90000\r\n";
        var answer = await CallAsync(apart, Phone + "m=video 4002 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n");

        Assert.Contains("m=video", answer, StringComparison.Ordinal);
        Assert.Contains("a=group:BUNDLE audio\r\n", answer, StringComparison.Ordinal);
    }

    [Fact] // RFC 3264 section 8.3.1: the new address may be of the other family, and an IPv4 socket cannot send there
    public async Task Phone_that_moves_to_IPv6_is_answered_there_and_back_again()
    {
        await CallAsync(Web("0"));
        var there = await MovedAsync(Phone.Replace("IP4 127.0.0.1", "IP6 ::1", StringComparison.Ordinal));
        var held = await MovedAsync(Phone.Replace("c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0", StringComparison.Ordinal));
        var back = await MovedAsync(Phone);

        Assert.Contains("c=IN IP6 ::1\r\n", there, StringComparison.Ordinal);
        Assert.Contains("c=IN IP6 ::1\r\n", held, StringComparison.Ordinal);
        Assert.Contains("c=IN IP4 127.0.0.1\r\n", back, StringComparison.Ordinal);
    }

    private static string Web(string mid) => Head + $"a=group:BUNDLE {mid}\r\n" + Medium("audio", mid, "0");

    private static string Medium(string kind, string mid, string format) => $"m={kind} 9 UDP/TLS/RTP/SAVPF {format}\r\na=mid:{mid}\r\n{Ice}";

    /// <summary>The user's device offers, and is shown what the phone answers.</summary>
    private async Task<string> CallAsync(string offer, string phone = Phone)
    {
        Assert.True((await _relay.OfferAsync(new("a", "x", offer, MediaProfile.PlainRtp) { ToTag = "s" }, default)).IsOk);
        var answer = await _relay.AnswerAsync(new("a", "x", "s", phone, MediaProfile.WebRtc), default);
        Assert.True(answer.IsOk, answer.Detail);
        return answer.Sdp!;
    }

    /// <summary>The phone offers anew, and is shown what the device said before.</summary>
    private async Task<string> MovedAsync(string phone)
    {
        Assert.True((await _relay.OfferAsync(new("a", "s", phone, MediaProfile.WebRtc) { ToTag = "x" }, default)).IsOk);
        var answer = await _relay.AnswerAsync(new("a", "s", "x", Web("0"), MediaProfile.PlainRtp), default);
        Assert.True(answer.IsOk, answer.Detail);
        return answer.Sdp!;
    }
}
