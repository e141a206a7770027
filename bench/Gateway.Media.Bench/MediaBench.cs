using System.Diagnostics;
using Gateway.Media.Bench.Calls;
using Gateway.Media.Bench.Figures;
using Gateway.Media.Bench.Relays;

namespace Gateway.Media.Bench;

/// <summary>One run.</summary>
internal static class MediaBench
{
    private const int WarmUp = 30;

    public static async Task<int> RunAsync(BenchOptions options)
    {
        if (options.Soak > 0)
        {
            return await SoakAsync(options);
        }

        var fine = true;
        Console.WriteLine("                                   µs/packet   p50 µs   p95 µs   p99 µs     lost   kB/call   octets allocated");
        foreach (var secure in new[] { false, true })
        {
            foreach (var calls in options.Calls)
            {
                for (var round = 0; round < options.Rounds; round++)
                {
                    fine &= await LoadAsync(await EmbeddedInProcess.StartAsync(), calls, secure, options.Seconds);
                    fine &= options.Alone || await LoadAsync(await RtpengineProcess.StartAsync(), calls, secure, options.Seconds);
                }
            }
        }

        fine &= await BurstAsync(await EmbeddedInProcess.StartAsync());
        fine &= options.Alone || await BurstAsync(await RtpengineProcess.StartAsync());
        return fine ? 0 : 1;
    }

    /// <summary>Calls that stand: processor time, latency, memory, allocation.</summary>
    private static async Task<bool> LoadAsync(IBenchRelay relay, int count, bool secure, int seconds)
    {
        await using var ending = relay;
        await using var generator = new Generator();
        await StopAsync(await StartAsync(relay, generator, WarmUp, secure)); // what the first calls load and compile is no call's
        await Task.Delay(1_000);
        await relay.AllocatedAsync();
        var resident = ProcessFigures.Resident(relay.ProcessId);
        var calls = await StartAsync(relay, generator, count, secure);
        await Task.Delay(3_000);
        await relay.AllocatedAsync();
        var perCall = (ProcessFigures.Resident(relay.ProcessId) - resident) / count;

        var (made, got) = await generator.OnLoopAsync(() =>
        {
            generator.Latency.Clear();
            return (calls.Sum(call => call.Made), calls.Sum(call => call.Got)); // here, where neither moves on meanwhile
        });
        var processor = ProcessFigures.Processor(relay.ProcessId);
        var allocated = await relay.AllocatedAsync();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var after = await relay.AllocatedAsync();
        processor = ProcessFigures.Processor(relay.ProcessId) - processor;
        var relayed = calls.Sum(call => call.Got) - got;

        await generator.OnLoopAsync(() =>
        {
            calls.ForEach(call => call.Pause());
            return true;
        });
        await Task.Delay(500);
        var lost = calls.Sum(call => call.Made) - made - (calls.Sum(call => call.Got) - got);
        var deaf = calls.Count(call => call.MediaAfter is null);
        var allocation = after is null ? "" : $"{after.Value.OnMediaThreads - allocated!.Value.OnMediaThreads} on media threads, {after.Value.All - allocated.Value.All} in all";
        var profile = secure ? $"DTLS {calls[0].Caller.Profile}" : "plain";
        Console.WriteLine(FormattableString.Invariant(
            $"{relay.Name,-10} {count,4} {profile,-22} {processor * 1e6 / relayed,6:0.00} {generator.Latency.Percentile(0.5),8} {generator.Latency.Percentile(0.95),8} {generator.Latency.Percentile(0.99),8} {lost,8} {perCall / 1024d,9:0.0}   {allocation}"));
        await StopAsync(calls);
        return deaf == 0 && lost <= relayed / 1000;
    }

    /// <summary>50 calls within one second: each has media both ways within two.</summary>
    private static async Task<bool> BurstAsync(IBenchRelay relay)
    {
        const int Calls = 50;
        await using var ending = relay;
        await using var generator = new Generator();
        var warm = await StartAsync(relay, generator, 2, secure: true);
        await Task.Delay(2_000);
        var calls = Enumerable.Range(0, Calls).Select(i => new BenchCall($"burst{i}", relay, generator, secure: true)).ToList();
        var clock = Stopwatch.StartNew();
        var starting = new List<Task>();
        foreach (var call in calls)
        {
            starting.Add(call.StartAsync());
            await Task.Delay(Math.Max(0, (starting.Count * 1000 / Calls) - (int)clock.ElapsedMilliseconds));
        }

        await Task.WhenAll(starting);
        await Task.Delay(3_000);
        var after = calls.Select(call => call.MediaAfter ?? double.PositiveInfinity).Order().ToArray();
        Console.WriteLine(FormattableString.Invariant(
            $"{relay.Name,-10} 50 DTLS calls in one second: media both ways after {after[Calls / 2]:0} ms (p50), {after[^1]:0} ms (last)"));
        await StopAsync(calls.Concat(warm));
        return after[^1] <= 2_000;
    }

    private static async Task<int> SoakAsync(BenchOptions options)
    {
        await using var relay = await EmbeddedInProcess.StartAsync();
        await using var generator = new Generator();
        var calls = await StartAsync(relay, generator, options.Calls[0], secure: true);
        Console.WriteLine("minute   resident kB   packets   lost   octets allocated on media threads, in all   collections");
        var before = (await relay.AllocatedAsync())!.Value;
        for (var minute = 0; minute <= options.Soak; minute++)
        {
            var now = (await relay.AllocatedAsync())!.Value;
            var (made, got) = (calls.Sum(call => call.Made), calls.Sum(call => call.Got));
            Console.WriteLine(FormattableString.Invariant(
                $"{minute,6} {ProcessFigures.Resident(relay.ProcessId) / 1024,13} {got,9} {made - got,6} {now.OnMediaThreads - before.OnMediaThreads,12} {now.All - before.All,12} {now.Collections,6}"));
            await Task.Delay(TimeSpan.FromMinutes(minute < options.Soak ? 1 : 0));
        }

        await StopAsync(calls);
        return calls.TrueForAll(call => call.MediaAfter is not null) ? 0 : 1;
    }

    private static async Task StopAsync(IEnumerable<BenchCall> calls)
    {
        foreach (var call in calls)
        {
            await call.DisposeAsync();
        }
    }

    private static async Task<List<BenchCall>> StartAsync(IBenchRelay relay, Generator generator, int count, bool secure)
    {
        // Packets wait for those of the same millisecond: how calls lie to each other is chance, but the same for both relays.
        var phases = new Random(count);
        var calls = new List<BenchCall>();
        for (var i = 0; i < count; i++)
        {
            var call = new BenchCall($"bench{Guid.NewGuid():N}", relay, generator, secure, phases.Next(BenchCall.PacketTime));
            await call.StartAsync();
            calls.Add(call);
        }

        return calls;
    }
}
