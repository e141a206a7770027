using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Gateway.Sip.Transports;

/// <summary>Which of our addresses a peer sees when a socket listens on all of them: the one that the route to it leaves from.</summary>
internal static class LocalAddresses
{
    private const int Remembered = 1_024;

    private static readonly ConcurrentDictionary<IPAddress, IPAddress> Known = new();

    public static IPAddress Towards(IPAddress bound, IPAddress remote)
    {
        if (!bound.Equals(IPAddress.Any) && !bound.Equals(IPAddress.IPv6Any))
        {
            return bound;
        }

        if (Known.Count > Remembered)
        {
            Known.Clear(); // routes change, and the table stays small
        }

        return Known.GetOrAdd(remote, AskTheRoutingTable);
    }

    /// <summary>Connecting a datagram socket sends nothing: the system only picks the source address.</summary>
    private static IPAddress AskTheRoutingTable(IPAddress remote)
    {
        try
        {
            using var probe = new Socket(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            probe.Connect(remote, SipTransportKinds.DefaultPort);
            return ((IPEndPoint)probe.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            return remote.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback;
        }
    }
}
