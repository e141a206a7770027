namespace Gateway.Media.Rtp;

/// <summary>Figures of one stream of one leg.</summary>
/// <param name="PacketsReceived">From the peer.</param>
/// <param name="OctetsReceived">Payload octets of those.</param>
/// <param name="PacketsLost">That the peer sent and that did not arrive.</param>
/// <param name="Jitter">Interarrival jitter of what arrived (RFC 3550 section 6.4.1), milliseconds.</param>
/// <param name="LastReceived">When the last came: the loop's milliseconds; 0 before one has.</param>
/// <param name="PacketsSent">To the peer.</param>
/// <param name="OctetsSent">Payload octets of those.</param>
/// <param name="RemoteLost">Packets of ours that the peer misses, by its last report.</param>
/// <param name="RemoteJitter">The peer's jitter, milliseconds, by its last report.</param>
/// <param name="RoundTrip">Between us and the peer, milliseconds; null before two reports have crossed.</param>
internal readonly record struct StreamFigures(
    long PacketsReceived, long OctetsReceived, long PacketsLost, double Jitter, long LastReceived,
    long PacketsSent, long OctetsSent, long RemoteLost, double RemoteJitter, double? RoundTrip);
