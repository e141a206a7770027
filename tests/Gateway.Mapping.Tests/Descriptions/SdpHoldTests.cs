using Gateway.Mapping.Descriptions;
using Gateway.Sip.Sdp;

namespace Gateway.Mapping.Tests.Descriptions;

public sealed class SdpHoldTests
{
    [Theory]
    [InlineData(null, "sendonly", HoldChange.Held)]
    [InlineData("sendrecv", "sendonly", HoldChange.Held)]
    [InlineData("sendrecv", "inactive", HoldChange.Held)]
    [InlineData("sendonly", "inactive", HoldChange.None)]
    [InlineData("sendonly", "sendrecv", HoldChange.Resumed)]
    [InlineData("inactive", "recvonly", HoldChange.Resumed)]
    [InlineData("sendrecv", "recvonly", HoldChange.None)]
    [InlineData(null, "sendrecv", HoldChange.None)]
    public void Change_of_direction_holds_or_resumes(string? before, string now, HoldChange change) =>
        Assert.Equal(change, SdpHold.Compare(before is null ? null : Phone(before), Phone(now)));

    [Fact] // the old way
    public void Unspecified_address_holds() =>
        Assert.Equal(
            HoldChange.Held,
            SdpHold.Compare(Phone("sendrecv"), Phone("sendrecv") with { Connection = new SdpConnection("IN", "IP4", "0.0.0.0") }));

    [Fact] // hold only if all streams are
    public void One_stream_of_two_on_hold_is_no_hold() =>
        Assert.Equal(HoldChange.None, SdpHold.Compare(Phone("sendrecv", "sendrecv"), Phone("sendrecv", "sendonly")));

    [Theory]
    [InlineData(false, false, "sendrecv")]
    [InlineData(true, false, "sendonly")]
    [InlineData(true, true, "inactive")]
    [InlineData(false, true, "sendrecv")]
    public void Offer_states_our_own_half_of_the_hold(bool heldByUs, bool heldByPeer, string direction) =>
        Assert.True(SdpHold.Offer(Phone("sendrecv"), heldByUs, heldByPeer).Media[0].Has(direction));

    [Fact]
    public void Each_stream_keeps_its_direction_over_a_hold()
    {
        var stored = Phone("sendrecv", "recvonly", "inactive", "sendonly");

        var held = SdpHold.Offer(stored, heldByUs: true, heldByPeer: false);

        Assert.Equal(
            [SdpDirection.SendOnly, SdpDirection.Inactive, SdpDirection.Inactive, SdpDirection.SendOnly],
            held.Media.Select(held.DirectionOf));
        Assert.Equal(stored, SdpHold.Offer(stored, heldByUs: false, heldByPeer: false));
    }

    [Theory] // RFC 3264 section 6.1, R-11: no hold of our own in return
    [InlineData("sendrecv", false, "sendrecv")]
    [InlineData("sendonly", false, "recvonly")]
    [InlineData("recvonly", false, "sendonly")]
    [InlineData("inactive", false, "inactive")]
    [InlineData("sendrecv", true, "sendonly")]
    [InlineData("sendonly", true, "inactive")]
    public void Answer_takes_what_the_offer_leaves(string offered, bool heldByUs, string answered) =>
        Assert.True(SdpHold.Answer(Phone("sendrecv"), Phone(offered), heldByUs).Media[0].Has(answered));

    [Fact]
    public void Direction_of_the_session_is_replaced_by_those_of_the_streams()
    {
        var stored = Phone("sendrecv");
        stored = stored.WithMedia(0, stored.Media[0].WithoutAttribute("sendrecv")).WithAttribute("sendrecv");

        var held = SdpHold.Offer(stored, heldByUs: true, heldByPeer: false);

        Assert.False(held.Has("sendrecv"));
        Assert.Equal(SdpDirection.SendOnly, held.DirectionOf(held.Media[0]));
    }

    [Fact] // U-16
    public void Version_rises_by_one_with_each_change_and_only_then()
    {
        var leg = SdpVersioning.Start(4711);
        (var first, leg) = leg.Apply(Phone("sendrecv"));
        (var again, leg) = leg.Apply(Phone("sendrecv").WithVersion(99));
        (var held, leg) = leg.Apply(Phone("sendonly"));
        (var resumed, _) = leg.Apply(Phone("sendrecv"));

        Assert.Equal(new SdpOrigin("-", "4711", 1, "IN", "IP4", "192.0.2.60"), first.Origin);
        Assert.Equal("-", first.SessionName);
        Assert.Equal(first, again);
        Assert.Equal([2UL, 3UL], [held.Origin.Version, resumed.Origin.Version]);
    }

    private static SdpSession Phone(params string[] directions)
    {
        var sdp = Sample.Sdp(Sample.PhoneAnswer);
        return sdp with { Media = [.. directions.Select(direction => sdp.Media[0].AddAttribute(direction))] };
    }
}
