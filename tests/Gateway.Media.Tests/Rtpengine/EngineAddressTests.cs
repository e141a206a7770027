using Gateway.Media.Rtpengine;

namespace Gateway.Media.Tests.Rtpengine;

public sealed class EngineAddressTests
{
    [Theory]
    [InlineData("udp:127.0.0.1:2223", "127.0.0.1", 2223)]
    [InlineData("udp:[2001:db8::1]:2223", "2001:db8::1", 2223)]
    [InlineData("udp:media.example.org:65535", "media.example.org", 65535)]
    public void Address_is_read_and_written_alike(string text, string host, int port)
    {
        Assert.True(EngineAddress.TryParse(text, out var address));

        Assert.Equal(new EngineAddress(host, port), address);
        Assert.Equal(text, address.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("127.0.0.1:2223")]
    [InlineData("tcp:127.0.0.1:2223")]
    [InlineData("udp:127.0.0.1")]
    [InlineData("udp:127.0.0.1:")]
    [InlineData("udp:127.0.0.1:0")]
    [InlineData("udp:127.0.0.1:65536")]
    [InlineData("udp:127.0.0.1:-1")]
    [InlineData("udp::2223")]
    [InlineData("udp:2001:db8::1:2223")] // an IPv6 address needs its brackets
    [InlineData("udp:a b:2223")]
    public void Anything_else_is_refused(string? text) => Assert.False(EngineAddress.TryParse(text, out _));
}
