#pragma warning disable CA1822 // the checklist follows
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Gateway.Media.Io;

namespace Gateway.Media.Ice;

/// <summary>
/// A full ICE agent (RFC 8445, RFC 8838; R-34: never lite) for one component: RTP and RTCP share a port. It has one owner,
/// which calls it from one thread and carries its datagrams; it keeps no clock, sockets or tasks of its own. Times are
/// monotonic milliseconds.
/// </summary>
public sealed class IceAgent
{
    private readonly IceAgentOptions _options;
    private readonly IIceOutput _output;

    /// <summary>An agent with fresh credentials and no bases.</summary>
    public IceAgent(IceAgentOptions options, IIceOutput output)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(output);
        (_options, _output, Role) = (options, output, options.Role);
    }

    /// <summary>The user name fragment to be signalled: the newest, after a restart.</summary>
    public string LocalUfrag { get; private set; } = "";

    /// <summary>The password to be signalled with it.</summary>
    public string LocalPwd { get; private set; } = "";

    /// <summary>The role of now; a conflict may have changed it.</summary>
    public IceRole Role { get; private set; }

    /// <summary>Candidates to be signalled.</summary>
    public ImmutableArray<IceCandidate> LocalCandidates { get; private set; } = [];

    /// <summary>True while a STUN server's answer is awaited.</summary>
    public bool IsGathering { get; private set; }

    /// <summary>When <see cref="OnTimer"/> is to be called next; <see cref="long.MaxValue"/> for never.</summary>
    public long NextDue { get; private set; } = long.MaxValue;

    /// <summary>Adds a socket before <see cref="Start"/>.</summary>
    /// <param name="index">The owner's number for it, used in the output's calls.</param>
    /// <param name="bound">The address that it is bound to.</param>
    /// <param name="advertised">The address that peers are told: an external one, or <paramref name="bound"/>.</param>
    public void AddBase(int index, in PeerAddress bound, in PeerAddress advertised)
    {
    }

    /// <summary>Asks the STUN servers; found candidates come by <see cref="IIceOutput.OnLocalCandidate"/>.</summary>
    public void Gather(long now)
    {
    }

    /// <summary>Changes the role before checks start.</summary>
    public void SetRole(IceRole role) => Role = role;

    /// <summary>
    /// The peer's credentials, with each description and trickled candidate. True when they begin a restart by the peer: the
    /// local credentials are new then, and are to be signalled.
    /// </summary>
    public bool SetRemote(string ufrag, string pwd, long now) => false;

    /// <summary>A candidate of the peer's newest credentials; those of no use are dropped.</summary>
    public void AddRemoteCandidate(IceCandidate candidate)
    {
    }

    /// <summary>The peer has no more candidates.</summary>
    public void EndOfRemoteCandidates()
    {
    }

    /// <summary>Starts checking, as soon as the peer's credentials are known.</summary>
    public void Start(long now)
    {
    }

    /// <summary>Begins an ICE restart with new local credentials; the selected pair stays in use until a new one works .</summary>
    public void Restart(long now)
    {
    }

    /// <summary>Takes a datagram whose first octet is 0 to 3 (RFC 7983). False when it was of no use and was only counted.</summary>
    public bool OnStun(int baseIndex, in PeerAddress from, ReadOnlySpan<byte> datagram, long now) => false;

    /// <summary>Whether a check to this address has been answered: only from such does DTLS or media count.</summary>
    public bool IsValidated(in PeerAddress from) => false;

    /// <summary>The pair in use.</summary>
    public bool TryGetSelected(out int baseIndex, out PeerAddress remote)
    {
        (baseIndex, remote) = (0, default);
        return false;
    }

    /// <summary>Does what is due.</summary>
    public void OnTimer(long now)
    {
    }
}
