using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.Load.Figures;
using Gateway.Load.Servers;
using Gateway.Load.Xmpp;
using Gateway.Testing.Components;
using Gateway.Testing.Servers;

namespace Gateway.Load.Msrp;

/// <summary>
/// Chat sessions through the whole gateway beside a real Prosody: what idle ones need, dialogs and chats included, and messages
/// through busy ones, both ways at once, at each rate.
/// </summary>
internal sealed partial class ChatsRun : IDisposable
{
    private const string GatewayDomain = "sip.example.org", People = "people.example.org";
    private const int WarmUpSeconds = 10, WarmUpRate = 200, WarmUp = WarmUpSeconds * WarmUpRate;

    private readonly Way _toXmpp, _toSip;
    private readonly List<MsrpLine> _lines = [];
    private readonly int _sipPort = FreePorts.One();
    private readonly int _msrpPort = FreePorts.One();
    private ComponentSocket _people = null!;
    private SipChats _phones = null!;
    private int _errors, _next;

    private ChatsRun(int most) => (_toXmpp, _toSip) = (new Way(most), new Way(most));

    /// <summary>The subcommand <c>chats</c>.</summary>
    public static Command Command(Option<string> gateway)
    {
        var idle = new Option<int>("--idle") { Description = "Sessions, each with a dialog and a connection of its own.", DefaultValueFactory = _ => 1000 };
        var busy = new Option<int>("--busy") { Description = "How many of them talk.", DefaultValueFactory = _ => 100 };
        var rates = new Option<int[]>("--rates") { Description = "Messages a second, each way.", DefaultValueFactory = _ => [500, 1000, 2000], AllowMultipleArgumentsPerToken = true };
        var seconds = new Option<int>("--seconds") { Description = "How long each rate lasts.", DefaultValueFactory = _ => 10 };
        var command = new Command("chats", "Chat sessions over MSRP through the whole gateway and Prosody.") { gateway, idle, busy, rates, seconds };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetValue(gateway)!, parsed.GetValue(idle), parsed.GetValue(busy), parsed.GetValue(rates)!, parsed.GetValue(seconds)));
        return command;
    }

    public void Dispose()
    {
        _lines.ForEach(line => line.Dispose());
        _people.Dispose();
        _phones.Dispose();
    }

    private static async Task<int> RunAsync(string assembly, int idle, int busy, int[] rates, int seconds)
    {
        await using var prosody = await QuietProsody.StartAsync("example.org", [GatewayDomain, People], nagle: true);
        using var run = new ChatsRun(WarmUp + (rates.Sum() * seconds));
        await using var gateway = await GatewayProcess.StartAsync(assembly, run.Configuration(prosody.Port));
        run._people = await ComponentSocket.ConnectAsync(People, QuietProsody.Secret, prosody.Port, run.OnStanza);
        run._phones = new SipChats(FreePorts.One(), run._sipPort);

        await run.OpenAsync(busy); // and what is loaded and compiled once
        Console.WriteLine("chats              each way     lost  doubled  p50 ms to XMPP, to SIP  gateway µs  prosody µs  ratio");
        var isGood = await run.PhaseAsync("warm-up", busy, WarmUpRate, WarmUpSeconds, gateway, prosody);
        var before = Usage.ResidentOf(gateway.Id);
        await run.OpenAsync(idle);
        await Task.Delay(5_000);
        var grown = (Usage.ResidentOf(gateway.Id) - before) / 1e6;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{idle} idle sessions more: {grown:0.0} MB resident ({grown * 1000 / idle:0} kB each), {Usage.ResidentOf(gateway.Id) / 1e6:0.0} MB the whole process"));
        foreach (var rate in rates)
        {
            isGood &= await run.PhaseAsync("busy", busy, rate, seconds, gateway, prosody);
        }

        return isGood && grown < 50 ? 0 : 1;
    }

    private JsonObject Configuration(int prosody) => new()
    {
        ["Xmpp"] = new JsonObject { ["Domain"] = GatewayDomain, ["Server"] = $"127.0.0.1:{prosody}", ["Secret"] = QuietProsody.Secret },
        ["Sip"] = new JsonObject
        {
            ["Listen"] = new JsonArray($"udp:127.0.0.1:{_sipPort}"),
            ["Msrp"] = new JsonObject { ["Listen"] = new JsonArray($"tcp:127.0.0.1:{_msrpPort}") },
            ["Trunks"] = new JsonObject
            {
                ["phones"] = new JsonObject { ["Uri"] = "sip:127.0.0.1:9", ["Domain"] = "phone.test", ["Sources"] = new JsonArray("127.0.0.1") },
            },
        },
        ["Mapping"] = new JsonObject
        {
            ["LocalDomains"] = new JsonArray(People), ["AllowedCallers"] = new JsonArray(People), ["TrunkCallsPerMinute"] = 100_000,
            ["MessagesPerMinute"] = 1_000_000,
            ["Chats"] = new JsonObject { ["Idle"] = "1h", ["QueueLimit"] = 10_000 },
        },
        ["Media"] = new JsonObject { ["Engine"] = "embedded" },
        ["Log"] = new JsonObject { ["Level"] = "Warning" },
    };

    private async Task OpenAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var number = _lines.Count;
            var line = new MsrpLine(number, _toSip.Arrived);
            await line.ConnectAsync(await _phones.OpenAsync($"p{number}", $"u{number}@{People}", $"chat{number}", line.Offer));
            for (var patience = 0; patience < 500 && line.Acknowledged == 0; patience++)
            {
                await Task.Delay(10);
            }

            _lines.Add(line);
        }
    }

    private async Task<bool> PhaseAsync(string name, int busy, int rate, int seconds, GatewayProcess gateway, QuietProsody prosody)
    {
        var count = rate * seconds;
        _errors = 0;
        var before = await Usage.ReadAsync(gateway, prosody.Id, Environment.ProcessId);
        _toXmpp.Begin();
        _toSip.Begin();
        var first = _next; // a Message-ID that came before would be a repetition
        _next += count;
        await Task.Factory.StartNew(() => Talk(busy, rate, first, count), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        for (var patience = 0; patience < 60 && _toXmpp.Count + _toSip.Count < 2 * count; patience++)
        {
            await Task.Delay(500);
        }

        var used = (await Usage.ReadAsync(gateway, prosody.Id, Environment.ProcessId)).Since(before);
        var lost = (2 * count) - _toXmpp.Count - _toSip.Count;
        var doubled = _toXmpp.Doubled + _toSip.Doubled;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-12}{rate,13}/s{lost,9}{doubled,9}{_toXmpp.Median(first, count),15:0.0},{_toSip.Median(first, count),7:0.0}{used.GatewayCpu * 1e6 / (2 * count),12:0}{used.ProsodyCpu * 1e6 / (2 * count),12:0}{used.GatewayCpu / used.ProsodyCpu,7:0.00}"));
        if (_errors > 0)
        {
            Console.WriteLine($"  refused: {_errors} to XMPP users");
        }

        return lost == 0 && doubled == 0;
    }

    /// <summary>As many as are due, both ways.</summary>
    private void Talk(int busy, int rate, int first, int count)
    {
        var start = DateTime.UtcNow.Ticks;
        for (var sent = first; sent < first + count;)
        {
            var due = first + Math.Min(count, (int)((DateTime.UtcNow.Ticks - start) * rate / TimeSpan.TicksPerSecond) + 1);
            for (; sent < due; sent++)
            {
                var pair = sent % busy;
                _toXmpp.Sent(sent);
                _lines[pair].Send(sent);
                _toSip.Sent(sent);
                _people.Send(
                    $"<message from='u{pair}@{People}/phone' to='p{pair}%phone.test@{GatewayDomain}' type='chat' id='{sent}'><thread>chat{pair}</thread><body>{sent}</body></message>");
            }

            Thread.Sleep(1);
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
            _toXmpp.Arrived(int.Parse(body.Groups[1].ValueSpan, CultureInfo.InvariantCulture), at);
        }
    }

    [GeneratedRegex("<body[^>]*>([0-9]+)</body>")]
    private static partial Regex Body();

    /// <summary>One direction: when each message was sent, and when it arrived.</summary>
    private sealed class Way(int most)
    {
        private readonly long[] _sentAt = new long[most];
        private readonly long[] _arrivedAt = new long[most];
        private int _count, _doubled;

        public int Count => Volatile.Read(ref _count);

        public int Doubled => Volatile.Read(ref _doubled);

        public void Begin() => (_count, _doubled) = (0, 0);

        public void Sent(int number) => _sentAt[number] = DateTime.UtcNow.Ticks;

        public void Arrived(int number, long at)
        {
            if (Interlocked.CompareExchange(ref _arrivedAt[number], at, 0) == 0)
            {
                Interlocked.Increment(ref _count);
            }
            else
            {
                Interlocked.Increment(ref _doubled);
            }
        }

        public double Median(int first, int count) => Distribution.Of(Enumerable.Range(first, count).Where(i => _arrivedAt[i] > 0)
            .Select(i => (_arrivedAt[i] - _sentAt[i]) / (double)TimeSpan.TicksPerMillisecond)).P50;
    }
}
