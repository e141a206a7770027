using Gateway.Sip.Msrp;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Gateway.Mapping.Chats;

/// <summary>
/// Asks for the path of a session before it is described: behind a relay that takes a round trip, and a relay that is being
/// restarted gets a moment to come back (RFC 4976 section 5.1). Whoever waits has words that can go as MESSAGE, so not for long.
/// </summary>
internal sealed class ChatPath
{
    /// <summary>All attempts together.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly ResiliencePipeline<MsrpPreparation> _patience;

    public ChatPath(TimeProvider time) => _patience = new ResiliencePipelineBuilder<MsrpPreparation> { TimeProvider = time }
        .AddTimeout(Patience)
        .AddRetry(new RetryStrategyOptions<MsrpPreparation>
        {
            MaxRetryAttempts = 2,
            Delay = TimeSpan.FromMilliseconds(500),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = static args => ValueTask.FromResult(args.Outcome.Result is MsrpPreparation.RelayUnreachable),
        })
        .Build();

    /// <summary>Completes at once where no relay has to be asked.</summary>
    public ValueTask<MsrpPreparation> PrepareAsync(IMsrpSession session, CancellationToken cancellationToken)
    {
        var preparing = session.PrepareAsync(cancellationToken);
        return preparing.IsCompletedSuccessfully ? preparing : PatientlyAsync(preparing, session, cancellationToken);
    }

    private async ValueTask<MsrpPreparation> PatientlyAsync(
        ValueTask<MsrpPreparation> first, IMsrpSession session, CancellationToken cancellationToken)
    {
        var underWay = (ValueTask<MsrpPreparation>?)first;
        try
        {
            return await _patience.ExecuteAsync(
                async token =>
                {
                    var preparing = underWay?.AsTask().WaitAsync(token) ?? session.PrepareAsync(token).AsTask();
                    underWay = null;
                    return await preparing.ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutRejectedException)
        {
            return MsrpPreparation.RelayUnreachable;
        }
        catch (OperationCanceledException)
        {
            return MsrpPreparation.Closed;
        }
    }
}
