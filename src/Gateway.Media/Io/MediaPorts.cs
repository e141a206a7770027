using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Gateway.Media.Io;

/// <summary>A range of ports, both ends included: <c>30000-34999</c>.</summary>
public readonly record struct PortRange(int First, int Last)
{
    /// <summary>What media use unless told otherwise.</summary>
    public static PortRange Default { get; } = new(30_000, 34_999);

    /// <summary>Reads <c>first-last</c>; both between 1024 and 65535, and room for at least one call.</summary>
    public static bool TryParse(string? text, out PortRange range)
    {
        range = default;
        if (text?.Split('-') is not [var first, var last]
            || !int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            || !int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var to)
            || from < 1024 || to > ushort.MaxValue || to - from < 3)
        {
            return false;
        }

        range = new(from, to);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}

/// <summary>
/// The ports that media may use, for all loops: RTP on an even one with RTCP on the next (RFC 3550 section 11), or one alone
/// when both share it. A freed port rests, as long as there are others, so that a new call does not hear the end of an old
/// one, whose peer may not know yet that it is over. Shared by the loops, so the table has a lock; taking a port is rare.
/// </summary>
public sealed class MediaPorts
{
    /// <summary>How long a freed port rests: a phone that missed the end of a call stops within its session timer or at RTP silence.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(60);

    // A pair is taken, given back and rests as one: even port at first + 2i.
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly int _first;
    private readonly int _pairs;
    private readonly Queue<int> _fresh = new();
    private readonly Queue<(int Pair, long Freed)> _resting = new();
    private int _taken;

    /// <summary>All ports of <paramref name="range"/> are free, and will be given in an order that nobody can foretell.</summary>
    public MediaPorts(PortRange range, TimeProvider time)
    {
        _time = time;
        Range = range;
        _first = range.First + (range.First & 1);
        _pairs = (range.Last - _first + 1) / 2;
        var order = Enumerable.Range(0, _pairs).ToArray();
        Random.Shared.Shuffle(order);
        foreach (var pair in order)
        {
            _fresh.Enqueue(pair);
        }
    }

    /// <summary>The range.</summary>
    public PortRange Range { get; }

    /// <summary>Pairs in use.</summary>
    public int Taken
    {
        get
        {
            lock (_lock)
            {
                return _taken;
            }
        }
    }

    /// <summary>
    /// Opens a socket for RTP on an even port, and one for RTCP on the next unless both share it. Ports that somebody else
    /// holds are passed over. False: no port is left, or the system gives no more sockets.
    /// </summary>
    public bool TryOpen(
        IMediaLoop loop, PeerAddress host, IDatagramHandler handler, bool withRtcp, [NotNullWhen(true)] out PortLease? lease)
    {
        ArgumentNullException.ThrowIfNull(loop);
        lease = null;
        for (var tries = Math.Min(_pairs, 64); tries > 0 && TryTake(out var pair); tries--)
        {
            var port = _first + (pair * 2);
            IMediaSocket? rtcp = null;
            if (loop.TryBind(host.WithPort(port), handler, out var rtp))
            {
                if (!withRtcp || loop.TryBind(host.WithPort(port + 1), handler, out rtcp))
                {
                    lease = new PortLease(this, pair, rtp, rtcp);
                    return true;
                }

                rtp.Close();
            }

            Free(pair);
        }

        return false;
    }

    internal void Free(int pair)
    {
        lock (_lock)
        {
            _taken--;
            _resting.Enqueue((pair, _time.GetTimestamp()));
        }
    }

    private bool TryTake(out int pair)
    {
        lock (_lock)
        {
            while (_resting.TryPeek(out var oldest) && _time.GetElapsedTime(oldest.Freed) >= Rest)
            {
                _fresh.Enqueue(_resting.Dequeue().Pair);
            }

            // With nothing else left, a port that has not rested is better than no call: the one freed longest ago.
            if (!_fresh.TryDequeue(out pair))
            {
                if (!_resting.TryDequeue(out var early))
                {
                    return false;
                }

                pair = early.Pair;
            }

            _taken++;
            return true;
        }
    }
}

/// <summary>Sockets on ports of a <see cref="MediaPorts"/>. Used on the loop that opened them.</summary>
public sealed class PortLease
{
    private readonly MediaPorts _ports;
    private readonly int _pair;
    private bool _freed;

    internal PortLease(MediaPorts ports, int pair, IMediaSocket rtp, IMediaSocket? rtcp) =>
        (_ports, _pair, Rtp, Rtcp) = (ports, pair, rtp, rtcp);

    /// <summary>On the even port.</summary>
    public IMediaSocket Rtp { get; }

    /// <summary>On the next; null when both share the first.</summary>
    public IMediaSocket? Rtcp { get; }

    /// <summary>Closes the sockets; the ports rest.</summary>
    public void Close()
    {
        if (!_freed)
        {
            _freed = true;
            Rtp.Close();
            Rtcp?.Close();
            _ports.Free(_pair);
        }
    }
}
