using Gateway.Media.Stun;

namespace Gateway.Media.Ice;

/// <summary>A check on its way (RFC 8489 section 6.2.1).</summary>
internal sealed class IceTransaction(StunTransactionId id, IcePair pair, IceRole role, bool nominates, byte[] datagram)
{
    public StunTransactionId Id => id;

    public IcePair Pair => pair;

    /// <summary>The role that the request claimed: what a 487 refers to.</summary>
    public IceRole Role => role;

    public bool Nominates => nominates;

    public ReadOnlySpan<byte> Datagram => datagram;

    /// <summary>How often it has been sent.</summary>
    public int Sent { get; set; } = 1;

    /// <summary>The wait after the last transmission.</summary>
    public long Wait { get; set; }

    /// <summary>When to send again, or to give up.</summary>
    public long Due { get; set; }

    /// <summary>Not sent again, its answer is awaited all the same: a consent check, or one that a later check replaced.</summary>
    public bool IsFinal { get; set; }
}
