using System.Diagnostics;
using Gateway.Media.Bench.Relays;
using Gateway.Media.Io;
using Gateway.Media.Relay;

namespace Gateway.Media.Bench.Calls;

/// <summary>A call through a relay: two ends, each with a packet every 20 ms, the first after <paramref name="phase"/> of them.</summary>
internal sealed class BenchCall(string id, IBenchRelay relay, Generator generator, bool secure, int phase = 0) : IAsyncDisposable
{
    /// <summary>Milliseconds between two packets of an end.</summary>
    public const int PacketTime = 20;

    private BenchEnd? _caller;
    private BenchEnd? _callee;
    private IMediaTimer? _timer;
    private long _due;
    private long _began;

    public long Made => _caller!.Feed.Made + _callee!.Feed.Made;

    public long Got => _caller!.Feed.Got + _callee!.Feed.Got;

    public BenchEnd Caller => _caller!;

    /// <summary>Milliseconds from the offer until both ends have heard the other; null while they have not.</summary>
    public double? MediaAfter => (_caller?.Feed.FirstAt, _callee?.Feed.FirstAt) is ({ } one, { } other)
        ? Stopwatch.GetElapsedTime(_began, Math.Max(one, other)).TotalMilliseconds : null;

    public async Task StartAsync()
    {
        _began = Stopwatch.GetTimestamp();
        (_caller, _callee) = await generator.OnLoopAsync(() => (generator.NewEnd(secure), generator.NewEnd(secure: false)));
        var offer = await generator.OnLoopAsync(() => _caller.Describe(answers: false));
        var forCallee = Sdp(await relay.OfferAsync(new MediaOffer(id, "caller", offer, MediaProfile.PlainRtp)));
        var answer = await generator.OnLoopAsync(() =>
        {
            _callee.Connect(forCallee);
            return _callee.Describe(answers: true);
        });
        var towards = secure ? MediaProfile.WebRtc : MediaProfile.PlainRtp;
        var forCaller = Sdp(await relay.AnswerAsync(new MediaAnswer(id, "caller", "callee", answer, towards)));
        await generator.OnLoopAsync(() =>
        {
            _caller.Connect(forCaller);
            _timer = generator.Loop.CreateTimer(OnTimer);
            _due = (generator.Loop.Now / PacketTime * PacketTime) + PacketTime + phase;
            _timer.Start(_due);
            return true;
        });
    }

    public async ValueTask DisposeAsync()
    {
        await generator.OnLoopAsync(() =>
        {
            _timer?.Stop();
            _caller?.Dispose();
            _callee?.Dispose();
            return true;
        });
        await relay.DeleteAsync(id);
    }

    /// <summary>No more packets; those under way arrive.</summary>
    public void Pause() => _timer?.Stop();

    private void OnTimer(long now)
    {
        _due = Math.Max(_due + PacketTime, now - 1_000);
        _timer!.Start(_due);
        _caller!.Feed.Make(now);
        _callee!.Feed.Make(now);
    }

    private static string Sdp(MediaResult result) =>
        result.Sdp ?? throw new InvalidOperationException($"{result.Fault}: {result.Detail}");
}
