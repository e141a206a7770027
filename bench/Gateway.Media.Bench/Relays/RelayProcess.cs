using System.Text.Json;
using Gateway.Media.Embedded;
using Gateway.Media.Io;
using Gateway.Media.Relay;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Media.Bench.Relays;

/// <summary>The embedded relay in a process of its own, told what to do line by line on standard input.</summary>
internal static class RelayProcess
{
    public const string Verb = "relay";

    public static async Task<int> RunAsync()
    {
        await using var relay = new EmbeddedRelay(
            new EmbeddedRelayOptions { FirstPort = 12_000, LastPort = 30_999 },
            NoMediaNotices.Instance, TimeProvider.System, NullLoggerFactory.Instance);
        var gate = new SemaphoreSlim(1);
        var running = new List<Task>();
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var request = JsonSerializer.Deserialize<RelayRequest>(line)!;
            running.RemoveAll(task => task.IsCompleted);
            running.Add(AnswerAsync(relay, request, gate));
        }

        await Task.WhenAll(running);
        return 0;
    }

    private static async Task AnswerAsync(EmbeddedRelay relay, RelayRequest request, SemaphoreSlim gate)
    {
        var reply = await CarryOutAsync(relay, request) with { Number = request.Number };
        await gate.WaitAsync();
        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(reply));
        await Console.Out.FlushAsync();
        gate.Release();
    }

    private static async Task<RelayReply> CarryOutAsync(EmbeddedRelay relay, RelayRequest request)
    {
        switch (request)
        {
            case { Offer: { } offer }:
                var offered = await relay.OfferAsync(offer, default);
                return new RelayReply { Sdp = offered.Sdp, Fault = offered.Fault, Detail = offered.Detail };
            case { Answer: { } answer }:
                var answered = await relay.AnswerAsync(answer, default);
                return new RelayReply { Sdp = answered.Sdp, Fault = answered.Fault, Detail = answered.Detail };
            case { Delete: { } session }:
                await relay.DeleteAsync(session, default);
                return new RelayReply();
            default:
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                return new RelayReply
                {
                    Allocated = GC.GetTotalAllocatedBytes(precise: true),
                    OnMediaThreads = relay.Loops.Allocated,
                    Collections = GC.CollectionCount(0),
                };
        }
    }
}

/// <summary>One line to the process; none of the verbs: its figures, after a collection, so that resident memory is what calls hold.</summary>
internal sealed record RelayRequest
{
    public int Number { get; init; }

    public MediaOffer? Offer { get; init; }

    public MediaAnswer? Answer { get; init; }

    public string? Delete { get; init; }
}

/// <summary>One line back.</summary>
internal sealed record RelayReply
{
    public int Number { get; init; }

    public string? Sdp { get; init; }

    public MediaFault Fault { get; init; }

    public string? Detail { get; init; }

    public long Allocated { get; init; }

    public long OnMediaThreads { get; init; }

    public int Collections { get; init; }
}
