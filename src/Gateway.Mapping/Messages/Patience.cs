namespace Gateway.Mapping.Messages;

/// <summary>What is tried again, and when: for MESSAGE and for the INVITE of a session alike.</summary>
internal static class Patience
{
    /// <summary>Whether the same may succeed a little later: the recipient is away, or somebody on the way is.</summary>
    /// <param name="status">SIP status of the refusal.</param>
    /// <param name="retryAfter">Retry-After in seconds, if sent: then a busy or unwilling one is asked again as well.</param>
    public static bool MayRecover(int status, int? retryAfter) =>
        status is 408 or 480 or 503 or 504 || (status is 413 or 486 or 500 or 600 or 603 && retryAfter is not null);

    /// <summary>Time until the next try: what was asked for, else 1, 2, 4, 8, 15 s.</summary>
    /// <param name="retryAfter">Retry-After in seconds, if sent.</param>
    /// <param name="attempt">Tries that failed before this one.</param>
    public static TimeSpan Wait(int? retryAfter, int attempt) =>
        TimeSpan.FromSeconds(retryAfter is { } asked ? Math.Max(1, asked) : Math.Min(1 << Math.Min(attempt, 4), 15));
}
