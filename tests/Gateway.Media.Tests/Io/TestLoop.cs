using System.Diagnostics.CodeAnalysis;
using Gateway.Media.Io;

namespace Gateway.Media.Tests.Io;

/// <summary>A loop in virtual time, without threads or sockets: datagrams go where a test looks at them, or to each other.</summary>
internal sealed class TestLoop : IMediaLoop
{
    private readonly TimerHeap _timers = new();
    private readonly Queue<Action> _posted = new();
    private readonly byte[] _buffer = new byte[DatagramRoom.Longest + DatagramRoom.Spare];
    private int _nextPort = 40_000;

    public long Now { get; private set; } = 1_000_000;

    public Dictionary<PeerAddress, TestSocket> Sockets { get; } = [];

    /// <summary>Ports that somebody else holds.</summary>
    public HashSet<int> Held { get; } = [];

    /// <summary>Counts what is sent instead of keeping it, which allocates.</summary>
    public bool Forgets { get; set; }

    public long Forgotten { get; set; }

    public int RunningTimers => _timers.Count;

    public void Post(Action work) => _posted.Enqueue(work);

    public void Run(Action work) => work();

    public IMediaTimer CreateTimer(Action<long> fired) => new TestTimer(_timers, fired);

    public bool TryBind(PeerAddress local, IDatagramHandler handler, [NotNullWhen(true)] out IMediaSocket? socket)
    {
        var address = local.Port == 0 ? local.WithPort(_nextPort++) : local;
        var made = new TestSocket(this, address, handler);
        socket = made;
        return !Held.Contains(address.Port) && Sockets.TryAdd(address, made);
    }

    /// <summary>Runs what was posted, then lets time pass, firing timers in their order.</summary>
    public void Advance(long milliseconds)
    {
        RunPosted();
        var until = Now + milliseconds;
        while (_timers.NextDue <= until)
        {
            Now = Math.Max(Now, _timers.NextDue);
            ((TestTimer)_timers.TakeDue(Now)!).Fire(Now);
            RunPosted();
        }

        Now = until;
    }

    /// <summary>Time passes and nothing runs: the machine stood still.</summary>
    public void StandStill(long milliseconds) => Now += milliseconds;

    /// <summary>A datagram arrives at the socket bound to <paramref name="to"/>.</summary>
    public void Deliver(ReadOnlySpan<byte> datagram, PeerAddress from, PeerAddress to)
    {
        if (Sockets.TryGetValue(to, out var socket))
        {
            datagram.CopyTo(_buffer);
            socket.Handler.OnDatagram(socket, from, _buffer, datagram.Length, Now);
        }
    }

    /// <summary>Hands on everything that bound sockets sent to one another, until there is no more.</summary>
    public void Exchange()
    {
        bool moved;
        do
        {
            moved = false;
            foreach (var socket in Sockets.Values.ToArray())
            {
                for (var i = 0; i < socket.Sent.Count; i++)
                {
                    var (datagram, to) = socket.Sent[i];
                    if (Sockets.ContainsKey(to))
                    {
                        socket.Sent.RemoveAt(i--);
                        Deliver(datagram, socket.Local, to);
                        moved = true;
                    }
                }
            }
        }
        while (moved);
    }

    private void RunPosted()
    {
        while (_posted.TryDequeue(out var work))
        {
            work();
        }
    }
}

/// <summary>A timer of one thread.</summary>
internal sealed class TestTimer(TimerHeap heap, Action<long> fired) : HeapTimer, IMediaTimer
{
    public void Start(long due) => heap.Start(this, due);

    public void Stop() => heap.Stop(this);

    public void Fire(long now) => fired(now);
}

/// <summary>Keeps what was sent.</summary>
internal sealed class TestSocket(TestLoop loop, PeerAddress local, IDatagramHandler handler) : IMediaSocket
{
    public PeerAddress Local => local;

    public IDatagramHandler Handler => handler;

    public List<(byte[] Datagram, PeerAddress To)> Sent { get; } = [];

    public void Send(ReadOnlySpan<byte> datagram, in PeerAddress to)
    {
        if (loop.Forgets)
        {
            loop.Forgotten++;
            return;
        }

        if (loop.Sockets.TryGetValue(local, out var bound) && bound == this)
        {
            Sent.Add((datagram.ToArray(), to));
        }
    }

    public void Close() => loop.Sockets.Remove(local);
}
