using System.Net;
using System.Threading.Channels;
using Gateway.Media.Embedded;
using Gateway.Media.Relay;
using Gateway.Media.Tests.Relay;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Media.Tests.Embedded;

/// <summary>What the embedded relay tells unasked, by real packets.</summary>
public sealed class EmbeddedNoticeTests : IAsyncLifetime, IAsyncDisposable, IMediaNotices
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Codec[] Codecs = [Codec.Pcmu, Codec.Digits];

    private readonly Channel<MediaNotice> _notices = Channel.CreateUnbounded<MediaNotice>();
    private EmbeddedRelay? _relay;
    private MediaEnds? _ends;

    void IMediaNotices.OnNotice(MediaNotice notice) => _notices.Writer.TryWrite(notice);

    public async Task InitializeAsync()
    {
        _relay = new EmbeddedRelay(
            new EmbeddedRelayOptions
            {
                Addresses = [IPAddress.Loopback], FirstPort = 29_500, LastPort = 29_599, SilenceNotice = TimeSpan.FromSeconds(2),
            },
            this,
            TimeProvider.System,
            NullLoggerFactory.Instance);
        _ends = await MediaEnds.StartAsync();
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _ends!.DisposeAsync();
        await _relay!.DisposeAsync();
    }

    [Fact] // RFC 8122 section 6.2, R-32: nothing passes, and the call's owner hears why
    public async Task Certificate_that_was_not_signalled_is_told()
    {
        var (web, phone) = await CallAsync(sdp => WithOtherFingerprint(sdp));

        Assert.Equal(new MediaNotice.NotAuthentic("s", "web"), await NextAsync<MediaNotice.NotAuthentic>());
        Assert.Empty(await phone.PayloadsAsync());
        await web.CloseAsync();
    }

    [Fact] // R-40, RFC 4733; once for each side that there are media, once for a key, and when a side falls silent
    public async Task Connection_keys_and_silence_are_told()
    {
        var (web, phone) = await CallAsync(sdp => sdp);
        await web.HearsAsync();
        await phone.HearsAsync();
        Assert.Equal(["phone", "web"], new[] { (await NextAsync<MediaNotice.Connected>()).Tag, (await NextAsync<MediaNotice.Connected>()).Tag }.Order());

        await phone.DialAsync("5");
        var digit = await NextAsync<MediaNotice.Digit>();
        Assert.Equal(("phone", '5'), (digit.Tag, digit.Key));
        Assert.DoesNotContain("5", digit.ToString(), StringComparison.Ordinal);

        await phone.SendAudioAsync(false);
        Assert.Equal("phone", (await NextAsync<MediaNotice.Silent>()).Tag);
    }

    private async Task<(WebEnd Web, PlainEnd Phone)> CallAsync(Func<string, string> change)
    {
        var web = await _ends!.WebAsync(offers: true, 1000, 440);
        var phone = await _ends.PlainAsync(440, 1000);
        var forPhone = await _relay!.OfferAsync(new("s", "web", change(web.Offer(Codecs)), MediaProfile.PlainRtp), default);
        var toPhone = new Description(forPhone.Sdp!);
        var forWeb = await _relay.AnswerAsync(new("s", "web", "phone", phone.Answer(toPhone, Codecs), MediaProfile.WebRtc), default);
        await phone.RemoteAsync(toPhone);
        await web.AnsweredAsync(new Description(forWeb.Sdp!));
        return (web, phone);
    }

    private async Task<T> NextAsync<T>()
        where T : MediaNotice
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            if (await _notices.Reader.ReadAsync(patience.Token) is T wanted)
            {
                return wanted;
            }
        }
    }

    private static string WithOtherFingerprint(string sdp) => string.Join("\r\n", sdp.Split("\r\n").Select(
        line => line.StartsWith("a=fingerprint:", StringComparison.Ordinal)
            ? $"a=fingerprint:sha-256 {string.Join(':', Enumerable.Repeat("AB", 32))}" : line));
}
