using System.Diagnostics.Metrics;

namespace Gateway.Media.Srtp;

/// <summary>What became of packets that were not taken: one per sender or receiver, and summed in the meter.</summary>
internal sealed class SrtpCounters(string direction)
{
    private static readonly Meter Meter = new(MediaMetrics.MeterName);

    private static readonly Counter<long> Refused = Meter.CreateCounter<long>(
        "gateway.media.srtp.refused", "{packet}", "SRTP and SRTCP packets not protected or not opened, by direction and outcome.");

    private static readonly string[] Names = [.. Enum.GetNames<SrtpOutcome>().Select(name => name.ToLowerInvariant())];

    private readonly long[] _counts = new long[Names.Length];

    public long this[SrtpOutcome outcome] => _counts[(int)outcome];

    public SrtpOutcome Count(SrtpOutcome outcome)
    {
        _counts[(int)outcome]++;
        if (outcome != SrtpOutcome.Ok)
        {
            Refused.Add(1, new("direction", direction), new KeyValuePair<string, object?>("outcome", Names[(int)outcome]));
        }

        return outcome;
    }
}
