using System.Globalization;
using System.Text.RegularExpressions;
using Gateway.Interop.Tests.Sites;
using Gateway.Testing;
using Gateway.Testing.Servers;

namespace Gateway.Interop.Tests.Load;

/// <summary>Hundreds of calls at once, ended in every way, and nothing of them stays.</summary>
public abstract partial class ManyCallsTests(GatewaySite site)
{
    private const int EachKind = 23;

    /// <summary>Connections of Kestrel come and go.</summary>
    private const int MayVary = 2;

    // Timers of ended SIP transactions run for 32 s (64*T1): RFC 3261 section 17.1.1.2.
    private static readonly TimeSpan TransactionsGone = TimeSpan.FromSeconds(240);

    [Fact]
    public async Task After_a_burst_of_calls_of_every_kind_no_session_socket_port_timer_or_row_is_left()
    {
        var burst = new Burst(site);
        await using var gateway = await site.NewGatewayAsync(c =>
        {
            burst.Configure(c);
            c["Log"]!["Level"] = "Information";
        });
        await burst.RunAsync(gateway, 1); // what is made once is made now
        var before = Descriptors(gateway.Process.Id);
        var others = PortsOfTheRelay(gateway); // of the calls of other tests, which an engine of its own carries too

        await burst.RunAsync(gateway, EachKind);

        foreach (var gauge in (string[])
            ["gateway_sessions", "gateway_media_sessions", "gateway_sip_calls", "gateway_sip_dialogs",
             "gateway_sip_transactions", "gateway_sip_timers", "gateway_xmpp_iq_pending", "gateway_xmpp_queue_length"])
        {
            await Eventually.HoldsAsync(async () => await gateway.Process.MetricAsync(gauge) == 0, () => gauge, TransactionsGone);
        }

        Assert.Equal(Burst.Answered * (EachKind + 1), await gateway.Process.MetricAsync("gateway_calls_answered_total"));

        await Eventually.HoldsAsync(() => PortsOfTheRelay(gateway).IsSubsetOf(others), patience: TransactionsGone);
        var left = Descriptors(gateway.Process.Id).Except(before).ToList();
        Assert.True(left.Count <= MayVary, string.Join('\n', left));
        await NoFaultIsToldAsync(gateway.Process);
        await NoCallIsStoredAsync(gateway.Process);
        await gateway.Process.GetAsync("healthz"); // throws unless it is well
        Assert.False(gateway.Process.Ended.IsCompleted);
    }

    [GeneratedRegex("^gateway_([a-z]+_)*(faults|overflow|failures|state_lost|stanzas_dropped|messages_dropped)_total")]
    private static partial Regex Fault();

    /// <summary>A line of the log that is neither an error nor what the runtime writes when it dies.</summary>
    [GeneratedRegex("^[-0-9T:.]+Z (INF|WRN) ")]
    private static partial Regex Harmless();

    private static async Task NoFaultIsToldAsync(GatewayProcess gateway)
    {
        Assert.Equal("", string.Join('\n', (await gateway.GetAsync("metrics")).Split('\n')
            .Where(line => Fault().IsMatch(line) && !line.EndsWith(" 0", StringComparison.Ordinal))));
        Assert.Equal("", string.Join('\n', gateway.Output.Split('\n').Where(line => !Harmless().IsMatch(line))));
    }

    /// <summary>What a start after a crash would find.</summary>
    private static async Task NoCallIsStoredAsync(GatewayProcess gateway)
    {
        await gateway.HasStoredAllAsync();
        await using var query = await OwnedProcess.StartAsync("/usr/bin/python3", [
            "-c", "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM call_in_progress').fetchone()[0])",
            Path.Combine(gateway.StateFolder, "gateway.db")]);
        await query.Ended.WaitAsync(Eventually.Patience);
        Assert.Equal("0", query.Output);
    }

    /// <summary>Sockets and pipes that a process holds open, by their numbers; not files, which the runtime opens when it likes.</summary>
    private static HashSet<string> Descriptors(int process) =>
        [.. Directory.EnumerateFiles($"/proc/{process}/fd").Select(descriptor => new FileInfo(descriptor).LinkTarget ?? "") // null: closed meanwhile
            .Where(name => name.Contains(':', StringComparison.Ordinal))];

    /// <summary>UDP sockets of the media engine.</summary>
    private HashSet<int> PortsOfTheRelay(SecondGateway gateway)
    {
        var (first, last) = site.MediaPorts;
        var held = Descriptors(site.EngineProcess ?? gateway.Process.Id);
        return [.. File.ReadLines("/proc/net/udp").Skip(1)
            .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Where(columns => held.Contains($"socket:[{columns[9]}]"))
            .Select(columns => int.Parse(columns[1].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture))
            .Where(port => port >= first && port <= last)];
    }
}

/// <summary>Many calls beside Prosody, with the embedded relay.</summary>
[Collection(BesideProsody.Name)]
public sealed class ManyCallsBesideProsodyTests(ProsodySite site) : ManyCallsTests(site);

/// <summary>Many calls beside ejabberd, with rtpengine.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class ManyCallsBesideEjabberdTests(EjabberdSite site) : ManyCallsTests(site);
