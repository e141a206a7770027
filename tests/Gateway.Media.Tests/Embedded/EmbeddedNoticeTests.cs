using System.Net;
using System.Threading.Channels;
using Gateway.Media.Embedded;
using Gateway.Media.Relay;
using Gateway.Media.Tests.Relay;
using Gateway.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Media.Tests.Embedded;

/// <summary>What the embedded relay tells unasked, by real packets.</summary>
public sealed class EmbeddedNoticeTests : IAsyncLifetime, IAsyncDisposable, IMediaNotices
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Codec[] Codecs = [Codec.Pcmu, Codec.Digits];

    private const int Ports = 40;

    private readonly int _firstPort = FreePorts.BlockForMedia(Ports);
    private readonly Channel<MediaNotice> _notices = Channel.CreateUnbounded<MediaNotice>();
    private EmbeddedRelay? _relay;
    private MediaEnds? _ends;
    private int _webPort;

    void IMediaNotices.OnNotice(MediaNotice notice) => _notices.Writer.TryWrite(notice);

    public async Task InitializeAsync()
    {
        _relay = new EmbeddedRelay(
            new EmbeddedRelayOptions
            {
                Addresses = [IPAddress.Loopback], FirstPort = _firstPort, LastPort = _firstPort + Ports - 1, SilenceNotice = TimeSpan.FromSeconds(2),
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
        FreePorts.GiveBack(_firstPort, Ports);
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
        while ((await NextAsync<MediaNotice.Silent>()).Tag != "phone")
        {
            // Where the machine stops both ends for a while, the other one is told of too.
        }
    }

    [Fact] // RFC 7983, R-32: strangers end no call, and are counted
    public async Task Datagrams_of_strangers_are_counted_and_change_nothing()
    {
        var (web, phone) = await CallAsync(sdp => sdp);
        await web.HearsAsync();
        await phone.HearsAsync();
        var before = Errors(await _relay!.QueryAsync("s", default));
        using (var stranger = new System.Net.Sockets.UdpClient(new IPEndPoint(IPAddress.Loopback, 0)))
        {
            // RTP, a DTLS alert (fatal, unexpected_message), STUN without anything, TURN's channel data, nothing known.
            byte[][] datagrams =
            [
                [0x80, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0xff], [21, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 10],
                [0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42], [0x40, 0, 0, 0], [0xff],
            ];
            foreach (var datagram in datagrams)
            {
                await stranger.SendAsync(datagram, new IPEndPoint(IPAddress.Loopback, _webPort));
            }
        }

        while (Errors(await _relay.QueryAsync("s", default)) < before + 4)
        {
            await Task.Yield(); // STUN is counted by its own metric
        }

        await web.ForgetAsync();
        await phone.ForgetAsync();
        await web.HearsAsync();
        await phone.HearsAsync();
    }

    private static long Errors(MediaStatistics? statistics) => statistics!.Ends.Single(end => end.Tag == "web").Errors;

    private async Task<(WebEnd Web, PlainEnd Phone)> CallAsync(Func<string, string> change)
    {
        var web = await _ends!.WebAsync(offers: true, 1000, 440);
        var phone = await _ends.PlainAsync(440, 1000);
        var forPhone = await _relay!.OfferAsync(new("s", "web", change(web.Offer(Codecs)), MediaProfile.PlainRtp), default);
        var toPhone = new Description(forPhone.Sdp!);
        var forWeb = await _relay.AnswerAsync(new("s", "web", "phone", phone.Answer(toPhone, Codecs), MediaProfile.WebRtc), default);
        await phone.RemoteAsync(toPhone);
        var toWeb = new Description(forWeb.Sdp!);
        _webPort = toWeb.Port;
        await web.AnsweredAsync(toWeb);
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
