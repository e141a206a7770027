using System.Globalization;
using Gateway.Testing.Servers;

namespace Gateway.Load.Figures;

/// <summary>What the processes have used up to now, and what the gateway says of itself.</summary>
internal sealed record Usage(double GatewayCpu, double ProsodyCpu, double RtpengineCpu, double OwnCpu, double Allocated, double Heap, double Collections, double Paused, long Resident)
{
    private const double TicksPerSecond = 100; // USER_HZ, the unit of /proc/PID/stat on Linux

    public static async Task<Usage> ReadAsync(GatewayProcess gateway, int prosody, int rtpengine) => new(
        CpuOf(gateway.Id), CpuOf(prosody), CpuOf(rtpengine), CpuOf(Environment.ProcessId),
        await gateway.MetricAsync("dotnet_gc_allocated_bytes_total"), await gateway.MetricAsync("dotnet_gc_heap_bytes"),
        await gateway.MetricAsync("dotnet_gc_collections_total"), await gateway.MetricAsync("dotnet_gc_pause_seconds_total"), ResidentOf(gateway.Id));

    /// <summary>What was used since <paramref name="earlier"/>.</summary>
    public Usage Since(Usage earlier) => new(
        GatewayCpu - earlier.GatewayCpu, ProsodyCpu - earlier.ProsodyCpu, RtpengineCpu - earlier.RtpengineCpu, OwnCpu - earlier.OwnCpu,
        Allocated - earlier.Allocated, Heap - earlier.Heap, Collections - earlier.Collections,
        Paused - earlier.Paused, Resident - earlier.Resident);

    /// <summary>utime and stime, fields 14 and 15 (proc(5)), in seconds; the name in field 2 may contain anything.</summary>
    public static double CpuOf(int process)
    {
        var text = File.ReadAllText($"/proc/{process}/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    public static long ResidentOf(int process) => 1024 * long.Parse(
        File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))[6..^2].Trim(),
        CultureInfo.InvariantCulture);
}
