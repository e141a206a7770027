using Gateway.Testing.Servers;

namespace Gateway.Media.Tests.Rtpengine;

public sealed class RtpengineServerTests
{
    [Fact]
    public async Task Private_engine_starts_stops_and_starts_again_on_the_same_port()
    {
        await using var server = await RtpengineServer.StartAsync();
        var address = server.Address;

        await server.StopAsync();
        await server.RestartAsync();

        Assert.Equal(address, server.Address);
    }
}
