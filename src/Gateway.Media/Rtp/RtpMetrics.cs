using System.Diagnostics.Metrics;

namespace Gateway.Media.Rtp;

/// <summary>What transports refused, for all calls. Told once a second and not for every packet, of which a storm has many.</summary>
internal static class RtpMetrics
{
    private static readonly Meter Meter = new(MediaMetrics.MeterName);

    private static readonly Counter<long> Refused = Meter.CreateCounter<long>(
        "gateway.media.packets.refused", "{packet}", "Packets that were dropped, by reason.");

    /// <summary>Tells what came since <paramref name="told"/>, which is brought up to date.</summary>
    public static void Tell(in TransportCounters counters, ref TransportCounters told)
    {
        Tell("stranger", counters.Strangers - told.Strangers);
        Tell("malformed", counters.Malformed - told.Malformed);
        Tell("unknown_payload", counters.UnknownPayloads - told.UnknownPayloads);
        Tell("unauthentic", counters.Unauthentic - told.Unauthentic);
        Tell("replayed", counters.Replayed - told.Replayed);
        Tell("unsent", counters.Unsent - told.Unsent);
        told = counters;
    }

    private static void Tell(string reason, long count)
    {
        if (count > 0)
        {
            Refused.Add(count, new KeyValuePair<string, object?>("reason", reason));
        }
    }
}
