using Gateway.Media.Io;

namespace Gateway.Media.Ice;

/// <summary>The states of a pair (RFC 8445 section 6.1.2.6), but for Frozen.</summary>
internal enum IcePairState
{
    Waiting,
    InProgress,
    Succeeded,
    Failed,
}

/// <summary>An address of the peer's, signalled or seen in a check.</summary>
internal sealed class IceRemote(PeerAddress address, uint priority, IceCandidateType type)
{
    public PeerAddress Address => address;

    public uint Priority { get; set; } = priority;

    public IceCandidateType Type { get; set; } = type;

    /// <summary>A check came from it.</summary>
    public bool HasChecked { get; set; }
}

/// <summary>A base and an address of the peer's: what checks are made for (RFC 8445 section 6.1.2).</summary>
internal sealed class IcePair(IceBase @base, IceRemote remote)
{
    public IceBase Base => @base;

    public IceRemote Remote => remote;

    public IcePairState State { get; set; }

    /// <summary>Section 6.1.2.3; depends on who controls.</summary>
    public ulong Priority { get; set; }

    /// <summary>When a check of it was last answered.</summary>
    public long ValidAt { get; set; } = long.MinValue;

    /// <summary>In the triggered-check queue.</summary>
    public bool IsQueued { get; set; }

    /// <summary>As controlling agent: its next check nominates it.</summary>
    public bool ToBeNominated { get; set; }

    /// <summary>As controlled agent: the peer's check carried USE-CANDIDATE.</summary>
    public bool IsNominated { get; set; }

    /// <summary>When the peer last nominated it.</summary>
    public long NominatedAt { get; set; }

    /// <summary>The number of the peer's last nomination, 0 for one without.</summary>
    public uint Nomination { get; set; }

    public bool IsUnfinished => State is IcePairState.Waiting or IcePairState.InProgress;

    public void Prioritize(IceRole role)
    {
        var (controlling, controlled) =
            role == IceRole.Controlling ? (@base.Priority, remote.Priority) : (remote.Priority, @base.Priority);
        Priority = ((ulong)Math.Min(controlling, controlled) << 32)
            + (2ul * Math.Max(controlling, controlled)) + (controlling > controlled ? 1ul : 0ul);
    }
}
