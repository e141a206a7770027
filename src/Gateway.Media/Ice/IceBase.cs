using Gateway.Media.Io;

namespace Gateway.Media.Ice;

/// <summary>A socket that candidates stand for: a base (RFC 8445 section 4).</summary>
/// <param name="Index">The owner's number for it.</param>
/// <param name="Order">0 for the first one added: earlier ones are preferred.</param>
/// <param name="Bound">The address that it is bound to.</param>
/// <param name="Advertised">The address of its host candidate.</param>
internal sealed record IceBase(int Index, int Order, PeerAddress Bound, PeerAddress Advertised)
{
    /// <summary>The type preferences of RFC 8445 section 5.1.2.2.</summary>
    private const uint HostPreference = 126;
    private const uint PeerReflexivePreference = 110;
    private const uint ServerReflexivePreference = 100;

    public IceCandidate HostCandidate => field ??= new(
        $"{Order + 1}", 1, "udp", Priority, Advertised.ToAddress().ToString(), Advertised.Port, IceCandidateType.Host);

    public uint Priority => PriorityOf(HostPreference);

    /// <summary>What PRIORITY in a check says: the peer-reflexive candidate's, should it reveal one (section 7.1.1).</summary>
    public uint CheckPriority => PriorityOf(PeerReflexivePreference);

    public IceCandidate Reflexive(in PeerAddress mapped) => new(
        $"{Order + 101}", 1, "udp", PriorityOf(ServerReflexivePreference), mapped.ToAddress().ToString(), mapped.Port,
        IceCandidateType.ServerReflexive, Advertised.ToAddress().ToString(), Advertised.Port);

    /// <summary>Whether checks can go from here to there at all; the loopback interface leads nowhere else.</summary>
    public bool Reaches(in PeerAddress remote) =>
        Advertised.Family == remote.Family && (Bound.IsAny || Bound.IsLoopback || !remote.IsLoopback);

    /// <summary>Section 5.1.2.1, component 1.</summary>
    private uint PriorityOf(uint type) => type << 24 | (uint)(ushort.MaxValue - Order) << 8 | 255;
}
