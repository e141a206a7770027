using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.Load.Figures;
using Gateway.Load.Servers;
using Gateway.Load.Xmpp;
using Gateway.Testing.Servers;

namespace Gateway.Load;

/// <summary>One run: the servers, the phases in their order, the figures of each.</summary>
internal sealed class LoadRun(LoadOptions options, Report report)
{
    private const string GatewayDomain = "sip.example.org";

    /// <summary>Calls under load last this long, so that some hundred stand at the same time.</summary>
    private static readonly TimeSpan Talk = TimeSpan.FromSeconds(1);

    /// <summary>Between 180 and 200: ringing must not stand in the way of what is measured.</summary>
    private static readonly TimeSpan Ring = TimeSpan.FromMilliseconds(50);

    /// <summary>For a call to end after the last was begun; the gateway's own timers are longer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly int _sipPort = FreePorts.One();
    private readonly int _answeringPort = FreePorts.One();
    private readonly int _callingPort = FreePorts.One();

    public static async Task<int> RunAsync(LoadOptions options)
    {
        if (!File.Exists(options.Gateway))
        {
            await Console.Error.WriteLineAsync($"There is no {options.Gateway}: dotnet build -c Release src/Gateway.Host, or name one with --gateway.");
            return 2;
        }

        var report = new Report(Console.Out);
        await new LoadRun(options, report).RunAsync();
        return report.IsGood ? 0 : 1;
    }

    private async Task RunAsync()
    {
        await using var prosody = await QuietProsody.StartAsync(
            "example.org", [GatewayDomain, XmppCallers.Domain, .. BareHop.Domains], options.Nagle);
        await using var rtpengine = await QuietRtpengine.StartAsync();
        await using var gateway = await GatewayProcess.StartAsync(options.Gateway, Configuration(prosody.Port, rtpengine.Address));
        using var callers = await XmppCallers.StartAsync(prosody.Port, QuietProsody.Secret, GatewayDomain);
        using var hop = await BareHop.StartAsync(prosody.Port, QuietProsody.Secret);
        Task<Usage> UsageAsync() => Usage.ReadAsync(gateway, prosody.Id, rtpengine.Id);

        report.Machine(options);
        try
        {
            await WarmUpAsync(callers);
            await LatencyAsync(callers, hop);
            await IncomingAsync(callers);
            await LoadAsync(callers, hop, UsageAsync);
            await HoldAsync(callers, gateway, UsageAsync);
            await SettleAsync(gateway);
        }
        catch (Exception fault) when (fault is HttpRequestException or TimeoutException)
        {
            report.Broken(fault.Message, gateway.Output);
        }

        if (!report.IsGood)
        {
            report.Tail(gateway.Output);
        }
    }

    private JsonObject Configuration(int prosody, string rtpengine) => new()
    {
        ["Xmpp"] = new JsonObject
        {
            ["Domain"] = GatewayDomain, ["Server"] = $"127.0.0.1:{prosody}", ["Secret"] = QuietProsody.Secret,
        },
        ["Sip"] = new JsonObject
        {
            ["Listen"] = new JsonArray($"udp:127.0.0.1:{_sipPort}"),
            ["Trunks"] = new JsonObject
            {
                ["phones"] = new JsonObject
                {
                    ["Uri"] = $"sip:127.0.0.1:{_answeringPort}", ["Domain"] = "phone.test", ["Sources"] = new JsonArray("127.0.0.1"),
                },
            },
        },
        ["Mapping"] = new JsonObject
        {
            ["LocalDomains"] = new JsonArray(XmppCallers.Domain), ["AllowedCallers"] = new JsonArray(XmppCallers.Domain),
        },
        ["Media"] = new JsonObject { ["Engine"] = options.Engine, ["Rtpengine"] = new JsonArray(rtpengine) },
        ["Log"] = new JsonObject { ["Level"] = options.LogLevel },
    };

    private async Task WarmUpAsync(XmppCallers callers)
    {
        await using var phones = await SippPhones.AnswerAsync(_answeringPort, TimeSpan.Zero);
        var calls = await CallAsync(callers, options.WarmUp, rate: 40, TimeSpan.FromMilliseconds(100));
        report.Phase("warm-up", options.WarmUp, calls, phones.Complaints());
        await Task.Delay(TimeSpan.FromSeconds(1)); // what was called often is compiled again in the background
    }

    private async Task LatencyAsync(XmppCallers callers, BareHop hop)
    {
        if (options.LatencyCalls == 0)
        {
            return;
        }

        await using var phones = await SippPhones.AnswerAsync(_answeringPort, Ring);
        var work = CallAsync(callers, options.LatencyCalls, options.LatencyRate, Ring);
        var bare = await hop.MeasureAsync(work);
        var calls = await work;
        report.Phase("latency", options.LatencyCalls, calls, phones.Complaints());
        report.Latency(options.LatencyRate, bare, ToInvite(calls, phones), ToProceed(calls, phones), ToAccept(calls));
    }

    private async Task IncomingAsync(XmppCallers callers)
    {
        if (options.IncomingCalls == 0)
        {
            return;
        }

        await using var phones = await SippPhones.CallAsync(
            _callingPort, _sipPort, XmppCallers.Domain, options.IncomingCalls, options.LatencyRate, Ring);
        var isGood = await phones.EndsWellAsync(TimeSpan.FromSeconds(options.IncomingCalls / options.LatencyRate) + Patience);
        var proposed = new List<double>();
        var answered = new List<double>();
        foreach (var messages in phones.Messages)
        {
            // Call-IDs of sipp begin with the number of the call, and so do the users that are called.
            var user = string.Create(CultureInfo.InvariantCulture, $"u{messages.Key.Split('-')[0]}@{XmppCallers.Domain}");
            if (callers.Incoming.TryGetValue(user, out var call)
                && messages.FirstOrDefault(m => !m.IsReceived && m.FirstLine.StartsWith("INVITE", StringComparison.Ordinal)) is { At: > 0 } invite
                && messages.FirstOrDefault(m => m.IsReceived && m.FirstLine.StartsWith("SIP/2.0 200", StringComparison.Ordinal)) is { At: > 0 } ok)
            {
                proposed.Add(Milliseconds(invite.At, call.ProposedAt));
                answered.Add(Milliseconds(call.AcceptedAt, ok.At));
            }
        }

        report.Incoming(options.IncomingCalls, isGood, Distribution.Of(proposed), Distribution.Of(answered), phones.Complaints());
    }

    private async Task LoadAsync(XmppCallers callers, BareHop hop, Func<Task<Usage>> usage)
    {
        var count = options.Rate * options.Seconds;
        if (count == 0)
        {
            return;
        }

        await using var phones = await SippPhones.AnswerAsync(_answeringPort, Ring);
        var before = await usage();
        var work = CallAsync(callers, count, options.Rate, Talk);
        var bare = await hop.MeasureAsync(work);
        var calls = await work;
        var used = (await usage()).Since(before);
        report.Phase("load", count, calls, phones.Complaints());
        report.Load(options.Rate, options.Seconds, count, used, bare, ToInvite(calls, phones), ToProceed(calls, phones));
    }

    private async Task HoldAsync(XmppCallers callers, GatewayProcess gateway, Func<Task<Usage>> usage)
    {
        if (options.Hold == 0)
        {
            return;
        }

        await using var phones = await SippPhones.AnswerAsync(_answeringPort, TimeSpan.Zero);
        var before = await usage();
        var release = new TaskCompletionSource();
        var calls = new List<XmppCall>();
        await PaceAsync(options.Hold, rate: 50, () => calls.Add(callers.Call(release.Task)));
        await Task.WhenAll(calls.Select(call => call.Talks)).WaitAsync(Patience);
        await Task.Delay(TimeSpan.FromSeconds(1));
        var standing = (await gateway.SessionsAsync()).Count;
        var used = (await usage()).Since(before);
        release.SetResult();
        await EndAsync(calls);
        report.Phase("hold", options.Hold, calls, phones.Complaints());
        report.Hold(standing, options.Hold, before, used);
    }

    /// <summary>No session may be left at once, and nothing at all once the last timer is over.</summary>
    private async Task SettleAsync(GatewayProcess gateway)
    {
        await Task.Delay(TimeSpan.FromSeconds(1));
        report.Sessions((await gateway.SessionsAsync()).Count);
        var gauges = new[] { "gateway_sip_calls", "gateway_sip_dialogs", "gateway_sip_transactions", "gateway_sip_timers", "gateway_media_sessions" };
        var left = gauges;
        for (var second = 0; second <= options.Settle; second++)
        {
            var text = await gateway.GetAsync("metrics");
            left = [.. gauges.Where(name => Sum(text, name) != 0)];
            if (left.Length == 0)
            {
                break;
            }

            await Task.Delay(TimeSpan.FromSeconds(1));
        }

        var last = await gateway.GetAsync("metrics");
        report.Gauges(gauges.Select(name => (name, Sum(last, name))));
        report.Counters(last);
    }

    private static double? Sum(string metrics, string name)
    {
        var lines = metrics.Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal)
            && line.Length > name.Length && line[name.Length] is ' ' or '{').ToList();
        return lines.Count == 0 ? null : lines.Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    private static async Task<List<XmppCall>> CallAsync(XmppCallers callers, int count, int rate, TimeSpan talk)
    {
        var calls = new List<XmppCall>(count);
        await PaceAsync(count, rate, () =>
        {
            var released = new TaskCompletionSource();
            var call = callers.Call(released.Task);
            calls.Add(call);
            _ = ReleaseAsync(call, released, talk);
        });
        await EndAsync(calls);
        return calls;
    }

    private static async Task ReleaseAsync(XmppCall call, TaskCompletionSource released, TimeSpan talk)
    {
        await call.Talks;
        await Task.Delay(talk);
        released.SetResult();
    }

    /// <summary>Runs <paramref name="begin"/> at equal distances, on a thread that has nothing else to do.</summary>
    private static Task PaceAsync(int count, int rate, Action begin) => Task.Factory.StartNew(
        () =>
        {
            var start = DateTime.UtcNow;
            for (var n = 0; n < count; n++)
            {
                var wait = start + TimeSpan.FromSeconds((double)n / rate) - DateTime.UtcNow;
                if (wait > TimeSpan.Zero)
                {
                    Thread.Sleep(wait);
                }

                begin();
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static async Task EndAsync(List<XmppCall> calls)
    {
        try
        {
            await Task.WhenAll(calls.Select(call => call.End)).WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            foreach (var call in calls)
            {
                call.Close(call switch
                {
                    { ProceededAt: 0 } => "no proceed in time",
                    { AcceptedAt: 0 } => "no session-accept in time",
                    _ => "no end in time",
                });
            }
        }
    }

    private static Distribution ToInvite(List<XmppCall> calls, SippPhones phones)
    {
        var messages = phones.Messages;
        return Distribution.Of(calls
            .Select(call => (call, invite: messages[call.Sid].FirstOrDefault(m => m.IsReceived)))
            .Where(one => one.invite.At > 0)
            .Select(one => Milliseconds(one.call.ProposedAt, one.invite.At)));
    }

    private static Distribution ToProceed(List<XmppCall> calls, SippPhones phones)
    {
        var messages = phones.Messages;
        return Distribution.Of(calls
            .Select(call => (call, ok: messages[call.Sid].FirstOrDefault(m => m.FirstLine.StartsWith("SIP/2.0 200", StringComparison.Ordinal))))
            .Where(one => one is { ok.At: > 0, call.ProceededAt: > 0 })
            .Select(one => Milliseconds(one.ok.At, one.call.ProceededAt)));
    }

    /// <summary>From proceed, which the caller answers at once with session-initiate, to session-accept: two hops and the relay.</summary>
    private static Distribution ToAccept(List<XmppCall> calls) => Distribution.Of(calls
        .Where(call => call.AcceptedAt > 0).Select(call => Milliseconds(call.ProceededAt, call.AcceptedAt)));

    private static double Milliseconds(long from, long to) => (to - from) / (double)TimeSpan.TicksPerMillisecond;
}
