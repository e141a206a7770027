using System.Collections.Immutable;

namespace Gateway.Media.Rtpengine;

/// <summary>How to reach the engines.</summary>
public sealed record RtpengineOptions
{
    /// <summary>The engines' ng ports, <c>udp:host:port</c> each. A new session goes to one of them, and stays there.</summary>
    public ImmutableArray<string> Engines { get; init; } = ["udp:127.0.0.1:2223"];

    /// <summary>
    /// How long one engine may stay silent before a request to it has failed. An engine answers within a millisecond, so
    /// two seconds are four lost datagrams, and still short of what a caller notices.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>When an unanswered request is first repeated; the wait doubles from there.</summary>
    public TimeSpan FirstRetryAfter { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary>How long new sessions pass over an engine that failed to answer.</summary>
    public TimeSpan RestAfterFailure { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often an engine is asked whether it is there; it logs each time, unless told not to.</summary>
    public TimeSpan PingEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long an engine may be down before its sessions are given up: as long as an end waits for consent (RFC 7675 section 5.1).
    /// </summary>
    public TimeSpan LostAfter { get; init; } = TimeSpan.FromSeconds(30);
}
