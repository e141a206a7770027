using Gateway.Media.Io;
using Gateway.Media.Rtp;
using static Gateway.Media.Rtp.LatchVerdict;

namespace Gateway.Media.Tests.Rtp;

/// <summary>U-49, RFC 7362: learned once, then locked.</summary>
public sealed class AddressLatchTests
{
    private static readonly PeerAddress Signalled = Address("192.168.1.5", 4000);
    private static readonly PeerAddress Mapped = Address("198.51.100.7", 61_234);
    private static readonly PeerAddress Intruder = Address("203.0.113.66", 666);
    private readonly AddressLatch _latch = new();

    public AddressLatchTests() => _latch.Signal(Signalled, 0);

    [Fact]
    public void Media_go_where_the_description_says_until_the_peer_is_heard() => Assert.Equal(Signalled, _latch.Remote);

    [Fact]
    public void Peer_at_the_signalled_address_is_locked_at_once()
    {
        Hear(Signalled, 10);

        Assert.Equal(Known, _latch.Judge(Signalled, 11));
        Assert.Equal(Stranger, _latch.Judge(Intruder, 11));
    }

    [Fact]
    public void Peer_behind_a_router_is_learned()
    {
        Hear(Mapped, 10);

        Assert.Equal(Mapped, _latch.Remote);
        Assert.Equal(Stranger, _latch.Judge(Intruder, 20));
    }

    [Fact]
    public void Address_learned_elsewhere_is_locked_after_a_short_while()
    {
        Hear(Mapped, 10);
        Hear(Mapped, 10 + AddressLatch.Probation);

        Assert.Equal(Known, _latch.Judge(Mapped, 5_000));
        Assert.Equal(Stranger, _latch.Judge(Signalled, 5_000));
    }

    [Fact]
    public void Intruder_that_was_first_loses_to_the_signalled_address()
    {
        Hear(Intruder, 10);
        Hear(Signalled, 500);

        Assert.Equal(Signalled, _latch.Remote);
        Assert.Equal(Stranger, _latch.Judge(Intruder, 501));
    }

    [Fact]
    public void Intruder_that_comes_later_than_the_peer_could_is_not_listened_to()
    {
        Assert.Equal(Stranger, _latch.Judge(Intruder, AddressLatch.LearningTime));
        Assert.Equal(Candidate, _latch.Judge(Signalled, AddressLatch.LearningTime));
    }

    [Fact]
    public void Candidate_that_sent_no_media_is_not_learned()
    {
        Assert.Equal(Candidate, _latch.Judge(Intruder, 10));

        Assert.Equal(Signalled, _latch.Remote);
        Assert.Equal(Candidate, _latch.Judge(Mapped, 11));
    }

    [Fact]
    public void Address_of_another_family_is_never_learned() =>
        Assert.Equal(Stranger, _latch.Judge(Address("2001:db8::66", 666), 10));

    [Fact] // a re-offer for hold or a codec
    public void Same_address_signalled_again_leaves_the_lock()
    {
        Hear(Mapped, 10);
        Hear(Mapped, 3_000);
        _latch.Signal(Signalled, 60_000);

        Assert.Equal(Mapped, _latch.Remote);
        Assert.Equal(Stranger, _latch.Judge(Intruder, 60_001));
    }

    [Fact] // the phone moved
    public void Other_address_signalled_is_learned_anew()
    {
        Hear(Signalled, 10);
        var moved = Signalled.WithPort(4100);
        _latch.Signal(moved, 60_000);

        Assert.Equal(moved, _latch.Remote);
        Hear(Mapped, 60_100);
        Assert.Equal(Mapped, _latch.Remote);
    }

    [Theory] // U-20: another phone took the call over, or the phone moved; some send nothing before they hear something
    [InlineData(false)]
    [InlineData(true)]
    public void Packet_still_on_its_way_from_where_the_peer_was_is_not_learned(bool mapped)
    {
        var before = mapped ? Mapped : Signalled;
        Hear(before, 10);
        var moved = Signalled.WithPort(4100);
        _latch.Signal(moved, 60_000);

        Assert.Equal(Stranger, _latch.Judge(before, 60_050));
        Assert.Equal(moved, _latch.Remote);
        Hear(moved, 65_000);
        Assert.Equal(Stranger, _latch.Judge(before, 65_001));
    }

    [Fact] // a router has given it the same port again
    public void Peer_that_goes_on_where_it_was_is_learned_after_a_short_while()
    {
        Hear(Mapped, 10);
        _latch.Signal(Signalled.WithPort(4100), 60_000);

        Hear(Mapped, 60_000 + AddressLatch.Probation);
        Assert.Equal(Mapped, _latch.Remote);
    }

    [Fact] // a hold of the old kind, and the phone speaks from behind its router as before
    public void Peer_that_was_held_is_learned_where_it_was_at_once()
    {
        Hear(Mapped, 10);
        _latch.Signal(Address("0.0.0.0", 4000), 60_000);
        _latch.Signal(Signalled, 70_000);

        Hear(Mapped, 70_010);
        Assert.Equal(Mapped, _latch.Remote);
    }

    [Fact]
    public void Nothing_is_sent_to_a_held_description()
    {
        _latch.Signal(Address("0.0.0.0", 4000), 10);

        Assert.True(_latch.Remote.IsNone);
    }

    private static PeerAddress Address(string host, int port)
    {
        Assert.True(PeerAddress.TryParse(host, port, out var address));
        return address;
    }

    private void Hear(PeerAddress from, long now)
    {
        Assert.NotEqual(Stranger, _latch.Judge(from, now));
        _latch.Confirm(from, now);
    }
}
