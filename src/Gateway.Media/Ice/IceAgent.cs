using System.Collections.Immutable;
using Gateway.Media.Io;
using Gateway.Media.Stun;

namespace Gateway.Media.Ice;

/// <summary>
/// A full ICE agent (RFC 8445, RFC 8838; R-34: never lite) for one component: RTP and RTCP share a port. It has one owner,
/// which calls it from one thread at a time and carries its datagrams; it keeps no clock, sockets or tasks of its own. Times
/// are monotonic milliseconds.
/// </summary>
public sealed class IceAgent
{
    private readonly IceContext _context;
    private readonly IceResponder _responder;
    private readonly IceGatherer _gatherer;
    private IceGeneration _current;

    /// <summary>Of a restart under way: takes the current one's place once it has a pair .</summary>
    private IceGeneration? _next;

    /// <summary>Replaced by a restart: the peer may still check and send by it for a while.</summary>
    private IceGeneration? _previous;

    private bool _isStarted;
    private bool _isInUse;
    private bool _isOver;

    /// <summary>An agent with fresh credentials and no bases.</summary>
    public IceAgent(IceAgentOptions options, IIceOutput output)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(output);
        _context = new IceContext(options, output);
        _context.RoleChanged = OnRoleChanged;
        _context.NewTieBreaker();
        _responder = new IceResponder(_context);
        _gatherer = new IceGatherer(_context);
        _current = new IceGeneration(_context, OnSelected);
    }

    /// <summary>The user name fragment to be signalled: the newest, after a restart.</summary>
    public string LocalUfrag => Newest.Local.Ufrag;

    /// <summary>The password to be signalled with it.</summary>
    public string LocalPwd => Newest.Local.Pwd;

    /// <summary>The peer's user name fragment of the newest credentials; null before it has given any.</summary>
    public string? RemoteUfrag => Newest.Remote?.Ufrag;

    /// <summary>The role of now; a conflict may have changed it.</summary>
    public IceRole Role => _context.Role;

    /// <summary>Candidates to be signalled; the same after a restart.</summary>
    public ImmutableArray<IceCandidate> LocalCandidates { get; private set; } = [];

    /// <summary>True while a STUN server's answer is awaited.</summary>
    public bool IsGathering => _gatherer.IsWaiting;

    /// <summary>True from a restart until its first pair works.</summary>
    public bool IsRestarting => _next is not null;

    /// <summary>When <see cref="OnTimer"/> is to be called next; may have passed; <see cref="long.MaxValue"/> for never.</summary>
    public long NextDue => _isOver
        ? long.MaxValue
        : Math.Min(_gatherer.NextDue, Math.Min(_current.NextDue, _next?.NextDue ?? long.MaxValue));

    private IceGeneration Newest => _next ?? _current;

    /// <summary>Adds a socket before <see cref="Start"/>.</summary>
    /// <param name="index">The owner's number for it, used in the output's calls.</param>
    /// <param name="bound">The address that it is bound to.</param>
    /// <param name="advertised">The address that peers are told: an external one, or <paramref name="bound"/>.</param>
    public void AddBase(int index, in PeerAddress bound, in PeerAddress advertised)
    {
        var added = new IceBase(index, _context.Bases.Count, bound, advertised);
        _context.Bases.Add(added);
        LocalCandidates = LocalCandidates.Add(added.HostCandidate);
    }

    /// <summary>Asks the STUN servers; found candidates come by <see cref="IIceOutput.OnLocalCandidate"/>.</summary>
    public void Gather(long now) => _gatherer.Start(now);

    /// <summary>Changes the role before checks start.</summary>
    public void SetRole(IceRole role)
    {
        if (role != _context.Role)
        {
            _context.Role = role;
            OnRoleChanged();
        }
    }

    /// <summary>
    /// The peer's credentials, with each description and trickled candidate. True when they begin a restart by the peer: the
    /// local credentials are new then, and are to be signalled. Those of before a restart are passed over.
    /// </summary>
    public bool SetRemote(string ufrag, string pwd, long now)
    {
        if (!IceCredentials.AreUsable(ufrag, pwd) || IsKnown(_current) || IsKnown(_next) || IsKnown(_previous))
        {
            return false;
        }

        var begins = Newest.Remote is not null;
        if (begins)
        {
            Restart(now);
        }

        Newest.SetRemote(new IceCredentials(ufrag, pwd), now);
        OnTimer(now);
        return begins;

        bool IsKnown(IceGeneration? generation) => generation?.Remote?.Are(ufrag, pwd) == true;
    }

    /// <summary>A candidate of the peer's newest credentials; those of no use are dropped.</summary>
    public void AddRemoteCandidate(IceCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        Newest.Checklist.Add(candidate);
    }

    /// <summary>The peer has no more candidates.</summary>
    public void EndOfRemoteCandidates() => Newest.NoMoreRemotes();

    /// <summary>Starts checking, as soon as the peer's credentials are known.</summary>
    public void Start(long now)
    {
        (_isStarted, _current.IsStarted) = (true, true);
        OnTimer(now);
    }

    /// <summary>Begins an ICE restart with new local credentials; the selected pair stays in use until a new one works .</summary>
    public void Restart(long now)
    {
        _isOver = false;
        var fresh = new IceGeneration(_context, OnSelected) { IsStarted = _isStarted };
        if (_current.Selected is null)
        {
            (_previous, _current, _next) = (_current, fresh, null);
        }
        else
        {
            _next = fresh;
        }
    }

    /// <summary>Takes a datagram whose first octet is 0 to 3 (RFC 7983). False when it was of no use and was only counted.</summary>
    public bool OnStun(int baseIndex, in PeerAddress from, ReadOnlySpan<byte> datagram, long now)
    {
        if (_context.Base(baseIndex) is not { } @base || !StunMessage.TryRead(datagram, out var message))
        {
            return Refused(StunRefusal.Malformed);
        }

        if (message.Method != StunFormat.Binding)
        {
            return Refused(StunRefusal.Unknown);
        }

        var isOfUse = message.Class switch
        {
            StunClass.Request => OnRequest(@base, from, message, now),
            StunClass.Indication => true, // a keepalive (RFC 8445 section 11)
            _ => OnResponse(@base, from, message, now),
        };
        OnTimer(now);
        return isOfUse;
    }

    /// <summary>Whether a check to this address has been answered: only from such does DTLS or media count.</summary>
    public bool IsValidated(in PeerAddress from) =>
        _current.Selected?.Remote.Address == from || _current.Checklist.IsValid(from)
        || _next?.Checklist.IsValid(from) == true || _previous?.Checklist.IsValid(from) == true;

    /// <summary>
    /// Whether a check with our newest credentials came from this address: who sent it has our description, and what else comes from
    /// there may count once a check to it is answered.
    /// </summary>
    public bool HasChecked(in PeerAddress from) => Newest.HasChecked(from);

    /// <summary>The pair in use.</summary>
    public bool TryGetSelected(out int baseIndex, out PeerAddress remote)
    {
        (baseIndex, remote) = _current.Selected is { } pair ? (pair.Base.Index, pair.Remote.Address) : default;
        return _current.Selected is not null;
    }

    /// <summary>Does what is due.</summary>
    public void OnTimer(long now)
    {
        _gatherer.OnTimer(now);
        if (_isOver)
        {
            return;
        }

        _current.OnTimer(now);
        _next?.OnTimer(now);
        if (_next is { IsEnded: true })
        {
            // The restart came to nothing; media goes on as before it, if it can.
            (_previous, _next) = (_next, null);
        }

        if (_isInUse && _current.Selected is null)
        {
            _isInUse = false;
            _context.Output.OnDeselected();
        }

        if (_current.IsEnded && _next is null)
        {
            End();
        }
    }

    private bool OnRequest(IceBase @base, in PeerAddress from, scoped in StunMessage message, long now)
    {
        var colon = message.Username.IndexOf((byte)':');
        var generation = colon < 0 ? null : OfLocal(message.Username[..colon]);
        if (!message.HasIntegrity || generation is null || !message.IsSignedWith(generation.Local.Key))
        {
            _responder.Unauthenticated(@base, from, message, message.HasIntegrity ? 401 : 400, now);
            return Refused(message.HasIntegrity && generation is null ? StunRefusal.User : StunRefusal.Integrity);
        }

        if (message.UnknownRequired.Length > 0)
        {
            _responder.Unknown(@base, from, message, generation.Local);
            return Refused(StunRefusal.Unknown);
        }

        if (IsConflict(message, out var isMine))
        {
            if (isMine)
            {
                _responder.Conflict(@base, from, message, generation.Local);
                return true;
            }

            _context.SwitchRole(refused: false);
        }

        _responder.Success(@base, from, message, generation.Local);
        generation.OnCheck(@base, from, message, message.Username[(colon + 1)..], now);
        return true;
    }

    /// <summary>Both claim the same role; the one with the larger tie-breaker has its way (RFC 8445 section 7.3.1.1).</summary>
    private bool IsConflict(scoped in StunMessage message, out bool mineToRefuse)
    {
        var isLarger = _context.TieBreaker >= message.TieBreaker;
        mineToRefuse = _context.Role == IceRole.Controlling ? isLarger : !isLarger;
        return _context.Role == IceRole.Controlling ? message.IsControlling : message.IsControlled;
    }

    private bool OnResponse(IceBase @base, in PeerAddress from, scoped in StunMessage message, long now)
    {
        if (_gatherer.OnResponse(from, message, LocalCandidates, out var found))
        {
            if (found is not null)
            {
                LocalCandidates = LocalCandidates.Add(found);
                _context.Output.OnLocalCandidate(found);
            }

            return true;
        }

        return _current.OnResponse(@base, from, message, now, out var refusal)
            || _next?.OnResponse(@base, from, message, now, out refusal) == true
            ? refusal is null || Refused(refusal.Value)
            : Refused(StunRefusal.Stray);
    }

    private IceGeneration? OfLocal(ReadOnlySpan<byte> ufrag) =>
        ufrag.SequenceEqual(_current.Local.UfragOctets) ? _current
        : _next is not null && ufrag.SequenceEqual(_next.Local.UfragOctets) ? _next
        : _previous is not null && ufrag.SequenceEqual(_previous.Local.UfragOctets) ? _previous
        : null;

    private void OnSelected(IceGeneration generation)
    {
        if (generation == _next)
        {
            (_previous, _current, _next) = (_current, _next, null);
        }

        if (generation == _current && generation.Selected is { } pair)
        {
            _isInUse = true;
            _context.Output.OnSelected(pair.Base.Index, pair.Remote.Address);
        }
    }

    private void OnRoleChanged()
    {
        _current.OnRoleChanged();
        _next?.OnRoleChanged();
    }

    private void End()
    {
        _isOver = true;
        if (_current.WasSelected)
        {
            _context.Metrics?.ConsentLost();
            _context.Output.OnConsentLost();
        }
        else
        {
            _context.Metrics?.Failed();
            _context.Output.OnFailed();
        }
    }

    private bool Refused(StunRefusal why)
    {
        _context.Metrics?.Refused(why);
        return false;
    }
}
