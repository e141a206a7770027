using Gateway.Testing.Servers;

namespace Gateway.Xmpp.Tests.Testing;

/// <summary>Ports of tests: two that are given one after the other are never the same.</summary>
public sealed class FreePortsTests
{
    [Fact] // a phone binds its ports for audio when it is called, and by then another must not have been given them
    public void Ports_in_a_row_of_any_length_do_not_overlap()
    {
        int[] lengths = [.. Enumerable.Repeat((int[])[20, 1, 4, 1, 20, 4], 8).SelectMany(some => some)];

        var given = lengths.SelectMany(count => Enumerable.Range(FreePorts.Passing(count), count)).ToList();

        Assert.Equal(lengths.Sum(), given.Distinct().Count());
    }

    [Fact]
    public void Ports_that_are_kept_are_given_once()
    {
        int[] lengths = [1, 2, 4, 1, 1, 2];

        var given = lengths.SelectMany(count => Enumerable.Range(FreePorts.Block(count), count)).ToList();

        Assert.Equal(lengths.Sum(), given.Distinct().Count());
    }

    [Fact] // what is left between two blocks is of no use, so they follow one another
    public void Blocks_for_media_do_not_overlap_and_are_given_again_when_they_are_given_back()
    {
        int[] lengths = [1_000, 400, 40, 600, 400, 40, 400];
        for (var round = 0; round < 20; round++)
        {
            var given = lengths.Select(count => (First: FreePorts.BlockForMedia(count), Count: count)).ToList();

            Assert.Equal(lengths.Sum(), given.SelectMany(one => Enumerable.Range(one.First, one.Count)).Distinct().Count());
            given.ForEach(one => FreePorts.GiveBack(one.First, one.Count));
        }
    }
}
