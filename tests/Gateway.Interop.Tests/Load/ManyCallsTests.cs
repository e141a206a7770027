using System.Globalization;
using Gateway.Interop.Tests.Sites;
using Gateway.Testing;
using Gateway.Testing.Phones;
using Gateway.Testing.Servers;

namespace Gateway.Interop.Tests.Load;

/// <summary>Two hundred calls, and nothing of them stays.</summary>
[Collection(BesideProsody.Name)]
public sealed class ManyCallsTests(ProsodySite site)
{
    private const int EachWay = 100;
    private const int Callers = 4;

    // Timers of ended SIP transactions run for 32 s (64*T1): RFC 3261 section 17.1.1.2.
    private static readonly TimeSpan TransactionsGone = TimeSpan.FromSeconds(240);

    [Fact]
    public async Task After_two_hundred_calls_no_session_socket_port_or_timer_is_left()
    {
        await using var gateway = await site.NewGatewayAsync(c =>
        {
            c["Mapping"]!["CallsPerMinute"] = 10_000;
            c["Mapping"]!["ConcurrentCalls"] = 100;
            c["Log"]!["Level"] = "Information";
        });
        await ToPhoneAsync(gateway, 1); // what is made once is made now
        await ToUserAsync(gateway, 1);
        var descriptors = await gateway.Process.MetricAsync("process_open_fds");

        await ToPhoneAsync(gateway, EachWay);
        await ToUserAsync(gateway, EachWay);

        await gateway.Process.HasNoSessionAsync();
        foreach (var gauge in (string[])
            ["gateway_sessions", "gateway_media_sessions", "gateway_sip_calls", "gateway_sip_dialogs",
             "gateway_sip_transactions", "gateway_sip_timers", "gateway_xmpp_iq_pending", "gateway_xmpp_queue_length"])
        {
            await Eventually.HoldsAsync(async () => await gateway.Process.MetricAsync(gauge) == 0, () => gauge, TransactionsGone);
        }

        Assert.Equal(2 * (EachWay + 1), await gateway.Process.MetricAsync("gateway_calls_answered_total"));
        Assert.InRange(await gateway.Process.MetricAsync("process_open_fds"), 0, descriptors + 2); // Kestrel's connections vary
        await Eventually.HoldsAsync(() => PortsOfTheRelay(gateway) == 0);
    }

    /// <summary>XMPP users call, a few at a time, and hang up when they are answered.</summary>
    private async Task ToPhoneAsync(SecondGateway gateway, int calls)
    {
        await using var phone = await SippProcess.StartAsync(
            RepositoryFiles.Scenario("answer"), site.PhonePort, ["-m", calls.ToString(CultureInfo.InvariantCulture)]);
        var left = calls;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(Callers, calls)).Select(async _ =>
        {
            var juliet = await site.NewXmppPhoneAsync();
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var sid = await juliet.CallAsync("1001@" + gateway.Component);
                await juliet.SeesJingleAsync("session-accept", sid);
                await juliet.TerminateAsync(sid);
            }
        }));
        await phone.SucceedsAsync(TransactionsGone);
    }

    /// <summary>The phone calls a user whose client answers, and hangs up.</summary>
    private async Task ToUserAsync(SecondGateway gateway, int calls)
    {
        var juliet = await site.NewXmppPhoneAsync(new { on_propose = "answer" });
        await using var phone = await SippProcess.StartAsync(
            RepositoryFiles.Scenario("call_and_hang_up"),
            site.PhonePort,
            [$"127.0.0.1:{gateway.SipPort}", "-s", juliet.BareJid.Split('@')[0], "-l", "4", "-r", "8",
             "-m", calls.ToString(CultureInfo.InvariantCulture)],
            ("domain", GatewaySite.Domain));
        await phone.SucceedsAsync(TransactionsGone);
        await juliet.LogoutAsync();
    }

    /// <summary>UDP sockets of the media engine that this gateway is.</summary>
    private int PortsOfTheRelay(SecondGateway gateway)
    {
        var (first, last) = site.MediaPorts;
        var held = Directory.EnumerateFiles($"/proc/{gateway.Process.Id}/fd")
            .Select(descriptor => new FileInfo(descriptor).LinkTarget) // null when it was closed meanwhile
            .ToHashSet();
        return File.ReadLines("/proc/net/udp").Skip(1)
            .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Where(columns => held.Contains($"socket:[{columns[9]}]"))
            .Select(columns => int.Parse(columns[1].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture))
            .Count(port => port >= first && port <= last);
    }
}
