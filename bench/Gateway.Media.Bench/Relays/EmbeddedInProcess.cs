using System.Collections.Concurrent;
using System.Text.Json;
using Gateway.Media.Relay;
using Gateway.Testing.Servers;

namespace Gateway.Media.Bench.Relays;

/// <summary>The embedded relay, run by <see cref="RelayProcess"/>.</summary>
internal sealed class EmbeddedInProcess : IBenchRelay
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<RelayReply>> _waiting = new();
    private readonly SemaphoreSlim _gate = new(1);
    private OwnedProcess? _process;
    private int _number;

    private EmbeddedInProcess()
    {
    }

    public string Name => "embedded";

    public int ProcessId => _process!.Id;

    public static async Task<EmbeddedInProcess> StartAsync()
    {
        var relay = new EmbeddedInProcess();
        relay._process = await OwnedProcess.StartAsync(
            Environment.ProcessPath!,
            [.. Arguments(), RelayProcess.Verb],
            environment: new Dictionary<string, string> { ["DOTNET_gcConcurrent"] = "0" },
            onLine: relay.Take);
        return relay;
    }

    public async Task<MediaResult> OfferAsync(MediaOffer offer) => Result(await AskAsync(new RelayRequest { Offer = offer }));

    public async Task<MediaResult> AnswerAsync(MediaAnswer answer) => Result(await AskAsync(new RelayRequest { Answer = answer }));

    public async Task DeleteAsync(string session) => await AskAsync(new RelayRequest { Delete = session });

    public async Task<AllocatedOctets?> AllocatedAsync()
    {
        var reply = await AskAsync(new RelayRequest());
        return new AllocatedOctets(reply.Allocated, reply.OnMediaThreads, reply.Collections);
    }

    public async ValueTask DisposeAsync()
    {
        await _process!.DisposeAsync();
        _gate.Dispose();
    }

    /// <summary>As this process was started: by its own executable, or by dotnet with the assembly's name.</summary>
    private static string[] Arguments() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet" ? [typeof(EmbeddedInProcess).Assembly.Location] : [];

    private static MediaResult Result(RelayReply reply) => new(reply.Sdp, reply.Fault, reply.Detail);

    private async Task<RelayReply> AskAsync(RelayRequest request)
    {
        var number = Interlocked.Increment(ref _number);
        var waiting = _waiting[number] = new TaskCompletionSource<RelayReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _gate.WaitAsync();
        try
        {
            await _process!.Input.WriteLineAsync(JsonSerializer.Serialize(request with { Number = number }));
            await _process.Input.FlushAsync();
        }
        finally
        {
            _gate.Release();
        }

        return await waiting.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private void Take(string line)
    {
        if (line.StartsWith('{') && JsonSerializer.Deserialize<RelayReply>(line) is { } reply
            && _waiting.TryRemove(reply.Number, out var waiting))
        {
            waiting.SetResult(reply);
        }
        else
        {
            Console.Error.WriteLine(line);
        }
    }
}
