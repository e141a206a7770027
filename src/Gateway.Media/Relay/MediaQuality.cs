using Gateway.Media.Quality;

namespace Gateway.Media.Relay;

/// <summary>How one direction of an end's audio or video arrives, since it began.</summary>
/// <param name="Packets">That arrived; for what we send, that were sent.</param>
/// <param name="Lost">That did not arrive (RFC 3550 section 6.4.1).</param>
/// <param name="Jitter">Interarrival jitter in milliseconds (RFC 3550 section 6.4.1).</param>
/// <param name="RoundTrip">Milliseconds between the relay and the end (RFC 3550 section 6.4.1, LSR and DLSR); null when not known.</param>
public sealed record MediaQuality(long Packets, long Lost, double Jitter, double? RoundTrip)
{
    /// <summary>Lost of all, 0 to 1.</summary>
    public double LossRatio => Lost <= 0 || Packets + Lost <= 0 ? 0 : Math.Min(1, (double)Lost / (Packets + Lost));

    /// <summary>Estimated mean opinion score, 1 to 4.5 (<see cref="EModel"/>); null before there is anything to judge.</summary>
    public double? Score => Packets > 0 ? EModel.Estimate(LossRatio, Jitter, RoundTrip) : null;
}
