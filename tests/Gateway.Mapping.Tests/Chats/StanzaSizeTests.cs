using System.Xml.Linq;
using Gateway.Mapping.Chats;

namespace Gateway.Mapping.Tests.Chats;

/// <summary>What of a message fits into a stanza (RFC 7573 section 8).</summary>
public sealed class StanzaSizeTests
{
    private const int Most = 100_000;

    [Theory]
    [InlineData('x', 90_000, true)]
    [InlineData('x', 92_000, false)]
    [InlineData('&', 18_000, true)] // five octets each
    [InlineData('&', 19_000, false)]
    [InlineData('€', 30_000, true)] // three
    [InlineData('€', 31_000, false)]
    public void Words_are_measured_as_they_are_written(char character, int count, bool fits) =>
        Assert.Equal(fits, StanzaSize.Fits(new string(character, count), formatted: null, Most));

    [Fact]
    public void Formatted_words_count_beside_the_plain_ones()
    {
        var formatted = new XElement("body", new string('x', 60_000));
        Assert.True(StanzaSize.Fits(new string('x', 30_000), formatted, Most));
        Assert.False(StanzaSize.Fits(new string('x', 60_000), formatted, Most));
    }
}
