using System.Net;
using System.Net.Sockets;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Media.Io;

namespace Gateway.Media.Tests.Io;

public sealed class PeerAddressTests
{
    [Theory]
    [InlineData("192.0.2.1", 5004, "192.0.2.1:5004", AddressFamily.InterNetwork)]
    [InlineData("2001:db8::1", 5004, "[2001:db8::1]:5004", AddressFamily.InterNetworkV6)]
    [InlineData("::ffff:192.0.2.1", 7, "192.0.2.1:7", AddressFamily.InterNetwork)] // RFC 4291 section 2.5.5.2
    public void Address_is_read_and_printed(string host, int port, string printed, AddressFamily family)
    {
        Assert.True(PeerAddress.TryParse(host, port, out var address));
        Assert.Equal(printed, address.ToString());
        Assert.Equal(family, address.Family);
        Assert.Equal(address, PeerAddress.FromEndPoint(address.ToEndPoint()));
    }

    [Theory]
    [InlineData("example.org", 1)]
    [InlineData("", 1)]
    [InlineData(null, 1)]
    [InlineData("192.0.2.1", 65536)]
    [InlineData("192.0.2.1", -1)]
    public void Names_and_impossible_ports_are_refused(string? host, int port) =>
        Assert.False(PeerAddress.TryParse(host, port, out _));

    [Theory]
    [InlineData("0.0.0.0", true, false)]
    [InlineData("::", true, false)]
    [InlineData("127.3.2.1", false, true)]
    [InlineData("::1", false, true)]
    [InlineData("198.51.100.1", false, false)]
    public void Special_addresses_are_known(string host, bool any, bool loopback)
    {
        Assert.True(PeerAddress.TryParse(host, 9, out var address));
        Assert.Equal((any, loopback), (address.IsAny, address.IsLoopback));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(16)]
    public void Octets_survive_a_kernel_address(int length) => Prop.ForAll(
        Gen.ArrayOf(Gen.Choose(0, 255).Select(i => (byte)i), length).ToArbitrary(),
        Gen.Choose(0, ushort.MaxValue).ToArbitrary(),
        (octets, port) => PeerAddress.FromBytes(octets, port) is var address && Through(address) == address
            && address.ToEndPoint().Equals(new IPEndPoint(new IPAddress(octets), port))).QuickCheckThrowOnFailure();

    private static unsafe PeerAddress Through(PeerAddress address)
    {
        var kernel = stackalloc byte[KernelAddress.Size];
        KernelAddress.Write(address, kernel);
        return KernelAddress.Read(kernel);
    }
}
