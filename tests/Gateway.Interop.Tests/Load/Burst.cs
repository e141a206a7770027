using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.Interop.Tests.Sites;
using Gateway.Testing;
using Gateway.Testing.Phones;
using Gateway.Testing.Servers;

namespace Gateway.Interop.Tests.Load;

/// <summary>
/// Calls of every kind at once, both ways, so many of each: the calls of the crowd about a hundred a second, those of the phones
/// as many again. A slow machine makes it slower, and nothing else.
/// </summary>
internal sealed class Burst(GatewaySite site)
{
    private const string CallsAnswered = "gateway_calls_answered_total";
    private const string Leaves = "answer_and_hang_up";
    private const string Talk = "1000"; // ms, of phones that called
    private const int EachPerSecond = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(240);

    // Not a phone waits for calls taken back before anything can have come of them: how many come so far is chance.
    private static readonly Outgoing[] FromCrowd =
    [
        new("answer", Conduct.HangsUp, "proceed session-accept finish"),
        new(Leaves, Conduct.Stays, "proceed session-accept session-terminate finish"),
        new("answer", Conduct.Vanishes, "proceed session-accept finish"),
        new("ring_until_cancelled", Conduct.Rings, ""),
        new("ring_until_cancelled", Conduct.IsHasty, "") { MayNotCome = true },
        new("refuse", Conduct.Stays, "reject"),
    ];

    private static readonly Incoming[] FromPhones =
    [
        new("call_and_hang_up", Conduct.Stays, "session-initiate session-terminate finish"),
        new("call", Conduct.HangsUp, "session-initiate finish"),
        new("call_refused", Conduct.Vanishes, "session-initiate finish") { Status = "480" },
        new("call_refused", Conduct.Declines, "") { Status = "603" },
        new("call_and_cancel", Conduct.Rings, "retract"),
        new("call_and_cancel_early", Conduct.IsHasty, "retract"),
        new("call_and_vanish", Conduct.Rings, "retract"),
    ];

    private readonly Dictionary<Outgoing, int> _ports = FromCrowd.ToDictionary(one => one, _ => FreePorts.One());

    /// <summary>How many of its kinds both sides take.</summary>
    public static int Answered => 5;

    /// <summary>Gives a gateway a trunk for each kind of call that the crowd places, and room for all of them.</summary>
    public void Configure(JsonObject configuration)
    {
        foreach (var (one, port) in _ports)
        {
            configuration["Sip"]!["Trunks"]![one.Trunk] = new JsonObject
            {
                ["Uri"] = string.Create(CultureInfo.InvariantCulture, $"sip:127.0.0.1:{port}"), ["Domain"] = one.Domain,
            };
        }

        var mapping = configuration["Mapping"]!;
        mapping["LocalDomains"]!.AsArray().Add(GatewaySite.Crowd);
        mapping["AllowedCallers"] = new JsonArray(GatewaySite.Crowd);
        mapping["CallsPerMinute"] = 10_000;
        mapping["ConcurrentCalls"] = 1_000;
        mapping["TrunkCallsPerMinute"] = 10_000;
    }

    /// <summary>Runs it to the end of every call, and holds both sides to what they must have seen.</summary>
    public async Task RunAsync(SecondGateway gateway, int each)
    {
        var answered = await gateway.Process.MetricAsync(CallsAnswered) + (Answered * each);
        var talk = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var called = await Task.WhenAll(FromCrowd.Select(one => ExpectAsync(one, each)));
        var leaves = called[Array.FindIndex(FromCrowd, one => one.Scenario == Leaves)];
        using var crowd = await Crowd.StartAsync(site, talk.Task, call => _ = leaves.GoOnAsync(call.Sid)); // which is the Call-ID, too
        var calling = await Task.WhenAll(FromPhones.Select(one => PlaceAsync(one, gateway, each)));
        try
        {
            var ends = called.Where((_, n) => !FromCrowd[n].MayNotCome).Concat(calling).Select(phone => phone.SucceedsAsync(Patience))
                .Append(CallAsync(crowd, gateway, each, answered, talk));
            await foreach (var end in Task.WhenEach(ends))
            {
                await end; // the first that went wrong tells more than all that wait for it
            }

            await gateway.Process.HasNoSessionAsync();
            Assert.Equal(Expected(each), Seen(crowd));
        }
        finally
        {
            foreach (var phone in called.Concat(calling))
            {
                await phone.DisposeAsync();
            }
        }
    }

    /// <summary>
    /// The crowd calls. All calls that are to stand do so before the first is hung up by its user, whose side cannot see that the phone
    /// has the answer: then as many as <paramref name="answered"/> are counted.
    /// </summary>
    private static async Task CallAsync(Crowd crowd, SecondGateway gateway, int each, double answered, TaskCompletionSource talk)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1) / EachPerSecond);
        for (var n = 0; n < each; n++)
        {
            foreach (var one in FromCrowd)
            {
                crowd.Call($"1001%{one.Domain}@{gateway.Component}", one.Conduct);
            }

            await pace.WaitForNextTickAsync();
        }

        await Eventually.HoldsAsync(
            async () =>
            {
                Assert.DoesNotContain(crowd.Calls, IsAstray);
                return await gateway.Process.MetricAsync(CallsAnswered) >= answered;
            },
            () => Seen(crowd),
            Patience);
        talk.SetResult();
        await crowd.AreOverAsync(each * (FromCrowd.Length + FromPhones.Length), Patience);
    }

    /// <summary>Whether its user has seen what none of its kind is to see.</summary>
    private static bool IsAstray(CrowdCall call)
    {
        var saw = call.Saw;
        return !(call.IsIncoming
            ? FromPhones.Any(one => one.Conduct == call.Conduct && one.Sees.StartsWith(saw, StringComparison.Ordinal))
            : FromCrowd.Any(one => one.Conduct == call.Conduct && one.Sees.StartsWith(saw, StringComparison.Ordinal)));
    }

    private static string Expected(int each) => Counted(
        [.. FromCrowd.Select(one => $"{one.Conduct} calls: {one.Sees}"), .. FromPhones.Select(one => $"{one.Conduct} is called: {one.Sees}")], each);

    private static string Seen(Crowd crowd) => Counted(
        crowd.Calls.Select(call => $"{call.Conduct} {(call.IsIncoming ? "is called" : "calls")}: {call.Saw}"), 1);

    private static string Counted(IEnumerable<string> calls, int each) => string.Join(
        '\n', calls.GroupBy(call => call).Select(kind => $"{kind.Key} ({kind.Count() * each})").Order(StringComparer.Ordinal));

    private Task<SippProcess> ExpectAsync(Outgoing one, int calls) => SippProcess.StartAsync(
        RepositoryFiles.Scenario(one.Scenario), _ports[one], one.MayNotCome ? [] : ["-m", Text(calls)], ("status", "486 Busy Here"));

    private static Task<SippProcess> PlaceAsync(Incoming one, SecondGateway gateway, int calls) => SippProcess.StartAsync(
        RepositoryFiles.Scenario(one.Scenario),
        FreePorts.One(),
        [string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{gateway.SipPort}"), "-s", one.Conduct.ToString().ToLowerInvariant(),
         "-m", Text(calls), "-l", Text(calls), "-r", Text(EachPerSecond)],
        ("domain", GatewaySite.Crowd), ("caller", one.Scenario + "[call_number]"), ("status", one.Status), ("more", "Priority: normal"), ("talk", Talk));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Users call: <paramref name="Scenario"/> is the phones', <paramref name="Sees"/> what each user sees of the gateway.</summary>
    private sealed record Outgoing(string Scenario, Conduct Conduct, string Sees)
    {
        public bool MayNotCome { get; init; }

        public string Trunk => $"{Scenario}-{Conduct}";

        public string Domain => Trunk.Replace('_', '-').ToLowerInvariant() + ".test";
    }

    /// <summary>Phones call a user whose conduct it is.</summary>
    private sealed record Incoming(string Scenario, Conduct Conduct, string Sees)
    {
        public string Status { get; init; } = "";
    }
}
