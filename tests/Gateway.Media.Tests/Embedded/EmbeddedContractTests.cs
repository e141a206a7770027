using System.Net;
using Gateway.Media.Embedded;
using Gateway.Media.Relay;
using Gateway.Media.Tests.Relay;
using Gateway.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Media.Tests.Embedded;

/// <summary>The contract, kept by the relay in this process.</summary>
public sealed class EmbeddedContractTests(EmbeddedFixture fixture)
    : MediaRelayContract(fixture), IClassFixture<EmbeddedFixture>
{
    [Theory] // R-21, RFC 3264 section 6.1: the phone sends by the numbers of the offer and hears by those of its answer
    [InlineData(126)]
    [InlineData(97)]
    public async Task Digits_pass_both_ways_to_a_phone_with_numbers_of_its_own(int clients)
    {
        Assert.True(Relay.Renumbers);
        var phone = await PhoneAsync();
        var forPhone = await OfferAsync("web", MadeUp([Codec.Opus, Codec.Pcmu, Codec.Digits]), MediaProfile.PlainRtp);
        var stored = phone.Offer([Codec.Pcmu, Codec.Digits with { Id = 101 }]);
        await phone.RemoteAsync(forPhone);

        var web = await WebAsync();
        Codec[] codecs = [Codec.Pcmu, Codec.Digits with { Id = clients }];
        await OfferAsync("web", web.Offer(codecs), MediaProfile.PlainRtp, to: "phone");
        var forWeb = await AnswerAsync("web", "phone", stored, MediaProfile.WebRtc);
        Assert.Equal<Codec>(codecs, forWeb.Codecs);
        await web.AnsweredAsync(forWeb);
        await BothHearAsync(web, phone);

        await web.DialAsync("1#");
        Assert.Equal("1#", await phone.HearsDigitsAsync(2));
        await phone.DialAsync("*9");
        Assert.Equal("*9", await web.HearsDigitsAsync(2));
    }
}

/// <summary>One relay and one process of ends for all tests of the class.</summary>
public sealed class EmbeddedFixture : IRelayFixture, IAsyncLifetime, IAsyncDisposable
{
    private const int Ports = 600;

    private readonly int _firstPort = FreePorts.BlockForMedia(Ports);
    private EmbeddedRelay? _relay;
    private MediaEnds? _ends;

    public IMediaRelay Relay => _relay!;

    public MediaEnds Ends => _ends!;

    public async Task InitializeAsync()
    {
        _relay = new EmbeddedRelay(
            new EmbeddedRelayOptions
            {
                Addresses = [IPAddress.Loopback, IPAddress.IPv6Loopback],
                FirstPort = _firstPort, // ports that others hold are passed over
                LastPort = _firstPort + Ports - 1,
            },
            NoMediaNotices.Instance,
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
}
