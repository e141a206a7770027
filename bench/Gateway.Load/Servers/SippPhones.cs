using System.Globalization;
using Gateway.Testing;
using Gateway.Testing.Servers;

namespace Gateway.Load.Servers;

/// <summary>One message on the wire: when (ticks of UTC), which way, of which call, and its first line.</summary>
internal readonly record struct SipLine(long At, bool IsReceived, string CallId, string FirstLine);

/// <summary>
/// One sipp with many phones. Its short message log has the time of every message in microseconds, by the same clock as ours.
/// </summary>
internal sealed class SippPhones : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private OwnedProcess? _process;

    private SippPhones()
    {
    }

    /// <summary>What the phones saw on the wire so far.</summary>
    public ILookup<string, SipLine> Messages => Lines().ToLookup(line => line.CallId);

    /// <summary>Answers calls at <paramref name="port"/> after ringing for <paramref name="ring"/>.</summary>
    public static async Task<SippPhones> AnswerAsync(int port, TimeSpan ring)
    {
        var sipp = await StartAsync("answer.xml", port, [], ("ring", Text((int)ring.TotalMilliseconds)));
        await Eventually.HoldsAsync(
            () => File.ReadLines("/proc/net/udp").Any(line => line.Contains($"0100007F:{port:X4}", StringComparison.Ordinal)),
            () => sipp._process!.Output);
        return sipp;
    }

    /// <summary>Places <paramref name="calls"/> calls from <paramref name="port"/>.</summary>
    public static Task<SippPhones> CallAsync(int port, int gateway, string domain, int calls, int rate, TimeSpan talk) => StartAsync(
        "call.xml", port, [$"127.0.0.1:{gateway}", "-m", Text(calls), "-r", Text(rate), "-l", Text(calls)],
        ("domain", domain), ("talk", Text((int)talk.TotalMilliseconds)));

    /// <summary>The end of a run of calls: true when every one went as the scenario says.</summary>
    public async Task<bool> EndsWellAsync(TimeSpan patience)
    {
        try
        {
            await _process!.Ended.WaitAsync(patience);
            return _process.ExitCode == 0;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process!.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>
    /// What sipp complained of: unexpected messages, time-outs. That it was not run for half a second says something of the
    /// machine, and nothing of the gateway: it is only counted.
    /// </summary>
    public string Complaints()
    {
        if (!File.Exists(_folder.At("errors")))
        {
            return "";
        }

        var text = File.ReadAllText(_folder.At("errors"));
        var heldUp = text.Split("Overload warning").Length - 1;
        var others = text.Split('\n').Where(line => line.Length > 0 && !line.Contains("Overload warning", StringComparison.Ordinal)
            && !line.StartsWith("The following events", StringComparison.Ordinal)).Take(20).ToList();
        return string.Join('\n', [.. heldUp > 0 ? [$"not run by the machine for over 0.5 s, {heldUp} times"] : Array.Empty<string>(), .. others]);
    }

    private static async Task<SippPhones> StartAsync(
        string scenario, int port, string[] arguments, params (string Name, string Value)[] values)
    {
        var sipp = new SippPhones();
        var text = values.Aggregate(
            await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Scenarios", scenario)),
            (one, value) => one.Replace("{" + value.Name + "}", value.Value, StringComparison.Ordinal));
        sipp._process = await OwnedProcess.StartAsync(
            "sipp",
            [.. arguments, "-sf", sipp._folder.Write("scenario.xml", text), "-i", "127.0.0.1", "-p", Text(port), "-mi", "127.0.0.1",
             "-mp", Text(FreePorts.Block(4)), "-nostdin", "-buff_size", "4194304", "-trace_shortmsg", "-shortmessage_file",
             sipp._folder.At("messages"), "-trace_err", "-error_file", sipp._folder.At("errors"), "-recv_timeout", "60000"],
            sipp._folder.Path,
            new Dictionary<string, string> { ["TERM"] = "dumb" });
        return sipp;
    }

    private List<SipLine> Lines()
    {
        var lines = new List<SipLine>();
        if (!File.Exists(_folder.At("messages")))
        {
            return lines;
        }

        using var stream = new FileStream(_folder.At("messages"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            // date, time, seconds since the epoch, R or S, Call-ID, CSeq, first line
            if (line.Split('\t') is [_, _, var epoch, var way, var callId, _, var first]
                && decimal.TryParse(epoch, NumberStyles.Number, CultureInfo.InvariantCulture, out var seconds))
            {
                lines.Add(new(DateTime.UnixEpoch.Ticks + (long)(seconds * TimeSpan.TicksPerSecond), way == "R", callId, first));
            }
        }

        return lines;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
