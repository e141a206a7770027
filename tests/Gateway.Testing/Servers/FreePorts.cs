using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Gateway.Testing.Servers;

/// <summary>
/// Ports of the loopback address that nobody uses, for UDP and TCP alike, below the kernel's ephemeral ports so that no
/// client socket takes one meanwhile.
/// </summary>
public static class FreePorts
{
    private const int First = 12_000;
    private const int LastGiven = 29_000;
    private const int FirstPassing = 31_000;
    private const int MostTries = 100_000;
    private const int Last = 32_700;
    private static readonly ConcurrentDictionary<int, bool> Given = new();
    private static int _next = Random.Shared.Next(FirstPassing, Last);

    /// <summary>One port, given to nobody else: it may stay unused for a while.</summary>
    public static int One() => Block(1);

    /// <summary>The first of <paramref name="count"/> ports in a row, given to nobody else. It is even, as RTP likes it.</summary>
    public static int Block(int count)
    {
        for (var i = 0; i < MostTries; i++)
        {
            var first = Random.Shared.Next(First, LastGiven - count) & ~1;
            var ports = Enumerable.Range(first, count).ToArray();
            if (ports.All(IsFree) && ports.All(port => Given.TryAdd(port, true)))
            {
                return first;
            }
        }

        throw new InvalidOperationException($"No {count} free ports in a row from {First} to {LastGiven}: {Given.Count} were given away.");
    }

    /// <summary>The first of <paramref name="count"/> ports in a row that nobody else is given, for a media engine: it passes
    /// over those that another process holds.</summary>
    public static int BlockForMedia(int count)
    {
        for (var i = 0; i < MostTries; i++)
        {
            var first = Random.Shared.Next(First, LastGiven - count) & ~1;
            var ports = Enumerable.Range(first, count).ToArray();
            if (!ports.Any(Given.ContainsKey) && ports.All(port => Given.TryAdd(port, true)))
            {
                return first;
            }
        }

        throw new InvalidOperationException($"No {count} ports in a row from {First} to {LastGiven}: {Given.Count} were given away.");
    }

    /// <summary>Takes back what was given.</summary>
    public static void GiveBack(int first, int count)
    {
        foreach (var port in Enumerable.Range(first, count))
        {
            Given.TryRemove(port, out _);
        }
    }

    /// <summary>The first of <paramref name="count"/> ports in a row for a process that takes them at once; given again
    /// when all others have been.</summary>
    public static int Passing(int count)
    {
        while (true)
        {
            var first = FirstPassing + (((Interlocked.Add(ref _next, count + 1) & int.MaxValue) % (Last - FirstPassing - count)) & ~1);
            if (Enumerable.Range(first, count).All(IsFree))
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
