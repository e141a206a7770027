using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.Load.Figures;
using Gateway.Load.Servers;
using Gateway.Load.Xmpp;
using Gateway.Testing.Components;
using Gateway.Testing.Servers;

namespace Gateway.Load.Messages;

/// <summary>
/// Single messages each way at given rates: a component plays the XMPP users, one UDP socket the SIP users. What is told: what was
/// lost, the way from socket to socket beside one bare Prosody hop, processor time of gateway and Prosody for each message.
/// </summary>
internal sealed partial class MessagesRun : IDisposable
{
    private const string GatewayDomain = "sip.example.org", People = "people.example.org";
    private const int Pairs = 100;
    private const int WarmUpRate = 1_000, WarmUpSeconds = 10;

    private readonly long[] _sentAt;
    private readonly long[] _arrivedAt;
    private readonly int _sipPort = FreePorts.One();
    private ComponentSocket _people = null!;
    private SipTexts _texts = null!;
    private int _arrived, _doubled, _errors;

    private MessagesRun(int most) => (_sentAt, _arrivedAt) = (new long[most], new long[most]);

    /// <summary>The subcommand <c>messages</c>.</summary>
    public static Command Command(Option<string> gateway)
    {
        var rates = new Option<int[]>("--rates") { Description = "Messages a second.", DefaultValueFactory = _ => [500, 2000], AllowMultipleArgumentsPerToken = true };
        var seconds = new Option<int>("--seconds") { Description = "How long each rate lasts.", DefaultValueFactory = _ => 15 };
        var command = new Command("messages", "SIP MESSAGE to XMPP messages and back, each way at each rate.") { gateway, rates, seconds };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(gateway)!, parsed.GetValue(rates)!, parsed.GetValue(seconds)));
        return command;
    }

    public void Dispose()
    {
        _people.Dispose();
        _texts.Dispose();
    }

    private static async Task<int> RunAsync(string assembly, int[] rates, int seconds)
    {
        await using var prosody = await QuietProsody.StartAsync("example.org", [GatewayDomain, People, .. BareHop.Domains], nagle: true);
        using var run = new MessagesRun((rates.Max() * seconds) + 1);
        var phonePort = FreePorts.One();
        await using var gateway = await GatewayProcess.StartAsync(assembly, run.Configuration(prosody.Port, phonePort));
        run._people = await ComponentSocket.ConnectAsync(People, QuietProsody.Secret, prosody.Port, run.OnStanza);
        run._texts = new SipTexts(phonePort, run._sipPort, run.OnArrival);
        using var hop = await BareHop.StartAsync(prosody.Port, QuietProsody.Secret);

        Console.WriteLine("messages                  sent     lost  doubled   p50 ms   p95 ms   p99 ms   max ms  hop p50  gateway µs  prosody µs  ratio   octets  paused µs");
        var isGood = true;
        foreach (var toSip in (bool[])[true, false, true, false])
        {
            isGood &= await run.PhaseAsync("warm-up", toSip, WarmUpRate, WarmUpSeconds, gateway, prosody, hop);
            await CompiledAsync(gateway);
        }

        foreach (var rate in rates)
        {
            isGood &= await run.PhaseAsync("XMPP to SIP", toSip: true, rate, seconds, gateway, prosody, hop);
            isGood &= await run.PhaseAsync("SIP to XMPP", toSip: false, rate, seconds, gateway, prosody, hop);
        }

        if (!isGood)
        {
            Console.WriteLine(string.Join('\n', gateway.Output.Split('\n').TakeLast(30)));
        }

        return isGood ? 0 : 1;
    }

    /// <summary>
    /// The runtime compiles what is called often behind, in two steps, and counts that as the gateway's time; of what is asked here for
    /// the figures too. So that is asked often enough, and no phase begins before the process has become quiet.
    /// </summary>
    private static async Task CompiledAsync(GatewayProcess gateway)
    {
        for (var i = 0; i < 60; i++)
        {
            await gateway.MetricAsync("dotnet_gc_heap_bytes");
        }

        for (var (quiet, before) = (0, Usage.CpuOf(gateway.Id)); quiet < 3;)
        {
            await Task.Delay(500);
            var now = Usage.CpuOf(gateway.Id);
            quiet = now - before <= 0.01 ? quiet + 1 : 0;
            before = now;
        }
    }

    private JsonObject Configuration(int prosody, int phone) => new()
    {
        ["Xmpp"] = new JsonObject { ["Domain"] = GatewayDomain, ["Server"] = $"127.0.0.1:{prosody}", ["Secret"] = QuietProsody.Secret },
        ["Sip"] = new JsonObject
        {
            ["Listen"] = new JsonArray($"udp:127.0.0.1:{_sipPort}"),
            ["Trunks"] = new JsonObject
            {
                ["phones"] = new JsonObject { ["Uri"] = $"sip:127.0.0.1:{phone}", ["Domain"] = "phone.test", ["Sources"] = new JsonArray("127.0.0.1") },
            },
        },
        ["Mapping"] = new JsonObject { ["LocalDomains"] = new JsonArray(People), ["AllowedCallers"] = new JsonArray(People), ["Chat"] = "page" },
        ["Media"] = new JsonObject { ["Engine"] = "embedded" },
        ["Log"] = new JsonObject { ["Level"] = "Information" },
    };

    private async Task<bool> PhaseAsync(string name, bool toSip, int rate, int seconds, GatewayProcess gateway, QuietProsody prosody, BareHop hop)
    {
        var count = Math.Min(rate * seconds, _sentAt.Length);
        Array.Clear(_arrivedAt);
        _texts.BeginAnew();
        (_arrived, _doubled, _errors) = (0, 0, 0);
        var before = await Usage.ReadAsync(gateway, prosody.Id, Environment.ProcessId);
        var bare = await hop.MeasureAsync(SendAsync(toSip, rate, count));
        for (var patience = 0; patience < 40 && (Volatile.Read(ref _arrived) < count || _texts.Unanswered > 0); patience++)
        {
            await Task.Delay(500);
            _texts.SendUnansweredAgain();
        }

        var used = (await Usage.ReadAsync(gateway, prosody.Id, Environment.ProcessId)).Since(before);
        var ways = Distribution.Of(Enumerable.Range(0, count).Where(i => _arrivedAt[i] > 0)
            .Select(i => (_arrivedAt[i] - _sentAt[i]) / (double)TimeSpan.TicksPerMillisecond));
        var lost = count - _arrived;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-12}{rate,6}/s{count,10}{lost,9}{_doubled,9}{ways.P50,9:0.00}{ways.P95,9:0.00}{ways.P99,9:0.00}{ways.Max,9:0.00}{bare.P50,9:0.00}{used.GatewayCpu * 1e6 / count,12:0}{used.ProsodyCpu * 1e6 / count,12:0}{used.GatewayCpu / used.ProsodyCpu,7:0.00}{used.Allocated / count,9:0}{used.Paused * 1e6 / count,11:0.0}"));
        if (_errors + _texts.Refused > 0)
        {
            Console.WriteLine($"  refused: {_errors} to XMPP users, {_texts.Refused} to SIP users in all");
        }

        return lost == 0 && _doubled == 0;
    }

    /// <summary>As many as are due, a thousand times a second.</summary>
    private Task SendAsync(bool toSip, int rate, int count) => Task.Factory.StartNew(
        () =>
        {
            var start = DateTime.UtcNow.Ticks;
            for (var sent = 0; sent < count;)
            {
                var due = Math.Min(count, (int)((DateTime.UtcNow.Ticks - start) * rate / TimeSpan.TicksPerSecond) + 1);
                for (; sent < due; sent++)
                {
                    Send(toSip, sent);
                }

                Thread.Sleep(1);
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Send(bool toSip, int number)
    {
        var user = $"u{number % Pairs}@{People}";
        _sentAt[number] = DateTime.UtcNow.Ticks;
        if (toSip)
        {
            _people.Send($"<message from='{user}/phone' to='p{number % Pairs}%phone.test@{GatewayDomain}' id='{number}'><body>{number}</body></message>");
        }
        else
        {
            _texts.Send(number, user);
        }
    }

    private void OnStanza(string stanza, long at)
    {
        if (stanza.Contains("type='error'", StringComparison.Ordinal) || stanza.Contains("type=\"error\"", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _errors);
        }
        else if (Body().Match(stanza) is { Success: true } body)
        {
            OnArrival(int.Parse(body.Groups[1].ValueSpan, CultureInfo.InvariantCulture), at);
        }
    }

    private void OnArrival(int number, long at)
    {
        if (Interlocked.CompareExchange(ref _arrivedAt[number], at, 0) == 0)
        {
            Interlocked.Increment(ref _arrived);
        }
        else
        {
            Interlocked.Increment(ref _doubled);
        }
    }

    [GeneratedRegex("<body[^>]*>([0-9]+)</body>")]
    private static partial Regex Body();
}
