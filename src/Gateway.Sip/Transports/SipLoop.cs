using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Gateway.Sip.Transports;

/// <summary>Runs work items one at a time from one queue.</summary>
/// <remarks>
/// The queue has no bound of its own, so that timers and commands are never lost; the sockets bound what they put in
/// (<see cref="SipEndpointLimits.QueuedDatagrams"/>, <see cref="SipEndpointLimits.QueuedPerConnection"/>).
/// </remarks>
internal sealed partial class SipLoop(TimeProvider time, SipMetrics metrics, ILogger logger) : ISipLoop
{
    private readonly Channel<Action> _work =
        Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });

    public TimeProvider Time => time;

    public SipMetrics Metrics => metrics;

    public void Post(Action work) => _work.Writer.TryWrite(work);

    /// <summary>Returns when <see cref="Complete"/> was called and everything queued before has run.</summary>
    public async Task RunAsync()
    {
        await foreach (var work in _work.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            RunOne(work);
        }
    }

    public void Complete() => _work.Writer.TryComplete();

    private void RunOne(Action work)
    {
        try
        {
            work();
        }
#pragma warning disable CA1031 // a fault of ours in one call must not end all the others
        catch (Exception fault)
#pragma warning restore CA1031
        {
            metrics.LoopFault();
            LogFault(logger, fault);
        }
    }

    [LoggerMessage(2000, LogLevel.Error, "A fault of the SIP stack itself was contained")]
    private static partial void LogFault(ILogger logger, Exception fault);
}
