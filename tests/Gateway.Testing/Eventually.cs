using System.Runtime.CompilerServices;

namespace Gateway.Testing;

/// <summary>Asks again until a condition holds, for what has no event to wait for: files, counters, HTTP resources.</summary>
public static class Eventually
{
    /// <summary>After this a test has failed. Far beyond what any step needs, so that a slow machine fails none.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Waits until <paramref name="holds"/>.</summary>
    public static async Task HoldsAsync(
        Func<Task<bool>> holds,
        Func<string>? otherwise = null,
        TimeSpan? patience = null,
        [CallerArgumentExpression(nameof(holds))] string? what = null)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        using var limit = new CancellationTokenSource(patience ?? Patience);
        while (!await holds())
        {
            try
            {
                await pace.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Never came to hold: {what}\n{otherwise?.Invoke()}");
            }
        }
    }

    /// <summary>Waits until <paramref name="holds"/>.</summary>
    public static Task HoldsAsync(
        Func<bool> holds,
        Func<string>? otherwise = null,
        TimeSpan? patience = null,
        [CallerArgumentExpression(nameof(holds))] string? what = null) =>
        HoldsAsync(() => Task.FromResult(holds()), otherwise, patience, what);
}
