using System.Security.Cryptography;

namespace Gateway.Sip.UserAgent;

/// <summary>Random waits after glare (RFC 3261 sections 14.1, 14.2; MAPPING U-13).</summary>
internal static class RetryWaits
{
    /// <summary>After 491: 2.1 to 4 s for the owner of the Call-ID, else 0 to 2 s, in steps of 10 ms.</summary>
    public static TimeSpan AfterPending(bool ownsCallId) => TimeSpan.FromMilliseconds(
        10 * (ownsCallId ? RandomNumberGenerator.GetInt32(210, 401) : RandomNumberGenerator.GetInt32(0, 201)));

    /// <summary>What we ask of a peer whose second INVITE came too early: 0 to 10 s.</summary>
    public static int RetryAfterSeconds() => RandomNumberGenerator.GetInt32(0, 11);
}
