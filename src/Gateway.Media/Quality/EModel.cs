namespace Gateway.Media.Quality;

/// <summary>
/// How good a conversation sounds, estimated from what can be measured: the E-model of ITU-T G.107 with its default values, simplified
/// for packet networks (delay as by Cole and Rosenbluth, "Voice over IP performance monitoring", 2001), and its mean opinion score.
/// An estimate for trends and alarms, not a verdict on a single call.
/// </summary>
public static class EModel
{
    /// <summary>R of a line with nothing wrong: G.107 section 7.7 with default values.</summary>
    public const double DefaultRating = 93.2;

    /// <summary>Milliseconds beyond which delay is felt much more: the echo-free knee of G.107 figure 6.</summary>
    private const double Knee = 177.3;

    /// <summary>
    /// Robustness against random loss: G.113 appendix I has 25.1 for G.711 with concealment; others with concealment are taken for the
    /// same, as their networks' figures are not published there.
    /// </summary>
    private const double LossRobustness = 25.1;

    /// <summary>The transmission rating R, 0 to 100.</summary>
    /// <param name="oneWayDelay">Mouth to ear, milliseconds.</param>
    /// <param name="lossRatio">Packets lost of all, 0 to 1.</param>
    public static double Rating(double oneWayDelay, double lossRatio)
    {
        var delay = Math.Max(0, oneWayDelay);
        var delayImpairment = (0.024 * delay) + (delay > Knee ? 0.11 * (delay - Knee) : 0);
        var loss = Math.Clamp(lossRatio, 0, 1) * 100;
        var lossImpairment = 95 * loss / (loss + LossRobustness); // G.107 section 7.5 with Ie = 0 and random loss
        return Math.Clamp(DefaultRating - delayImpairment - lossImpairment, 0, 100);
    }

    /// <summary>The mean opinion score of a rating, 1 to 4.5: G.107 annex B.</summary>
    public static double Score(double rating) => rating switch
    {
        <= 0 => 1,
        >= 100 => 4.5,
        _ => Math.Max(1, 1 + (0.035 * rating) + (rating * (rating - 60) * (100 - rating) * 7e-6)),
    };

    /// <summary>The mean opinion score of a direction.</summary>
    /// <param name="lossRatio">Packets lost of all, 0 to 1.</param>
    /// <param name="jitter">Interarrival jitter, milliseconds: a receiver waits for some twice as long.</param>
    /// <param name="roundTrip">Milliseconds there and back; null when nobody measured it.</param>
    public static double Estimate(double lossRatio, double jitter, double? roundTrip) =>
        Score(Rating(((roundTrip ?? 0) / 2) + (2 * jitter) + Packetization, lossRatio));

    /// <summary>Milliseconds that making a packet of 20 ms and playing it take.</summary>
    private const double Packetization = 30;
}
