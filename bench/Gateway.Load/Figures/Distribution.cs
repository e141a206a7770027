namespace Gateway.Load.Figures;

/// <summary>Percentiles of durations in milliseconds (nearest rank).</summary>
internal sealed record Distribution(int Count, double P50, double P95, double P99, double Max)
{
    public static Distribution Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0
            ? new Distribution(0, double.NaN, double.NaN, double.NaN, double.NaN)
            : new Distribution(sorted.Length, At(0.5), At(0.95), At(0.99), sorted[^1]);

        double At(double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }

    public override string ToString() => FormattableString.Invariant($"{P50,9:0.000}{P95,9:0.000}{P99,9:0.000}{Max,9:0.000}   ({Count})");
}
