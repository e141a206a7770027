using FsCheck;
using FsCheck.Fluent;
using Gateway.Media.Rtp;

namespace Gateway.Media.Tests.Rtp;

public sealed class SequenceMapTests
{
    private readonly SequenceMap _map = new(8000, 1000, 50_000);

    [Fact] // RFC 3550 section 5.1
    public void Packets_of_one_source_keep_their_distance_over_the_wrap()
    {
        var mapped = Enumerable.Range(65_530, 12).Select(i => Map(1, (ushort)i, (uint)i * 160, i * 20)).ToArray();

        Assert.Equal(Enumerable.Range(1000, 12).Select(i => (ushort)i), mapped.Select(packet => packet!.Value.Sequence));
        Assert.All(mapped.Zip(mapped.Skip(1)), pair => Assert.Equal(160u, pair.Second!.Value.Timestamp - pair.First!.Value.Timestamp));
    }

    [Fact]
    public void Loss_and_reordering_stay_visible() =>
        Assert.Equal<int?>(
            [1000, 1001, 1003, 1002, 1006],
            new ushort[] { 5, 6, 8, 7, 11 }.Select(i => (int?)Map(1, i, 0, 0)?.Sequence));

    [Fact] // a phone that plays music on hold from another source
    public void Another_source_goes_on_where_the_one_before_ended()
    {
        Map(1, 7, 1600, 20);
        Map(1, 8, 1760, 40);

        var (sequence, timestamp) = Map(2, 60_000, 4_000_000_000, 60)!.Value;

        Assert.Equal(1002, sequence);
        Assert.Equal(50_000u + 160 + 160, timestamp); // 20 ms at 8000 Hz
    }

    [Fact]
    public void Time_that_passed_without_packets_is_in_the_clock()
    {
        Map(1, 1, 0, 0);
        _map.Interrupt();

        Assert.Equal((1001, 50_000u + 80_000), Map(1, 900, 77, 10_000)!.Value);
    }

    [Fact]
    public void Duplicates_are_sent_once()
    {
        Map(1, 1, 0, 0);
        Map(1, 2, 0, 0);

        Assert.Null(Map(1, 1, 0, 0));
        Assert.Null(Map(1, 2, 0, 0));
    }

    [Fact]
    public void Packet_from_before_the_stream_began_anew_is_dropped()
    {
        Map(1, 10, 0, 0);
        _map.Interrupt();
        Map(1, 20, 0, 0);

        Assert.Null(Map(1, 19, 0, 0));
    }

    [Fact] // RFC 3550 appendix A.1
    public void Jump_counts_once_a_second_packet_follows_it()
    {
        Map(1, 10, 0, 0);

        Assert.Null(Map(1, 30_000, 0, 20));
        Assert.Equal(1001, Map(1, 30_001, 0, 40)!.Value.Sequence);
        Assert.Equal(1002, Map(1, 30_002, 0, 60)!.Value.Sequence);
    }

    [Theory] // a phone that counts from the beginning when it is taken off hold
    [InlineData(70_000u, 2)] // whose clock goes on
    [InlineData(0u, 10)]
    public void Source_that_counts_anew_a_little_behind_is_not_taken_for_late(uint timestamp, int noticed)
    {
        for (var i = 0; i < 300; i++)
        {
            Map(1, (ushort)i, (uint)i * 160, i * 20);
        }

        var mapped = Enumerable.Range(0, 20).Select(i => Map(1, (ushort)i, timestamp + ((uint)i * 160), 6_000 + (i * 20))).ToArray();

        Assert.All(mapped[..(noticed - 1)], Assert.Null);
        Assert.Equal(Enumerable.Range(1300, 21 - noticed), mapped[(noticed - 1)..].Select(packet => (int)packet!.Value.Sequence));
    }

    [Fact] // a link that hands over twice what it kept
    public void Few_packets_that_are_repeated_are_not_sent_again()
    {
        foreach (var i in Enumerable.Range(0, 9))
        {
            Map(1, (ushort)i, (uint)i * 160, 0);
        }

        Assert.All(Enumerable.Range(0, 9), i => Assert.Null(Map(1, (ushort)i, (uint)i * 160, 0)));
        Assert.Equal(1009, Map(1, 9, 9 * 160, 0)!.Value.Sequence);
    }

    [Fact]
    public void Packet_passed_over_leaves_no_gap()
    {
        Map(1, 10, 0, 0);
        _map.Skip(1, 11);

        Assert.Equal(1001, Map(1, 12, 0, 0)!.Value.Sequence);
        Assert.Null(Map(1, 11, 0, 0));
    }

    [Fact]
    public void Packet_of_our_own_takes_the_next_number_and_the_source_goes_on_behind_it()
    {
        Map(1, 10, 0, 0);

        Assert.Equal((1001, 50_160u), _map.Insert(160, 20));
        Assert.Equal(1002, Map(1, 11, 0, 40)!.Value.Sequence);
    }

    [Fact] // RFC 4585 section 6.2.1
    public void Number_asked_for_again_is_the_sources()
    {
        Map(1, 10, 0, 0);
        Map(1, 12, 0, 0);

        Assert.True(_map.TryReverse(1001, out var original));
        Assert.Equal(11, original);
        Assert.False(_map.TryReverse(1003, out _));
        Assert.False(_map.TryReverse(999, out _));
    }

    /// <summary>
    /// Whatever comes, in whatever order, of however many sources: no number is used twice, none is left out that no packet
    /// of a source was left out for, and later sources have later numbers.
    /// </summary>
    [Fact]
    public void Numbers_are_strictly_continuous_whatever_comes() => Prop.ForAll(
        Moves.ListOf().ToArbitrary(), moves =>
        {
            var map = new SequenceMap(8000, 65_000, 0);
            var at = new Dictionary<uint, ushort> { [1] = 65_500, [2] = 3 };
            var used = new HashSet<ushort>();
            var highest = (ushort)(65_000 - 1);
            var fine = true;
            foreach (var (ssrc, step, kind) in moves)
            {
                at[ssrc] = (ushort)(at[ssrc] + step);
                if (kind == 0)
                {
                    map.Skip(ssrc, at[ssrc]);
                    continue;
                }

                if (kind == 1)
                {
                    var (own, _) = map.Insert(160, 0);
                    fine &= used.Add(own) && own == (ushort)(highest + 1);
                    highest = own;
                    continue;
                }

                var next = map.NextSequence;
                if (map.TryMap(ssrc, at[ssrc], 0, 0, out var isNew, out var sequence, out _))
                {
                    fine &= used.Add(sequence) && (!isNew || sequence == next) && next == (ushort)(highest + 1);
                    highest = (short)(sequence - highest) > 0 ? sequence : highest;
                }
            }

            return fine;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    /// <summary>Without loss at the source there is none behind it, in any order within the window.</summary>
    [Fact]
    public void Every_packet_of_a_shuffled_source_gets_its_own_number() => Prop.ForAll(
        Gen.Shuffle(Enumerable.Range(0, 200)).ToArbitrary(), order =>
        {
            var map = new SequenceMap(8000, 10, 0);
            Assert.True(map.TryMap(1, 65_400, 0, 0, out _, out _, out _));
            return order.All(i => map.TryMap(1, (ushort)(65_401 + i), 0, 0, out _, out var sequence, out _) && sequence == 11 + i);
        }).QuickCheckThrowOnFailure();

    private static Gen<(uint Ssrc, int Step, int Kind)> Moves =>
        from ssrc in Gen.Elements(1u, 1u, 1u, 2u)
        from step in Steps
        from kind in Gen.Choose(0, 20)
        select (ssrc, step, kind);

    private static Gen<int> Steps => Gen.Frequency((12, Gen.Constant(1)), (2, Gen.Choose(-5, 5)), (1, Gen.Choose(-70_000, 70_000)));

    private (ushort Sequence, uint Timestamp)? Map(uint ssrc, ushort sequence, uint timestamp, long now) =>
        _map.TryMap(ssrc, sequence, timestamp, now, out _, out var mapped, out var clock) ? (mapped, clock) : null;
}
