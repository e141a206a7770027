using Gateway.Mapping.Sessions;
using Microsoft.Extensions.Logging;

namespace Gateway.Host.Running;

/// <summary>The orderly end: no new sessions, the running ones end by themselves, or are ended when patience runs out.</summary>
public sealed partial class Drain(
    IEnumerable<IDrainable> owners, TimeSpan patience, TimeProvider time, ILogger<Drain> logger)
{
    /// <summary>For BYE and session-terminate to be sent, repeated and answered. A peer that says nothing for so long does
    /// not hold up the end of the process.</summary>
    internal static readonly TimeSpan HangUpPatience = TimeSpan.FromSeconds(5);

    private readonly IDrainable[] _owners = [.. owners];
    private volatile bool _hasBegun;

    /// <summary>True once no new session begins.</summary>
    public bool HasBegun => _hasBegun;

    /// <summary>Completes when the process may end. <paramref name="hurry"/> is the second signal.</summary>
    public async Task RunAsync(CancellationToken hurry)
    {
        foreach (var owner in _owners)
        {
            owner.BeginDrain();
        }

        _hasBegun = true; // told by /readyz: from here on it is true
        Log.DrainBegins(logger, patience);
        if (await EmptiesAsync(patience, hurry).ConfigureAwait(false))
        {
            Log.Drained(logger);
            return;
        }

        Log.HangingUp(logger);
        foreach (var owner in _owners)
        {
            owner.HangUpAll();
        }

        if (!await EmptiesAsync(HangUpPatience, CancellationToken.None).ConfigureAwait(false))
        {
            Log.SessionsLeft(logger, HangUpPatience);
        }
    }

    private async Task<bool> EmptiesAsync(TimeSpan limit, CancellationToken hurry)
    {
        try
        {
            using var giveUp = new CancellationTokenSource(limit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(giveUp.Token, hurry);
            await Task.WhenAll(_owners.Select(o => o.WhenEmptyAsync(either.Token))).WaitAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(5010, LogLevel.Information, "Draining: no new sessions, running ones have {Patience} to end")]
        public static partial void DrainBegins(ILogger logger, TimeSpan patience);

        [LoggerMessage(5011, LogLevel.Information, "Drained: no session is left")]
        public static partial void Drained(ILogger logger);

        [LoggerMessage(5012, LogLevel.Information, "Ending the sessions that are left")]
        public static partial void HangingUp(ILogger logger);

        [LoggerMessage(5013, LogLevel.Warning, "Sessions were still left {Patience} after they were ended")]
        public static partial void SessionsLeft(ILogger logger, TimeSpan patience);
    }
}
