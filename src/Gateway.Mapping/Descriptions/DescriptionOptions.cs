namespace Gateway.Mapping.Descriptions;

/// <summary>What the gateway makes of a client's session.</summary>
public sealed record DescriptionOptions
{
    /// <summary>
    /// Refuse a session with neither fingerprint nor keys (MAPPING R-28); otherwise such clients talk plain RTP over ICE.
    /// </summary>
    public bool RequireSrtp { get; init; }

    /// <summary>Refuse clients without DTLS-SRTP (XEP-0320), whatever else protects their media.</summary>
    public bool RequireDtls { get; init; }
}
