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
}
