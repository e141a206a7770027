using System.Buffers.Binary;

namespace Gateway.Testing.Phones;

/// <summary>Finds a tone in 16-bit samples at 8000 Hz by Goertzel's algorithm, in windows of 100 ms.</summary>
public static class ToneMeter
{
    private const int Rate = 8000;
    private const int Window = 800;

    /// <summary>The share of each window's energy that lies at the frequency (1: a pure tone), 0 where it is silent.</summary>
    public static IReadOnlyList<double> Shares(ReadOnlySpan<byte> samples, int frequency)
    {
        var shares = new List<double>();
        for (; samples.Length >= 2 * Window; samples = samples[(2 * Window)..])
        {
            shares.Add(Share(samples[..(2 * Window)], frequency));
        }

        return shares;
    }

    private static double Share(ReadOnlySpan<byte> window, int frequency)
    {
        var coefficient = 2 * Math.Cos(2 * Math.PI * frequency / Rate);
        double energy = 0, s1 = 0, s2 = 0;
        for (var i = 0; i < window.Length; i += 2)
        {
            double sample = BinaryPrimitives.ReadInt16LittleEndian(window[i..]);
            energy += sample * sample;
            (s1, s2) = (sample + (coefficient * s1) - s2, s1);
        }

        const double audible = 300.0 * 300.0 * Window;
        return energy < audible ? 0 : 2 * ((s1 * s1) + (s2 * s2) - (coefficient * s1 * s2)) / (Window * energy);
    }
}
