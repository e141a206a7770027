using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Gateway.Sip.Msrp.Sockets;

/// <summary>
/// Runs the work of an endpoint one item at a time, in rounds: what a round says on a connection goes out together at its end.
/// </summary>
/// <remarks>The queue has no bound of its own; sockets and sessions bound what they put in (<see cref="MsrpLimits"/>).</remarks>
internal sealed class MsrpLoop(Action endOfRound, MsrpMetrics metrics, ILogger logger)
{
    private const int Round = 256;

    private readonly Channel<Action> _work =
        Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Queues work; callable from any thread, never blocks, in order. Nothing runs once the loop has stopped.</summary>
    public void Post(Action work) => _work.Writer.TryWrite(work);

    /// <summary>Returns when <see cref="Complete"/> was called and everything queued before has run.</summary>
    public async Task RunAsync()
    {
        while (await _work.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            for (var i = 0; i < Round && _work.Reader.TryRead(out var work); i++)
            {
                RunOne(work);
            }

            RunOne(endOfRound);
        }
    }

    public void Complete() => _work.Writer.TryComplete();

    private void RunOne(Action work)
    {
        try
        {
            work();
        }
#pragma warning disable CA1031 // a fault of ours in one session must not end all the others
        catch (Exception fault)
#pragma warning restore CA1031
        {
            metrics.Fault();
            MsrpLog.Fault(logger, fault);
        }
    }
}
