using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Gateway.Host.Configuration;

namespace Gateway.Host.Running;

/// <summary>The host that peers reach us by, where the configuration names none.</summary>
internal static class AdvertisedAddress
{
    /// <summary>
    /// The listening address; for 0.0.0.0 and [::] the address that this machine would send to <paramref name="peer"/>
    /// from. Connecting a datagram socket sends nothing.
    /// </summary>
    public static string Of(SipOptions sip, string? peer)
    {
        if (sip.AdvertisedHost is { } named)
        {
            return named;
        }

        var listening = sip.Listen[0].EndPoint.Address;
        if (!listening.Equals(IPAddress.Any) && !listening.Equals(IPAddress.IPv6Any))
        {
            return listening.ToString();
        }

        return Towards(listening.AddressFamily, peer ?? "192.0.2.1").ToString();
    }

    /// <summary>The address that this machine itself sends to that one from; for null to somewhere in the Internet.</summary>
    public static IPAddress Towards(IPAddress? peer) =>
        Towards(peer?.AddressFamily ?? AddressFamily.InterNetwork, peer?.ToString() ?? "192.0.2.1");

    /// <summary>Whether a socket can be bound to it.</summary>
    public static bool IsLocal(IPAddress address) =>
        IPAddress.IsLoopback(address) || NetworkInterface.GetAllNetworkInterfaces().Any(
            one => one.GetIPProperties().UnicastAddresses.Any(unicast => unicast.Address.Equals(address)));

    private static IPAddress Towards(AddressFamily family, string peer)
    {
        try
        {
            using var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(peer, 5060);
            return ((IPEndPoint)socket.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            return family == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback;
        }
    }
}
