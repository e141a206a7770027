using System.Net;
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

        try
        {
            using var socket = new Socket(listening.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(peer ?? "192.0.2.1", 5060);
            return ((IPEndPoint)socket.LocalEndPoint!).Address.ToString();
        }
        catch (SocketException)
        {
            return (listening.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback).ToString();
        }
    }
}
