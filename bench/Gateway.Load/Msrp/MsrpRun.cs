using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Gateway.Load.Figures;

namespace Gateway.Load.Msrp;

/// <summary>The MSRP endpoint in a process of its own: memory of idle sessions, and messages a second through busy ones.</summary>
internal sealed class MsrpRun
{
    private readonly long[] _sentAt;
    private readonly long[] _echoedAt;
    private int _echoed, _doubled;

    private MsrpRun(int most) => (_sentAt, _echoedAt) = (new long[most], new long[most]);

    /// <summary>The subcommand <c>msrp</c>.</summary>
    public static Command Command()
    {
        var idle = new Option<int>("--idle") { Description = "Idle sessions, each on a connection of its own.", DefaultValueFactory = _ => 1000 };
        var busy = new Option<int>("--busy") { Description = "Sessions that talk.", DefaultValueFactory = _ => 100 };
        var rate = new Option<int>("--rate") { Description = "Messages a second through them, each way.", DefaultValueFactory = _ => 5000 };
        var seconds = new Option<int>("--seconds") { Description = "How long they talk.", DefaultValueFactory = _ => 15 };
        var command = new Command("msrp", "Memory of idle MSRP sessions, and messages through busy ones.") { idle, busy, rate, seconds };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(idle), parsed.GetValue(busy), parsed.GetValue(rate), parsed.GetValue(seconds)));
        return command;
    }

    private static async Task<int> RunAsync(int idle, int busy, int rate, int seconds)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(MsrpRun).Assembly.Location, MsrpSubject.Name])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_gcServer"] = "0";
        using var subject = Process.Start(start)!;
        await subject.StandardOutput.ReadLineAsync();
        var run = new MsrpRun(rate * seconds);
        var lines = new List<MsrpLine>();

        async Task AddAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var line = new MsrpLine(lines.Count, run.OnEcho);
                await subject.StandardInput.WriteLineAsync(Convert.ToBase64String(Encoding.UTF8.GetBytes(line.Offer)));
                await line.ConnectAsync(Encoding.UTF8.GetString(Convert.FromBase64String((await subject.StandardOutput.ReadLineAsync())!)));
                lines.Add(line);
            }

            for (var patience = 0; patience < 100 && lines.Any(l => l.Acknowledged == 0); patience++)
            {
                await Task.Delay(100);
            }
        }

        async Task<double> ResidentAsync()
        {
            await subject.StandardInput.WriteLineAsync("collect");
            await subject.StandardOutput.ReadLineAsync();
            return Usage.ResidentOf(subject.Id) / 1e6;
        }

        await AddAsync(1); // what is loaded and compiled once
        var before = await ResidentAsync();
        await AddAsync(idle - 1);
        var after = await ResidentAsync();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{idle} idle sessions, each on its own connection: {after - before:0.0} MB resident ({(after - before) * 1000 / idle:0} kB each), {after:0.0} MB the whole process"));

        var talking = lines.Take(busy).ToArray();
        var cpu = subject.TotalProcessorTime;
        await Task.Factory.StartNew(() => run.Talk(talking, rate, rate * seconds), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        for (var patience = 0; patience < 60 && Volatile.Read(ref run._echoed) < rate * seconds; patience++)
        {
            await Task.Delay(500);
        }

        subject.Refresh();
        var perMessage = (subject.TotalProcessorTime - cpu).TotalMicroseconds / (2.0 * rate * seconds);
        var lost = (rate * seconds) - run._echoed;
        var unanswered = (rate * seconds) + busy - talking.Sum(l => l.Acknowledged);
        var ways = Distribution.Of(run._echoedAt.Select((at, i) => (at, i)).Where(e => e.at > 0).Select(e => (e.at - run._sentAt[e.i]) / (double)TimeSpan.TicksPerMillisecond));
        var resident = await ResidentAsync();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{rate}/s each way through {busy} sessions for {seconds} s: {lost} lost, {run._doubled} doubled, {unanswered} unanswered; there and back p50 {ways.P50:0.00} ms, p99 {ways.P99:0.00} ms; {perMessage:0} µs of processor a message; {resident:0.0} MB"));
        lines.ForEach(l => l.Dispose());
        subject.Kill();
        return lost == 0 && unanswered == 0 && run._doubled == 0 && after - before < 50 ? 0 : 1;
    }

    private void Talk(MsrpLine[] lines, int rate, int count)
    {
        var start = DateTime.UtcNow.Ticks;
        for (var sent = 0; sent < count;)
        {
            var due = Math.Min(count, (int)((DateTime.UtcNow.Ticks - start) * rate / TimeSpan.TicksPerSecond) + 1);
            for (; sent < due; sent++)
            {
                _sentAt[sent] = DateTime.UtcNow.Ticks;
                lines[sent % lines.Length].Send(sent);
            }

            Thread.Sleep(1);
        }
    }

    private void OnEcho(int number, long at)
    {
        if (Interlocked.CompareExchange(ref _echoedAt[number], at, 0) == 0)
        {
            Interlocked.Increment(ref _echoed);
        }
        else
        {
            Interlocked.Increment(ref _doubled);
        }
    }
}
