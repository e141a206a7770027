using Gateway.Media.Ice;

namespace Gateway.Media.Tests.Ice;

public sealed class RandomOctetsTests
{
    [Fact]
    public void Nothing_is_given_twice()
    {
        var given = new HashSet<string>();
        for (var i = 0; i < 200; i++)
        {
            foreach (var length in (int[])[16, 24, 300])
            {
                var octets = new byte[length];
                RandomOctets.Fill(octets);
                Assert.True(given.Add(Convert.ToHexString(octets)));
                Assert.Contains(octets, octet => octet != 0);
            }
        }
    }
}
