using System.Globalization;
using Gateway.Load.Figures;
using Gateway.Load.Xmpp;

namespace Gateway.Load;

/// <summary>Prints figures as they come, each aim beside what was reached.</summary>
internal sealed class Report(TextWriter output)
{
    private const double MostAboveHop = 1.0, MostBytes = 200_000;

    /// <summary>False once a call has failed or something was left behind. A figure that misses its aim does not count: the
    /// machine may be busy.</summary>
    public bool IsGood { get; private set; } = true;

    public void Machine(LoadOptions options)
    {
        var load = File.ReadAllText("/proc/loadavg").Split(' ');
        Line($"{DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, {Environment.ProcessorCount} cores, load {string.Join(' ', load[..3])} before the start; "
            + $"Prosody's Nagle {(options.Nagle ? "on" : "off")}; engine {options.Engine}; gateway logs at {options.LogLevel}");
    }

    public void Phase(string name, int wanted, IReadOnlyCollection<XmppCall> calls, string complaints)
    {
        var faults = calls.Select(call => call.End.Result).Where(fault => fault is not null).GroupBy(fault => fault).ToList();
        var failed = faults.Sum(group => group.Count());
        Line($"{name,-8} {wanted} calls, {failed} failed{string.Concat(faults.Select(group => $"; {group.Count()} x {group.Key}"))}");
        Complain(complaints);
        IsGood &= failed == 0;
    }

    public void Latency(int rate, Distribution hop, Distribution invite, Distribution proceed, Distribution accept)
    {
        Line($"\nLatency at {rate} calls/s, ms                p50      p95      p99      max   (count)");
        Line($"  one bare Prosody hop              {hop}");
        Line($"  propose -> INVITE                 {invite}");
        Line($"  200 -> proceed                    {proceed}");
        Line($"  proceed -> session-accept (2 hops){accept}");
        Aim("propose -> INVITE above one hop, p50", invite.P50 - hop.P50, MostAboveHop, "ms");
        Line("  From 200 is a lower bound: sipp notes what it sends after sending it, and may be made to wait in between.\n");
    }

    public void Incoming(int wanted, bool isGood, Distribution propose, Distribution ok, string complaints)
    {
        Line($"incoming {wanted} calls, {(isGood ? "0 failed" : "SOME FAILED")}");
        Line($"  INVITE -> propose                 {propose}");
        Line($"  session-accept -> 200             {ok}\n");
        Complain(complaints);
        IsGood &= isGood;
    }

    public void Load(int rate, int seconds, int calls, Usage used, Distribution hop, Distribution invite, Distribution proceed)
    {
        Line($"\nLoad: {rate} set-ups/s for {seconds} s, ms        p50      p95      p99      max   (count)");
        Line($"  one bare Prosody hop              {hop}");
        Line($"  propose -> INVITE                 {invite}");
        Line($"  200 -> proceed                    {proceed}");
        Line($"  processor time per call, ms: gateway {Each(used.GatewayCpu):0.00}, Prosody {Each(used.ProsodyCpu):0.00}, "
            + $"rtpengine {Each(used.RtpengineCpu):0.00}, this driver {Each(used.OwnCpu):0.00}");
        Aim("processor time per call beside Prosody's", used.GatewayCpu / used.ProsodyCpu, 1, "of it");
        Aim("managed bytes allocated per call", used.Allocated / calls, MostBytes, "B");
        Line($"  collections: {used.Collections:0}, all generations");
        Line("");

        double Each(double cpu) => cpu * 1000 / calls;
    }

    public void Hold(int standing, int wanted, Usage before, Usage used)
    {
        Line($"Hold: {standing} of {wanted} sessions stand; resident {Mega(before.Resident)} before, {Mega(before.Resident + used.Resident)} with them; "
            + $"heap {Mega(before.Heap)} and {Mega(before.Heap + used.Heap)}");
        Aim("resident bytes per call that stands", (double)used.Resident / wanted, MostBytes, "B");
        IsGood &= standing == wanted;

        static string Mega(double bytes) => FormattableString.Invariant($"{bytes / 1e6:0.0} MB");
    }

    public void Sessions(int left)
    {
        Line($"\nLeft in /api/sessions: {left}");
        IsGood &= left == 0;
    }

    public void Gauges(IEnumerable<(string Name, double? Value)> gauges)
    {
        foreach (var (name, value) in gauges)
        {
            Line($"  {name} {value?.ToString(CultureInfo.InvariantCulture) ?? "not exported"}");
            IsGood &= value is null or 0;
        }
    }

    /// <summary>What the gateway counted that a good run does not have.</summary>
    public void Counters(string metrics)
    {
        string[] unwanted = ["gateway_sip_messages_malformed", "gateway_sip_messages_retransmitted", "gateway_sip_messages_dropped",
            "gateway_sip_messages_stray", "gateway_sip_faults", "gateway_calls_refused", "gateway_calls_events_overflow", "gateway_media_"];
        foreach (var line in metrics.Split('\n').Where(line => unwanted.Any(name => line.StartsWith(name, StringComparison.Ordinal))
            && !line.EndsWith(" 0", StringComparison.Ordinal) && !line.Contains("_bucket", StringComparison.Ordinal)))
        {
            Line($"  {line}");
        }
    }

    public void Broken(string why, string log)
    {
        IsGood = false;
        Line($"BROKEN OFF: {why}");
        Tail(log);
    }

    public void Tail(string log) => Line("The gateway's last lines:\n" + string.Join('\n', log.Split('\n').TakeLast(20)));

    private void Aim(string what, double value, double most, string unit) =>
        Line($"  {what}: {value:0.###} {unit} (aim: at most {most:0.###}) {(value <= most ? "reached" : "MISSED")}");

    private void Complain(string complaints)
    {
        if (complaints.Length > 0)
        {
            Line($"  sipp says: {complaints}");
        }
    }

    private void Line(string text) => output.WriteLine(text);
}
