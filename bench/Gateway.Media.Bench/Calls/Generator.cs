using Gateway.Media.Bench.Figures;
using Gateway.Media.Dtls;
using Gateway.Media.Io;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Media.Bench.Calls;

/// <summary>Both ends of all calls, on one media thread of this process.</summary>
internal sealed class Generator : IAsyncDisposable
{
    private readonly MediaLoops _loops = new(new MediaIoOptions { Loops = 1 }, TimeProvider.System, NullLogger<MediaLoops>.Instance);
    private readonly MediaPorts _ports = new(new PortRange(40_000, 59_999), TimeProvider.System);
    private readonly DtlsCertificate _certificate = DtlsCertificate.Create(TimeProvider.System.GetUtcNow());

    public Generator() => Loop = _loops.Next();

    public LatencyHistogram Latency { get; } = new();

    public IMediaLoop Loop { get; }

    public BenchEnd NewEnd(bool secure) => new(Loop, _ports, Latency, _certificate, secure);

    public async Task<T> OnLoopAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Post(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (InvalidOperationException fault)
            {
                done.SetException(fault);
            }
        });
        return await done.Task;
    }

    public ValueTask DisposeAsync() => _loops.DisposeAsync();
}
