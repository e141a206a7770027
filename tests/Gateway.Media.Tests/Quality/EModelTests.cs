using FsCheck;
using FsCheck.Fluent;
using Gateway.Media.Quality;
using Gateway.Media.Relay;

namespace Gateway.Media.Tests.Quality;

public sealed class EModelTests
{
    [Theory] // ITU-T G.107 table B.1: lower limits of the categories of satisfaction
    [InlineData(90, 4.34)]
    [InlineData(80, 4.03)]
    [InlineData(70, 3.60)]
    [InlineData(60, 3.10)]
    [InlineData(50, 2.58)]
    [InlineData(93.2, 4.41)] // section 7.7: default values
    [InlineData(0, 1)]
    [InlineData(100, 4.5)]
    public void Ratings_score_as_the_table_says(double rating, double score) => Assert.Equal(score, EModel.Score(rating), 0.01);

    [Fact] // G.107 section 7.5 with Bpl 25.1: a fifth of the packets lost is bad, a hundredth is hardly heard
    public void Loss_costs_what_the_formula_says()
    {
        Assert.Equal(EModel.DefaultRating - (95 * 1 / 26.1), EModel.Rating(0, 0.01), 0.001);
        Assert.Equal(EModel.DefaultRating - (95 * 20 / 45.1), EModel.Rating(0, 0.2), 0.001);
    }

    [Fact] // the knee of the delay curve
    public void Delay_costs_little_up_to_177_ms_and_much_beyond()
    {
        Assert.Equal(EModel.DefaultRating - 2.4, EModel.Rating(100, 0), 0.001);
        Assert.Equal(EModel.DefaultRating - 9.6 - (0.11 * 222.7), EModel.Rating(400, 0), 0.001);
    }

    [Fact]
    public void More_loss_jitter_or_delay_never_sounds_better() => Prop.ForAll<byte, byte, byte>((loss, jitter, delay) =>
    {
        var score = EModel.Estimate(loss / 255.0, jitter, delay * 4.0);
        return score is >= 1 and <= 4.5
            && score >= EModel.Estimate(Math.Min(1, (loss + 1) / 255.0), jitter, delay * 4.0)
            && score >= EModel.Estimate(loss / 255.0, jitter + 1, delay * 4.0)
            && score >= EModel.Estimate(loss / 255.0, jitter, (delay * 4.0) + 1);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_direction_without_packets_has_no_score()
    {
        Assert.Null(new MediaQuality(0, 0, 0, null).Score);
        Assert.Equal(0.05, new MediaQuality(95, 5, 2, 20).LossRatio);
        Assert.Equal(0, new MediaQuality(95, -3, 2, 20).LossRatio); // duplicates can make it negative
        Assert.InRange(new MediaQuality(95, 5, 2, 20).Score!.Value, 3.5, 4.2);
    }
}
