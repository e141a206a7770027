using Gateway.Media.Io;

namespace Gateway.Media.Ice;

/// <summary>
/// The pairs of one generation of credentials, best first (RFC 8445 section 6.1.2), and which of them to check next
/// (section 6.1.4.2). Grows while candidates trickle in (RFC 8838 section 12), within limits.
/// </summary>
internal sealed class IceChecklist(IceContext context)
{
    private readonly List<IceRemote> _remotes = [];
    private readonly List<IcePair> _pairs = [];
    private readonly Queue<IcePair> _triggered = [];

    /// <summary>Best first.</summary>
    public IReadOnlyList<IcePair> Pairs => _pairs;

    /// <summary>A candidate that the peer signalled. One that a check revealed before gets its true names now.</summary>
    public void Add(IceCandidate candidate)
    {
        if (!candidate.TryGetAddress(out var address))
        {
            return;
        }

        if (Remote(address) is { } known)
        {
            (known.Priority, known.Type) = (candidate.Priority, candidate.Type);
            Reprioritize();
            return;
        }

        if (_remotes.Count >= context.Options.MaxRemoteCandidates)
        {
            return;
        }

        var remote = new IceRemote(address, candidate.Priority, candidate.Type);
        _remotes.Add(remote);
        foreach (var @base in context.Bases)
        {
            if (@base.Reaches(address))
            {
                Add(new IcePair(@base, remote));
            }
        }
    }

    /// <summary>The pair that a check came by; a peer-reflexive one when it is new (section 7.3.1.3). Null beyond the limits.</summary>
    /// <param name="base">Where it came in.</param>
    /// <param name="from">Where it came from.</param>
    /// <param name="priority">What it says of that.</param>
    /// <param name="inUse">A pair that is not to make room for others.</param>
    public IcePair? Reveal(IceBase @base, in PeerAddress from, uint priority, IcePair? inUse)
    {
        var remote = Remote(from);
        if (remote is null)
        {
            if (_remotes.Count >= context.Options.MaxRemoteCandidates && !TryForget(inUse))
            {
                return null;
            }

            remote = new IceRemote(from, priority, IceCandidateType.PeerReflexive);
            _remotes.Add(remote);
        }

        remote.HasChecked = true;
        return Find(@base, from) ?? Add(new IcePair(@base, remote));
    }

    /// <summary>Whether a check came from this address.</summary>
    public bool HasChecked(in PeerAddress from) => Remote(from) is { HasChecked: true };

    public IcePair? Find(IceBase @base, in PeerAddress remote)
    {
        foreach (var pair in _pairs)
        {
            if (pair.Base.Index == @base.Index && pair.Remote.Address == remote)
            {
                return pair;
            }
        }

        return null;
    }

    /// <summary>Puts a pair at the end of the triggered-check queue (section 7.3.1.4).</summary>
    public void Trigger(IcePair pair)
    {
        pair.State = pair.State == IcePairState.Succeeded ? IcePairState.Succeeded : IcePairState.Waiting;
        if (!pair.IsQueued)
        {
            pair.IsQueued = true;
            _triggered.Enqueue(pair);
        }
    }

    public bool HasTriggered => _triggered.Count > 0;

    public bool TryTriggered(out IcePair? pair)
    {
        if (_triggered.TryDequeue(out pair))
        {
            pair.IsQueued = false;
        }

        return pair is not null;
    }

    /// <summary>
    /// The best waiting pair (section 6.1.4.2). None is ever frozen: with one component of one stream that would only make
    /// pairs wait for others, for ever with a peer that gives all its candidates one foundation, as Dino 0.4 does.
    /// </summary>
    public IcePair? NextOrdinary()
    {
        foreach (var pair in _pairs)
        {
            if (pair.State == IcePairState.Waiting && !pair.IsQueued)
            {
                return pair;
            }
        }

        return null;
    }

    /// <summary>A pair other than this one that was seen to work since.</summary>
    public IcePair? ValidSince(long time, IcePair but)
    {
        foreach (var pair in _pairs)
        {
            if (pair != but && pair.State == IcePairState.Succeeded && pair.ValidAt > time)
            {
                return pair;
            }
        }

        return null;
    }

    /// <summary>The best pair that works, and whether a better one is still to be tried.</summary>
    public IcePair? BestValid(out bool mayImprove)
    {
        mayImprove = false;
        foreach (var pair in _pairs)
        {
            if (pair.State == IcePairState.Succeeded)
            {
                return pair;
            }

            mayImprove |= pair.IsUnfinished;
        }

        return null;
    }

    public bool IsValid(in PeerAddress remote)
    {
        foreach (var pair in _pairs)
        {
            if (pair.State == IcePairState.Succeeded && pair.Remote.Address == remote)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>After a change of role or of a candidate's priority (section 7.3.1.1).</summary>
    public void Reprioritize()
    {
        foreach (var pair in _pairs)
        {
            pair.Prioritize(context.Role);
        }

        _pairs.Sort(static (a, b) => b.Priority.CompareTo(a.Priority));
    }

    private IcePair? Add(IcePair pair)
    {
        pair.Prioritize(context.Role);
        if (_pairs.Count >= context.Options.MaxPairs && !TryDropBelow(pair.Priority))
        {
            return null;
        }

        pair.State = IcePairState.Waiting;
        var at = _pairs.FindIndex(other => other.Priority < pair.Priority);
        _pairs.Insert(at < 0 ? _pairs.Count : at, pair);
        return pair;
    }

    /// <summary>Section 6.1.2.5: the lowest go first, but none that is in use.</summary>
    private bool TryDropBelow(ulong priority)
    {
        for (var i = _pairs.Count - 1; i >= 0 && _pairs[i].Priority < priority; i--)
        {
            if (_pairs[i].State is IcePairState.Waiting or IcePairState.Failed && !_pairs[i].IsQueued)
            {
                _pairs.RemoveAt(i);
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Forgets an address that only a check named: one that never answered, or else the one that did longest ago. Who has heard a check
    /// can repeat it from many places, and a peer may move often; neither is to keep the call from the place where the peer is next.
    /// </summary>
    private bool TryForget(IcePair? inUse)
    {
        var (least, answeredAt) = ((IceRemote?)null, long.MaxValue);
        foreach (var remote in _remotes)
        {
            if (remote.Type == IceCandidateType.PeerReflexive && remote != inUse?.Remote
                && IsIdle(remote, out var at) && at < answeredAt)
            {
                (least, answeredAt) = (remote, at);
            }
        }

        _pairs.RemoveAll(pair => pair.Remote == least);
        return least is not null && _remotes.Remove(least);
    }

    /// <summary>Whether nothing is being asked there, and when it answered last.</summary>
    private bool IsIdle(IceRemote remote, out long answeredAt)
    {
        answeredAt = long.MinValue;
        foreach (var pair in _pairs)
        {
            if (pair.Remote == remote)
            {
                answeredAt = Math.Max(answeredAt, pair.ValidAt);
                if (pair.IsQueued || pair.ToBeNominated || pair.State == IcePairState.InProgress)
                {
                    return false;
                }
            }
        }

        return true;
    }

    private IceRemote? Remote(in PeerAddress address)
    {
        foreach (var remote in _remotes)
        {
            if (remote.Address == address)
            {
                return remote;
            }
        }

        return null;
    }
}
