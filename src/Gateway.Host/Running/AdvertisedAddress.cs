using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Gateway.Host.Configuration;

namespace Gateway.Host.Running;

/// <summary>The host that peers reach us by, where the configuration names none.</summary>
internal static class AdvertisedAddress
{
    /// <summary>Nobody's addresses (RFC 5737, RFC 3849), which are routed as most of the Internet is.</summary>
    private const string Somewhere = "192.0.2.1";

    private const string SomewhereV6 = "2001:db8::1";

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

        return Towards(listening.AddressFamily, peer ?? Somewhere).ToString();
    }

    /// <summary>The address that this machine itself sends to that one from; for null to somewhere in the Internet.</summary>
    public static IPAddress Towards(IPAddress? peer) =>
        Towards(peer?.AddressFamily ?? AddressFamily.InterNetwork, peer?.ToString() ?? Somewhere);

    /// <summary>Whether a socket can be bound to it.</summary>
    public static bool IsLocal(IPAddress address) =>
        IPAddress.IsLoopback(address) || NetworkInterface.GetAllNetworkInterfaces().Any(
            one => one.GetIPProperties().UnicastAddresses.Any(unicast => unicast.Address.Equals(address)));

    /// <summary>A peer whose name cannot be found yet, as at a boot before the network is up, lies somewhere in the Internet.</summary>
    private static IPAddress Towards(AddressFamily family, string peer) =>
        SourceTo(family, peer) ?? SourceTo(family, family == AddressFamily.InterNetwork ? Somewhere : SomewhereV6)
        ?? (family == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback);

    private static IPAddress? SourceTo(AddressFamily family, string peer)
    {
        try
        {
            using var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(peer, 5060);
            return ((IPEndPoint)socket.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
