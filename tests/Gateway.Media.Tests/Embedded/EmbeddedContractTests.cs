using System.Net;
using Gateway.Media.Embedded;
using Gateway.Media.Relay;
using Gateway.Media.Tests.Relay;
using Gateway.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Media.Tests.Embedded;

/// <summary>The contract, kept by the relay in this process.</summary>
public sealed class EmbeddedContractTests(EmbeddedFixture fixture)
    : MediaRelayContract(fixture), IClassFixture<EmbeddedFixture>;

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
