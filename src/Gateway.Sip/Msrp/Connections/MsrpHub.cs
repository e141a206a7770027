using System.Net;
using Gateway.Sip.Msrp.Sessions;

namespace Gateway.Sip.Msrp.Connections;

/// <summary>Opens connections. Called on the loop; returns at once.</summary>
internal interface IMsrpDialer
{
    /// <summary>Tries once, within <see cref="MsrpLimits.Connect"/>; <see cref="MsrpHub.Opened"/> or <see cref="MsrpHub.Closed"/> follows.</summary>
    void Dial(MsrpConnection connection);
}

/// <summary>
/// The sessions and connections of an endpoint. On the loop only; no input or output of its own, so that tests run two of them
/// against each other in virtual time.
/// </summary>
internal sealed class MsrpHub
{
    private static readonly TimeSpan RelayUnused = TimeSpan.FromHours(1);

    private readonly Dictionary<string, MsrpSessionCore> _sessions = [];
    private readonly Dictionary<MsrpTarget, MsrpConnection> _outgoing = [];
    private readonly Dictionary<MsrpConnection, List<MsrpSessionCore>> _waiting = [];
    private readonly HashSet<MsrpConnection> _connections = [];
    private readonly Queue<MsrpConnection> _awake = new();
    private readonly Dictionary<IPAddress, int> _unbound = [];
    private readonly PriorityQueue<Action, long> _later = new();
    private readonly IMsrpDialer _dialer;
    private readonly TimeProvider _time;
    private readonly long _start;

    public MsrpHub(MsrpOptions options, TimeProvider time, IMsrpDialer dialer, MsrpMetrics metrics)
    {
        Options = options;
        Metrics = metrics;
        _time = time;
        _dialer = dialer;
        _start = time.GetTimestamp();
    }

    public MsrpOptions Options { get; }

    public MsrpLimits Limits => Options.Limits;

    public MsrpMetrics Metrics { get; }

    /// <summary>Told of connections closed for what came on them.</summary>
    public Action<IPAddress?, string>? OnMalformed { get; set; }

    /// <summary>Our relay, whose connection stays (RFC 4976 section 5.4); null without one.</summary>
    public MsrpTarget? Relay { get; set; }

    /// <summary>Milliseconds since the start.</summary>
    public long Now => (long)_time.GetElapsedTime(_start).TotalMilliseconds;

    public IReadOnlyCollection<MsrpConnection> Connections => _connections;

    /// <summary>Makes a session reachable by a URI of ours; an earlier one of it is no more.</summary>
    public void Register(MsrpSessionCore session, MsrpUri uri, MsrpUri? before)
    {
        Unregister(session, before);
        if (_sessions.TryAdd(uri.SessionId!, session))
        {
            session.Uri = uri;
            Metrics.SessionsChanged(1);
        }
    }

    public void Unregister(MsrpSessionCore session, MsrpUri? uri)
    {
        if (uri?.SessionId is { } id && _sessions.TryGetValue(id, out var known) && known == session)
        {
            _sessions.Remove(id);
            Metrics.SessionsChanged(-1);
        }
    }

    /// <summary>The session of a URI of ours (RFC 4975 section 6.1), or null.</summary>
    public MsrpSessionCore? Find(MsrpUri uri) =>
        uri.SessionId is { } id && _sessions.TryGetValue(id, out var session)
        && (Options.MatchSessionIdOnly || uri.Equals(session.Uri))
            ? session
            : null;

    /// <summary>Gives the session the open connection to this target, or opens one.</summary>
    public void Connect(MsrpSessionCore session, MsrpTarget target)
    {
        var connection = To(target);
        if (connection.IsOpen)
        {
            session.OnOpened(connection);
        }
        else
        {
            _waiting[connection].Add(session);
        }
    }

    /// <summary>The connection to a target, open or being opened.</summary>
    public MsrpConnection To(MsrpTarget target)
    {
        if (!_outgoing.TryGetValue(target, out var connection))
        {
            connection = new MsrpConnection(this, remote: null, target);
            _outgoing.Add(target, connection);
            _waiting.Add(connection, []);
            _connections.Add(connection);
            Metrics.ConnectionsChanged(1);
            _dialer.Dial(connection);
        }

        return connection;
    }

    /// <summary>The connection asked for is open.</summary>
    public void Opened(MsrpConnection connection)
    {
        connection.IsOpen = true;
        if (_waiting.Remove(connection, out var sessions))
        {
            foreach (var session in sessions)
            {
                session.OnOpened(connection);
            }
        }

        Wake(connection); // what was written before it was open
    }

    /// <summary>A connection was accepted; null when there are too many.</summary>
    public MsrpConnection? Accept(IPAddress remote)
    {
        var unbound = _unbound.GetValueOrDefault(remote);
        if (_connections.Count >= Limits.Connections || unbound >= Limits.UnboundPerAddress)
        {
            return null;
        }

        _unbound[remote] = unbound + 1;
        var connection = new MsrpConnection(this, remote, target: null) { IsOpen = true };
        _connections.Add(connection);
        Metrics.ConnectionsChanged(1);
        return connection;
    }

    /// <summary>A connection is over, or never came to be.</summary>
    public void Closed(MsrpConnection connection, bool isUntrusted = false)
    {
        if (!_connections.Remove(connection))
        {
            return;
        }

        connection.IsOpen = false;
        connection.IsUntrusted = isUntrusted;
        Metrics.ConnectionsChanged(-1);
        if (connection.Target is { } target && _outgoing.GetValueOrDefault(target) == connection)
        {
            _outgoing.Remove(target);
        }

        NoLongerUnbound(connection);
        connection.GiveUpAll();
        if (_waiting.Remove(connection, out var sessions))
        {
            foreach (var session in sessions)
            {
                session.OnNotOpened(isUntrusted);
            }
        }

        foreach (var session in connection.Sessions.ToArray())
        {
            session.OnBroken();
        }
    }

    /// <summary>The connection has something to write: flushed at the end of the loop's round.</summary>
    public void Wake(MsrpConnection connection)
    {
        if (!connection.IsAwake)
        {
            connection.IsAwake = true;
            _awake.Enqueue(connection);
        }
    }

    /// <summary>The end of a round: everything that was said in it goes out together.</summary>
    public void Flush()
    {
        // Taken out first: a fault in one connection must not keep the others from theirs, now and in every later round.
        while (_awake.TryDequeue(out var connection))
        {
            connection.IsAwake = false;
            if (connection.IsOpen)
            {
                connection.Link?.Wake();
            }
        }
    }

    /// <summary>Work for later, to the second.</summary>
    public void After(TimeSpan time, Action work) => _later.Enqueue(work, Now + (long)time.TotalMilliseconds);

    /// <summary>Once a second.</summary>
    public void Tick()
    {
        var now = Now;
        while (_later.TryPeek(out var work, out var due) && due <= now)
        {
            _later.Dequeue();
            work();
        }

        foreach (var session in _sessions.Values.ToArray())
        {
            session.Tick(now);
        }

        foreach (var connection in _connections.ToArray())
        {
            connection.Link?.Tick(now);
            var patience = connection.Target is not null && connection.Target == Relay ? RelayUnused
                : connection is { WasBound: false, Target: null } ? Limits.Bind : Limits.Unused;
            if (connection is { IsUnused: true, IsOpen: true } && now - connection.UnusedSince >= patience.TotalMilliseconds)
            {
                connection.Link?.Close();
            }
        }
    }

    public void Malformed(MsrpConnection connection, string fault)
    {
        Metrics.Malformed();
        OnMalformed?.Invoke(connection.Remote, fault);
    }

    /// <summary>A session has shown itself on an accepted connection.</summary>
    public void NoLongerUnbound(MsrpConnection connection)
    {
        if (connection is { Remote: { } remote, CountsAsUnbound: true })
        {
            connection.CountsAsUnbound = false;
            var left = _unbound.GetValueOrDefault(remote) - 1;
            if (left > 0)
            {
                _unbound[remote] = left;
            }
            else
            {
                _unbound.Remove(remote);
            }
        }
    }
}
