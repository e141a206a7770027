using Gateway.Media.Relay;
using Gateway.Media.Rtpengine;
using Gateway.Media.Tests.Relay;
using Gateway.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Media.Tests.Rtpengine;

/// <summary>The contract, kept by rtpengine.</summary>
public sealed class RtpengineContractTests(RtpengineFixture fixture)
    : MediaRelayContract(fixture), IClassFixture<RtpengineFixture>;

/// <summary>One engine, one relay and one process of ends for all tests of the class.</summary>
public sealed class RtpengineFixture : IRelayFixture, IAsyncLifetime, IAsyncDisposable
{
    private RtpengineServer? _server;
    private RtpengineRelay? _relay;
    private MediaEnds? _ends;

    public IMediaRelay Relay => _relay!;

    public MediaEnds Ends => _ends!;

    public async Task InitializeAsync()
    {
        _server = await RtpengineServer.StartAsync();
        _relay = new RtpengineRelay(
            new RtpengineOptions { Engines = [_server.Address] }, TimeProvider.System, NullLogger<RtpengineRelay>.Instance);
        _ends = await MediaEnds.StartAsync();
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _ends!.DisposeAsync();
        await _relay!.DisposeAsync();
        await _server!.DisposeAsync();
    }
}
