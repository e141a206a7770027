using System.Collections.Immutable;
using Gateway.Media.Embedded.Descriptions;
using Gateway.Media.Io;
using Gateway.Media.Rtp;

namespace Gateway.Media.Embedded.Transports;

/// <summary>Our side towards an end without ICE.</summary>
/// <param name="Transport">RTP on an even port, RTCP on the next.</param>
/// <param name="Address">What the end is told.</param>
internal sealed record PlainSide(PlainTransport Transport, string Address)
{
    /// <summary>
    /// Opens it on an address of the family that the end's own description names, or on the first when it has not spoken yet;
    /// null: no port is left.
    /// </summary>
    public static PlainSide? TryOpen(MediaPorts ports, ImmutableArray<LocalHost> hosts, IMediaLoop loop, string peer)
    {
        var wantsIPv6 = peer.Length == 0 ? !hosts[0].Bound.IsIPv4 : peer.Contains(':', StringComparison.Ordinal);
        var host = hosts.FirstOrDefault(host => host.Bound.IsIPv4 != wantsIPv6, hosts[0]);
        return PlainTransport.TryOpen(loop, ports, host.Bound, out var transport)
            ? new PlainSide(transport, host.Advertised.ToAddress().ToString()) : null;
    }

    /// <summary>What the end is told.</summary>
    public LocalMedium.Plain Describe(string protocol, ImmutableArray<string> crypto) =>
        new(protocol, Address, Transport.Local.Port, crypto);
}
