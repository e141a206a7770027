using FsCheck;
using FsCheck.Fluent;
using Gateway.Media.Rtp;

namespace Gateway.Media.Tests.Rtp;

public sealed class RtpHeaderTests
{
    [Fact] // RFC 3550 section 5.1
    public void Header_is_read()
    {
        byte[] packet = [0x80, 0x80 | 8, 0x12, 0x34, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9];

        Assert.True(RtpHeader.TryRead(packet, out var header));
        Assert.True(header.Marker);
        Assert.Equal(8, header.PayloadType);
        Assert.Equal((0x1234, 0x01020304u, 0x05060708u), (header.Sequence, header.Timestamp, header.Ssrc));
        Assert.Equal((12, 3), (header.PayloadStart, header.PayloadLength));
    }

    [Fact] // RFC 3550 sections 5.1 and 5.3.1
    public void Contributing_sources_extension_and_padding_are_not_payload()
    {
        byte[] packet =
        [
            0x80 | 0x30 | 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, // padding, extension, one source
            0, 0, 0, 7,
            0xBE, 0xDE, 0, 1, 0x10, 1, 0, 0,
            42, 43, 0, 0, 0, 4,
        ];

        Assert.True(RtpHeader.TryRead(packet, out var header));
        Assert.Equal((16, 8), (header.ExtensionStart, header.ExtensionLength));
        Assert.Equal((24, 2), (header.PayloadStart, header.PayloadLength));
    }

    [Theory]
    [InlineData("")]
    [InlineData("8000000100000001000000")] // eleven octets
    [InlineData("400000010000000100000002")] // version 1
    [InlineData("8F0000010000000100000002")] // fifteen sources that are not there
    [InlineData("900000010000000100000002")] // an extension that is not there
    [InlineData("900000010000000100000002BEDEFFFF")] // one of 262,140 octets
    [InlineData("A0000001000000010000000200")] // padding of no octets
    [InlineData("A00000010000000100000002FF")] // padding longer than the packet
    public void Header_whose_lengths_lie_is_refused(string packet) =>
        Assert.False(RtpHeader.TryRead(Convert.FromHexString(packet), out _));

    [Fact]
    public void Whatever_is_read_lies_within_the_packet() => Prop.ForAll(
        ArbMap.Default.GeneratorFor<byte[]>().Select(octets => octets.Prepend((byte)(0x80 | (octets.Length & 0x3F))).ToArray()).ToArbitrary(),
        packet => !RtpHeader.TryRead(packet, out var header)
            || (header.PayloadLength >= 0 && header.PayloadStart + header.PayloadLength <= packet.Length
                && header.ExtensionStart + header.ExtensionLength == header.PayloadStart)).QuickCheckThrowOnFailure();

    [Fact] // RFC 8285: elements that nobody there knows are taken off; the payload stays where it is
    public void Extension_is_taken_off_without_moving_the_payload()
    {
        byte[] packet = [0x90, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0xBE, 0xDE, 0, 1, 0x10, 1, 0, 0, 42, 43];
        Assert.True(RtpHeader.TryRead(packet, out var header));

        var start = header.RemoveExtension(packet);

        Assert.Equal([0x80, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 42, 43], packet[start..]);
    }

    [Theory] // RFC 5761 section 4
    [InlineData(199, true)]
    [InlineData(200, true)]
    [InlineData(207, true)]
    [InlineData(8, false)]
    [InlineData(0x80 | 111, false)]
    public void Rtcp_is_told_by_its_second_octet(byte second, bool rtcp) =>
        Assert.Equal(rtcp, RtpHeader.IsRtcp([0x80, second, 0, 0]));
}
