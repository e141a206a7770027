using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Gateway.Testing.Servers;

/// <summary>
/// Ports of the loopback address that nobody uses, for UDP and TCP alike, below the kernel's ephemeral ports so that no
/// client socket takes one meanwhile. None is given twice.
/// </summary>
public static class FreePorts
{
    private const int First = 31_000;
    private const int Last = 32_700;
    private static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <summary>One port.</summary>
    public static int One() => Block(1);

    /// <summary>The first of <paramref name="count"/> ports in a row; it is even, as RTP likes it.</summary>
    public static int Block(int count)
    {
        while (true)
        {
            var first = Random.Shared.Next(First, Last - count) & ~1;
            var ports = Enumerable.Range(first, count).ToArray();
            if (ports.All(IsFree) && ports.All(port => Given.TryAdd(port, true)))
            {
                return first;
            }
        }
    }

    private static bool IsFree(int port)
    {
        if (Given.ContainsKey(port))
        {
            return false;
        }

        try
        {
            using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(IPAddress.Loopback, port));
            using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            tcp.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
