using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Gateway.Testing.Servers;

/// <summary>
/// Ports of the loopback address that nobody uses, for UDP and TCP alike, below the kernel's ephemeral ports so that no
/// client socket takes one meanwhile. A port may stay unused for a while after it was given, so test processes that run at the
/// same time give from lanes of their own.
/// </summary>
public static class FreePorts
{
    private const int First = 12_000;
    private const int FirstOfMedia = 22_000;
    private const int FirstPassing = 31_000;
    private const int Last = 32_700;
    private const int MostTries = 100_000;
    private const int Lanes = 3;
    private const int WidthOfMedia = ((FirstPassing - FirstOfMedia) / Lanes) & ~1;

    /// <summary>Ports in a row of one lane.</summary>
    private const int Stretch = 4;

    private static readonly ConcurrentDictionary<int, bool> Given = new();
    private static readonly (int Number, Socket? Claim) Lane = ClaimLane();
    private static readonly Lock Gate = new();
    private static int _next;
    private static int _nextOfMedia; // within the lane

    /// <summary>One port, given to nobody else: it may stay unused for a while.</summary>
    public static int One() => Block(1);

    /// <summary>The first of at most <see cref="Stretch"/> ports in a row, given to nobody else. It is even, as RTP likes it.</summary>
    public static int Block(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Stretch);
        const int rounds = (FirstOfMedia - First) / (Stretch * Lanes);
        for (var i = 0; i < MostTries; i++)
        {
            var first = First + (((Random.Shared.Next(rounds) * Lanes) + Lane.Number) * Stretch) + (Random.Shared.Next(Stretch - count + 1) & ~1);
            var ports = Enumerable.Range(first, count).ToArray();
            lock (Gate)
            {
                if (ports.All(IsFree))
                {
                    Array.ForEach(ports, port => Given[port] = true);
                    return first;
                }
            }
        }

        throw new InvalidOperationException($"No {count} free ports in a row: {Given.Count} were given away.");
    }

    /// <summary>The first of <paramref name="count"/> ports in a row that nobody else is given, for a media engine: it passes
    /// over those that another process holds. One after the other, lest pieces be left that are too short. It is even.</summary>
    public static int BlockForMedia(int count)
    {
        var start = FirstOfMedia + (Lane.Number * WidthOfMedia);
        lock (Gate)
        {
            for (var tried = 0; tried < WidthOfMedia; tried += 2)
            {
                var first = start + ((_nextOfMedia + tried) % WidthOfMedia);
                var ports = Enumerable.Range(first, count).ToArray();
                if (first + count <= start + WidthOfMedia && !ports.Any(Given.ContainsKey))
                {
                    Array.ForEach(ports, port => Given[port] = true);
                    _nextOfMedia = (first - start + count + 1) & ~1;
                    return first;
                }
            }
        }

        throw new InvalidOperationException($"No {count} ports in a row for media: {Given.Count} were given away.");
    }

    /// <summary>Takes back what was given.</summary>
    public static void GiveBack(int first, int count)
    {
        foreach (var port in Enumerable.Range(first, count))
        {
            Given.TryRemove(port, out _);
        }
    }

    /// <summary>The first of <paramref name="count"/> ports in a row for a process that takes them soon; given again
    /// when all others have been. It is even.</summary>
    public static int Passing(int count)
    {
        const int width = (Last - FirstPassing) / Lanes;
        var start = FirstPassing + (Lane.Number * width);
        while (true)
        {
            int first;
            lock (Gate)
            {
                first = (Math.Max(_next, start) + 1) & ~1;
                first = first + count <= start + width ? first : (start + 1) & ~1;
                _next = first + count;
            }

            if (Enumerable.Range(first, count).All(IsFree))
            {
                return first;
            }
        }
    }

    /// <summary>An abstract address is bound once in a network namespace, as a port is, and is free again when its process ends.</summary>
    private static (int Number, Socket? Claim) ClaimLane()
    {
        for (var lane = 0; lane < Lanes; lane++)
        {
            var claim = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                claim.Bind(new UnixDomainSocketEndPoint($"\0gateway-tests-ports-{lane}"));
                return (lane, claim);
            }
            catch (SocketException)
            {
                claim.Dispose(); // another process has it
            }
        }

        return (Random.Shared.Next(Lanes), null);
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
