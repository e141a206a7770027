using FsCheck;
using FsCheck.Fluent;
using Gateway.Media.Rtp;

namespace Gateway.Media.Tests.Rtp;

public sealed class HeaderExtensionsTests
{
    private readonly HeaderExtensions _map = HeaderExtensions.Of([new(1, 3), new(2, 200)])!;

    [Fact] // RFC 8285 section 4.2: one octet of number and length
    public void Known_elements_are_renumbered_and_others_become_padding()
    {
        byte[] extension = [0xBE, 0xDE, 0, 2, 0x10, 0x11, 0x51, 0xAA, 0xBB, 0x20, 0x22, 0x00];

        Assert.True(_map.TryMap(extension));
        Assert.Equal([0xBE, 0xDE, 0, 2, 0x30, 0x11, 0, 0, 0, 0, 0, 0], extension); // 200 has no room in this form
    }

    [Fact] // RFC 8285 section 4.3: an octet each
    public void Two_octet_form_is_renumbered()
    {
        byte[] extension = [0x10, 0x00, 0, 2, 2, 1, 0x22, 0, 9, 2, 0xAA, 0xBB];

        Assert.True(_map.TryMap(extension));
        Assert.Equal([0x10, 0x00, 0, 2, 200, 1, 0x22, 0, 0, 0, 0, 0], extension);
    }

    [Theory]
    [InlineData("BEDE00011FAAAAAA")] // an element of sixteen octets in three
    [InlineData("BEDE0001F0AA00AA")] // number 15 ends it
    [InlineData("1000000101FFAAAA")] // cut off
    [InlineData("ABAC000110AA0000")] // a form of somebody's own
    public void Element_that_is_cut_off_or_of_unknown_form_does_not_pass(string extension) =>
        Assert.False(_map.TryMap(Convert.FromHexString(extension)));

    [Fact]
    public void No_input_throws() => Prop.ForAll<byte[], bool>((octets, two) =>
    {
        byte[] extension = [(byte)(two ? 0x10 : 0xBE), (byte)(two ? 0 : 0xDE), 0, 0, .. octets];
        _map.TryMap(extension);
    }).QuickCheckThrowOnFailure();
}
