using System.Diagnostics;
using System.Globalization;

namespace Gateway.Host.Telemetry;

/// <summary>What the process itself costs, by the names that every Prometheus dashboard knows.</summary>
internal static class ProcessMetrics
{
    public static void Write(TextWriter output)
    {
        using var process = Process.GetCurrentProcess();
        Line("process_cpu_seconds_total", "counter", "Processor time, user and system.", process.TotalProcessorTime.TotalSeconds);
        Line("process_resident_memory_bytes", "gauge", "Resident memory.", process.WorkingSet64);
        Line("process_threads", "gauge", "Threads of the process.", process.Threads.Count);
        Line("process_open_fds", "gauge", "Open file descriptors (handles).", OpenHandles(process));
        Line(
            "process_start_time_seconds", "gauge", "Start, in seconds since the epoch.",
            new DateTimeOffset(process.StartTime.ToUniversalTime()).ToUnixTimeMilliseconds() / 1000.0);
        Line("dotnet_gc_allocated_bytes_total", "counter", "Bytes allocated since the start.", GC.GetTotalAllocatedBytes());
        Line("dotnet_gc_heap_bytes", "gauge", "Bytes on the managed heap.", GC.GetTotalMemory(forceFullCollection: false));
        Line("dotnet_gc_pause_seconds_total", "counter", "Time that collections stopped the process.", GC.GetTotalPauseDuration().TotalSeconds);
        Line("dotnet_threadpool_queue_length", "gauge", "Work that waits for a thread.", ThreadPool.PendingWorkItemCount);
        output.Write("# HELP dotnet_gc_collections_total Collections.\n# TYPE dotnet_gc_collections_total counter\n");
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            output.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"dotnet_gc_collections_total{{generation=\"{generation}\"}} {GC.CollectionCount(generation)}\n"));
        }

        void Line(string name, string type, string help, double value) =>
            output.Write($"# HELP {name} {help}\n# TYPE {name} {type}\n{name} {PrometheusText.Number(value)}\n");
    }

    private static int OpenHandles(Process process)
    {
        try
        {
            return Directory.GetFileSystemEntries("/proc/self/fd").Length;
        }
        catch (IOException)
        {
            return process.HandleCount; // not Linux
        }
    }
}
