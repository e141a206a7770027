using System.Globalization;

namespace Gateway.Media.Bench.Figures;

/// <summary>What the kernel counts of a process: proc(5).</summary>
internal static class ProcessFigures
{
    private const double TicksPerSecond = 100; // USER_HZ

    /// <summary>Seconds of processor time, user and system: fields 14 and 15; the name in field 2 may contain anything.</summary>
    public static double Processor(int process)
    {
        var text = File.ReadAllText($"/proc/{process}/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    /// <summary>Resident octets.</summary>
    public static long Resident(int process) => 1024 * long.Parse(
        File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))[6..^2].Trim(),
        CultureInfo.InvariantCulture);
}
