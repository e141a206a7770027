using System.Collections.Immutable;

namespace Gateway.Mapping.Sessions;

/// <summary>How a session's media sounds. Implemented by directories whose sessions have media.</summary>
public interface ISessionQuality
{
    /// <summary>Figures of a live session; null when there is no such session, or nothing is known of its media.</summary>
    ValueTask<ImmutableArray<MediaDirection>?> QualityAsync(string id, CancellationToken cancellationToken);
}

/// <summary>One direction of one side's media, since the session began.</summary>
/// <param name="Side">Whose.</param>
/// <param name="IsReceived">What the side sends, as it arrives here; otherwise what is sent to it, as it reports.</param>
/// <param name="Packets">That arrived.</param>
public sealed record MediaDirection(SessionTraceProtocol Side, bool IsReceived, long Packets)
{
    /// <summary>Packets that did not arrive; null when not measured, as the rest.</summary>
    public long? Lost { get; init; }

    /// <summary>Interarrival jitter in milliseconds (RFC 3550 section 6.4.1).</summary>
    public double? Jitter { get; init; }

    /// <summary>Between gateway and side, milliseconds.</summary>
    public double? RoundTrip { get; init; }

    /// <summary>Estimated mean opinion score, 1 to 4.5 (ITU-T G.107).</summary>
    public double? Score { get; init; }

    /// <summary>How long nothing has come; null when something has never come, or for what is sent.</summary>
    public TimeSpan? Silence { get; init; }
}
