using FsCheck;
using FsCheck.Fluent;
using Gateway.Media.Ice;

namespace Gateway.Media.Tests.Ice;

public sealed class IceCandidateTests
{
    [Theory] // RFC 8839 section 5.1
    [InlineData("1 1 UDP 2130706431 203.0.113.141 8998 typ host", "1 1 udp 2130706431 203.0.113.141 8998 typ host")]
    [InlineData(
        "candidate:842163049 1 udp 1677729535 198.51.100.7 46154 typ srflx raddr 10.0.17.9 rport 46154 generation 0 ufrag EEtu network-id 3",
        "842163049 1 udp 1677729535 198.51.100.7 46154 typ srflx raddr 10.0.17.9 rport 46154")]
    [InlineData("2 1 udp 1 2001:db8::1 5 typ relay raddr :: rport 9", "2 1 udp 1 2001:db8::1 5 typ relay raddr :: rport 9")]
    [InlineData("a 2 tcp 1 192.0.2.1 9 typ host tcptype active", "a 2 tcp 1 192.0.2.1 9 typ host")]
    public void Candidate_is_read_without_its_extensions(string value, string expected)
    {
        Assert.True(IceCandidate.TryParse(value, out var candidate));
        Assert.Equal(expected, candidate.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1 1 udp 1 192.0.2.1 5000 typ")]
    [InlineData("1 1 udp 1 192.0.2.1 5000 host typ")]
    [InlineData("1 1 udp 1 192.0.2.1 65536 typ host")]
    [InlineData("1 1 udp 1 192.0.2.1 -5 typ host")]
    [InlineData("1 0 udp 1 192.0.2.1 5000 typ host")]
    [InlineData("1 1 udp 4294967296 192.0.2.1 5000 typ host")]
    [InlineData("1 1 udp 1 192.0.2.1 5000 typ magic")]
    [InlineData("123456789012345678901234567890123 1 udp 1 192.0.2.1 5000 typ host")]
    public void Malformed_candidate_is_refused(string? value) => Assert.False(IceCandidate.TryParse(value, out _));

    [Theory] // what the platform's parser would take for an address
    [InlineData("1")]
    [InlineData("0x7f.1")]
    [InlineData("127.1")]
    [InlineData("[2001:db8::1]")]
    [InlineData("2001:db8::1%eth0")]
    [InlineData("example.org")]
    public void Host_that_is_no_plain_address_gives_none(string host) =>
        Assert.False(new IceCandidate("1", 1, "udp", 1, host, 5000, IceCandidateType.Host).TryGetAddress(out _));

    [Fact]
    public void What_is_printed_is_read_again() => Prop.ForAll(
        (from priority in Gen.Choose(0, int.MaxValue)
         from port in Gen.Choose(0, 65535)
         from type in Gen.Elements(Enum.GetValues<IceCandidateType>())
         from host in Gen.Elements("192.0.2.1", "2001:db8::1", "x.local")
         from component in Gen.Choose(1, 2)
         select new IceCandidate("f1", component, "udp", (uint)priority, host, port, type) with
         {
             RelatedHost = type == IceCandidateType.Host ? null : "10.0.0.1",
             RelatedPort = type == IceCandidateType.Host ? 0 : port,
         }).ToArbitrary(),
        candidate => IceCandidate.TryParse(candidate.ToString(), out var read) && read == candidate).QuickCheckThrowOnFailure();

    [Fact]
    public void No_text_throws() => Prop.ForAll<string>(text =>
    {
        _ = IceCandidate.TryParse(text, out var candidate) && candidate.TryGetAddress(out _);
        _ = IceCandidate.TryParse($"1 1 udp 1 {text} 1 typ host", out candidate) && candidate.TryGetAddress(out _);
    }).QuickCheckThrowOnFailure();
}
