using Gateway.Media.Io;

namespace Gateway.Media.Tests.Io;

/// <summary>What a test does in a loop's turn.</summary>
internal static class LoopTurns
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Does it in a turn, and gives what came of it; what it throws fails the test and not the loop.</summary>
    public static async Task<T> InTurnAsync<T>(this IMediaLoop loop, Func<T> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() =>
        {
            try
            {
                result.SetResult(work());
            }
            catch (Exception e)
            {
                result.SetException(e);
            }
        });
        return await result.Task.WaitAsync(Patience);
    }
}
