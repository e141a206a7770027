using Gateway.Media.Codecs;

namespace Gateway.Media.Tests.Codecs;

public sealed class G711Tests
{
    [Fact] // ITU-T G.711 table 2a: the ends of every segment
    public void Mu_law_octets_have_the_values_of_the_tables()
    {
        (byte Octet, short Value)[] table =
        [
            (0x80, 32124), (0x8F, 16764), (0x9F, 8316), (0xAF, 4092), (0xBF, 1980), (0xCF, 924), (0xDF, 396), (0xEF, 132), (0xFF, 0),
            (0x00, -32124), (0x7F, 0),
        ];
        foreach (var (octet, value) in table)
        {
            var samples = new short[1];
            G711.DecodeMuLaw([octet], samples);
            Assert.Equal(value, samples[0]);
        }
    }

    [Fact] // ITU-T G.711 table 1a, even bits inverted
    public void A_law_octets_have_the_values_of_the_tables()
    {
        (byte Octet, short Value)[] table =
        [
            (0xD5, 8), (0x55, -8), (0xAA, 32256), (0x2A, -32256), (0xC5, 264), (0xF5, 528), (0xE5, 1056), (0x95, 2112), (0x85, 4224), (0xB5, 8448), (0xA5, 16896),
        ];
        foreach (var (octet, value) in table)
        {
            var samples = new short[1];
            G711.DecodeALaw([octet], samples);
            Assert.Equal(value, samples[0]);
        }
    }

    [Fact]
    public void Every_octet_survives_decoding_and_encoding()
    {
        var octets = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        var (samples, again) = (new short[256], new byte[256]);

        G711.DecodeMuLaw(octets, samples);
        G711.EncodeMuLaw(samples, again);
        octets[0x7F] = 0xFF; // mu-law has two zeros
        Assert.Equal(octets, again);

        octets[0x7F] = 0x7F;
        G711.DecodeALaw(octets, samples);
        G711.EncodeALaw(samples, again);
        Assert.Equal(octets, again);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_sample_comes_back_within_its_step(bool aLaw)
    {
        var samples = Enumerable.Range(short.MinValue, 65536).Select(i => (short)i).ToArray();
        var (octets, back) = (new byte[65536], new short[65536]);
        if (aLaw)
        {
            G711.EncodeALaw(samples, octets);
            G711.DecodeALaw(octets, back);
        }
        else
        {
            G711.EncodeMuLaw(samples, octets);
            G711.DecodeMuLaw(octets, back);
        }

        for (var i = 0; i < samples.Length; i++)
        {
            Assert.InRange(Math.Abs(samples[i] - back[i]), 0, 24 + (Math.Abs((int)samples[i]) / 28));
        }
    }
}
