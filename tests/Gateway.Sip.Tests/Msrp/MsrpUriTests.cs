using Gateway.Sip.Msrp;

namespace Gateway.Sip.Tests.Msrp;

public sealed class MsrpUriTests
{
    [Theory] // RFC 4975 section 6.1
    [InlineData("msrp://host.example.com:8493/asfd34;tcp", "MSRP://Host.Example.COM:8493/asfd34;TCP")]
    [InlineData("msrp://a:1/s;tcp", "msrp://juliet@a:1/s;tcp")] // user parts do not count
    [InlineData("msrp://a:1/s;tcp", "msrp://a:1/s;tcp;other=1")]
    [InlineData("msrp://host:1/s;tcp", "msrp://h%6Fst:1/s;tcp")]
    [InlineData("msrp://[2001:db8::1]:1/s;tcp", "msrp://[2001:DB8:0:0::1]:1/s;tcp")]
    [InlineData("msrp://10.0.0.1:1/s;tcp", "msrp://10.0.0.1:1/s;tcp")]
    public void Uris_that_mean_the_same_are_equal(string one, string other)
    {
        Assert.Equal(Uri(one), Uri(other));
        Assert.Equal(Uri(one).GetHashCode(), Uri(other).GetHashCode());
    }

    [Theory] // RFC 4975 section 6.1
    [InlineData("msrp://a:1/s;tcp", "msrps://a:1/s;tcp")]
    [InlineData("msrp://a:1/s;tcp", "msrp://b:1/s;tcp")]
    [InlineData("msrp://a:1/s;tcp", "msrp://a:2/s;tcp")]
    [InlineData("msrp://a:2855/s;tcp", "msrp://a/s;tcp")]
    [InlineData("msrp://a:1/s;tcp", "msrp://a:1/S;tcp")]
    [InlineData("msrp://a:1/s;tcp", "msrp://a:1;tcp")]
    [InlineData("msrp://a:1/s;tcp", "msrp://a:1/s;sctp")]
    public void Uris_that_differ_where_it_matters_are_not_equal(string one, string other) => Assert.NotEqual(Uri(one), Uri(other));

    [Theory] // RFC 4975 section 9
    [InlineData("")]
    [InlineData("msrp")]
    [InlineData("msrp://")]
    [InlineData("sip://a:1/s;tcp")]
    [InlineData("msrp://a:1/s")]
    [InlineData("msrp://a:1/s;")]
    [InlineData("msrp://a:1/;tcp")]
    [InlineData("msrp://a:1/s t;tcp")]
    [InlineData("msrp://a:0/s;tcp")]
    [InlineData("msrp://a:65536/s;tcp")]
    [InlineData("msrp://a:1x/s;tcp")]
    [InlineData("msrp://:1/s;tcp")]
    [InlineData("msrp://@a:1/s;tcp")]
    [InlineData("msrp://a%0:1/s;tcp")]
    [InlineData("msrp://a%00:1/s;tcp")]
    [InlineData("msrp://[::1:1/s;tcp")]
    [InlineData("msrp://[fe80::1%eth0]:1/s;tcp")]
    [InlineData("msrp://a:1/s;tcp;")]
    [InlineData("msrp://a:1/s;tcp;x\r\nTo-Path: y")]
    [InlineData("msrp://a:1/sé;tcp")]
    public void What_is_no_uri_is_refused(string text) => Assert.False(MsrpUri.TryParse(text, out _));

    [Fact]
    public void A_uri_is_taken_apart()
    {
        var uri = Uri("msrps://Juliet;x@Host.example:8493/as/fd+34=;TCP;a=b");

        Assert.True(uri.IsSecure);
        Assert.Equal(("Juliet;x", "host.example", 8493, "as/fd+34=", "tcp"), (uri.User, uri.Host, uri.Port, uri.SessionId, uri.Transport));
        Assert.Equal("msrps://Juliet;x@Host.example:8493/as/fd+34=;TCP;a=b", uri.ToString());
    }

    [Fact]
    public void A_uri_of_ours_can_be_read_again()
    {
        var uri = MsrpUri.Create(isSecure: false, "::1", 2855, "abc");

        Assert.Equal("msrp://[::1]:2855/abc;tcp", uri.ToString());
        Assert.Equal(uri, Uri(uri.ToString()));
    }

    [Fact]
    public void A_path_is_read_in_order_and_bounded()
    {
        Assert.True(MsrpPath.TryParse("msrps://r:1/a;tcp msrp://b:2/c;tcp", out var path));
        Assert.Equal(("r", "b"), (path.First.Host, path.Last.Host));
        Assert.Equal("msrp://b:2/c;tcp msrps://r:1/a;tcp", path.Reversed().ToString());
        Assert.False(MsrpPath.TryParse(string.Join(' ', Enumerable.Repeat("msrp://b:2/c;tcp", MsrpPath.MaxUris + 1)), out _));
        Assert.False(MsrpPath.TryParse(" ", out _));
        Assert.False(MsrpPath.TryParse("msrp://b:2/c;tcp x", out _));
    }

    [Theory] // RFC 4975 section 7.1.1
    [InlineData("1-25/25", 1L, 25L, 25L)]
    [InlineData("1-*/*", 1L, null, null)]
    [InlineData("5-*/8", 5L, null, 8L)]
    [InlineData("1-0/0", 1L, 0L, 0L)]
    public void Ranges_are_read_and_written_alike(string text, long start, long? end, long? total)
    {
        Assert.True(MsrpByteRange.TryParse(System.Text.Encoding.ASCII.GetBytes(text), out var range));
        Assert.Equal(new MsrpByteRange(start, end, total), range);
        Assert.Equal(text, range.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("0-1/1")]
    [InlineData("2-*/1")]
    [InlineData("5-3/8")]
    [InlineData("1-9/8")]
    [InlineData("1-1")]
    [InlineData("1/1")]
    [InlineData("-1-1/1")]
    [InlineData("*-1/1")]
    [InlineData("1-1/1 ")]
    [InlineData("99999999999999999999-*/*")]
    [InlineData("9999999999999999-*/*")]
    public void What_is_no_range_is_refused(string text) =>
        Assert.False(MsrpByteRange.TryParse(System.Text.Encoding.ASCII.GetBytes(text), out _));

    private static MsrpUri Uri(string text) => MsrpUri.TryParse(text, out var uri) ? uri : throw new ArgumentException(text);
}
