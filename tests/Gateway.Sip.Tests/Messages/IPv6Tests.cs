using Gateway.Sip.Messages;
using Gateway.Sip.Sdp;

namespace Gateway.Sip.Tests.Messages;

/// <summary>The messages of RFC 5118.</summary>
public sealed class IPv6Tests
{
    private static SipParseResult Parsed(string name) =>
        SipParser.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Corpora", "rfc5118", name + ".dat")));

    private static SipRequest Request(string name) => Assert.IsType<SipRequest>(Parsed(name).Message);

    [Theory]
    [InlineData("ipv6-good", "[2001:db8::10]", null)] // 4.1
    [InlineData("port-ambiguous", "[2001:db8::10:5070]", null)] // 4.3
    [InlineData("port-unambiguous", "[2001:db8::10]", 5070)] // 4.4
    [InlineData("via-received-param-with-delim", "[2001:db8::10]", null)] // 4.5
    [InlineData("via-received-param-no-delim", "[2001:db8::10]", null)] // 4.5
    [InlineData("ipv6-in-sdp", "[2001:db8::10]", null)] // 4.6
    [InlineData("mult-ip-in-header", "host.example.net", null)] // 4.7
    [InlineData("mult-ip-in-sdp", "[2001:db8::10]", null)] // 4.8
    [InlineData("ipv4-mapped-ipv6", "example.com", null)] // 4.9
    [InlineData("ipv6-bug-abnf-3-colons", "[2001:db8::192.0.2.1]", null)] // 4.10: the extra colon is ignored
    [InlineData("ipv6-correct-abnf-2-colons", "[2001:db8::192.0.2.1]", null)] // 4.10
    public void Host_and_port_are_told_apart(string name, string host, int? port)
    {
        var uri = Request(name).RequestUri;

        Assert.Equal(host, uri.Host);
        Assert.Equal(port, uri.Port);
    }

    [Fact] // RFC 5118 section 4.2
    public void Address_without_brackets_gets_400()
    {
        var fault = Parsed("ipv6-bad").Fault;

        Assert.Equal(400, fault!.Status);
        Assert.Equal("[2001:db8::9:1]", fault.TopVia?.SentByHost);
    }

    [Theory] // RFC 5118 section 4.5
    [InlineData("via-received-param-with-delim")]
    [InlineData("via-received-param-no-delim")]
    public void Received_is_read_with_and_without_brackets(string name) =>
        Assert.Equal("2001:db8::9:255", Request(name).TopVia.Received);

    [Fact] // RFC 5118 sections 4.7, 4.9
    public void Via_takes_addresses_of_both_families()
    {
        Assert.Equal(
            ["[2001:db8::9:1]", "192.0.2.1", "[2001:db8::9:255]"], Request("mult-ip-in-header").Vias.Select(v => v.SentByHost));
        Assert.Equal(19823, Request("ipv4-mapped-ipv6").TopVia.SentByPort);
        Assert.True(Request("ipv4-mapped-ipv6").Contact!.Uri.TryGetAddress(out var address));
        Assert.True(address.IsIPv4MappedToIPv6);
    }

    [Theory] // RFC 5118 sections 4.6, 4.8, 4.9
    [InlineData("ipv6-in-sdp", "2001:db8::20", "2001:db8::20")]
    [InlineData("mult-ip-in-sdp", "192.0.2.1", "2001:db8::1")]
    [InlineData("ipv4-mapped-ipv6", "::ffff:192.0.2.2", "::ffff:192.0.2.2")]
    public void Descriptions_name_the_address_of_each_media(string name, string audio, string video)
    {
        Assert.True(SdpSession.TryParse(Request(name).SessionDescription!, out var sdp, out _));
        Assert.Equal([audio, video], sdp.Media.Select(m => sdp.ConnectionOf(m)!.Address));
    }
}
