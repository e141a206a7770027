namespace Gateway.Media.Rtp;

/// <summary>What a transport refused, by why. Written and read on its loop.</summary>
internal struct TransportCounters
{
    /// <summary>From an address that is not the peer's.</summary>
    public long Strangers;

    /// <summary>Neither RTP nor RTCP, or with lengths that contradict each other.</summary>
    public long Malformed;

    /// <summary>A payload number that was not agreed.</summary>
    public long UnknownPayloads;

    /// <summary>Not protected by the peer's key.</summary>
    public long Unauthentic;

    /// <summary>Protected, and seen before.</summary>
    public long Replayed;

    /// <summary>Could not be protected, or had nowhere to go yet.</summary>
    public long Unsent;

    public readonly long Refused => Strangers + Malformed + UnknownPayloads + Unauthentic + Replayed;
}
