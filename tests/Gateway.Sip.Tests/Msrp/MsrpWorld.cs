using System.Net;
using System.Text;
using Gateway.Sip.Msrp;
using Gateway.Sip.Msrp.Connections;
using Gateway.Sip.Msrp.Relays;
using Gateway.Sip.Msrp.Sessions;
using Gateway.Testing;

namespace Gateway.Sip.Tests.Msrp;

/// <summary>Endpoints without sockets, joined in memory, in virtual time; nothing moves before <see cref="Run"/>.</summary>
internal sealed class MsrpWorld
{
    private readonly List<Home> _homes = [];
    private readonly List<(Pipe A, Pipe B)> _pipes = [];
    private readonly Queue<Action> _posted = new();

    public VirtualTime Time { get; } = new();

    /// <summary>Octets that one turn of a pipe carries.</summary>
    public int Piece { get; set; } = 1_000;

    /// <summary>Whether connections come to be.</summary>
    public bool IsReachable { get; set; } = true;

    public bool IsUntrusted { get; set; }

    /// <summary>Everything written by anyone, in order.</summary>
    public StringBuilder Log { get; } = new();

    public Home AddHome(string host, MsrpOptions? options = null)
    {
        var home = new Home(this, host, options ?? new MsrpOptions { Listen = [] });
        _homes.Add(home);
        return home;
    }

    /// <summary>A stranger with bytes of his own on a connection to a home.</summary>
    public Stranger Connect(Home to)
    {
        var connection = to.Hub.Accept(IPAddress.Loopback) ?? throw new InvalidOperationException("refused");
        var stranger = new Stranger(this, to, connection);
        connection.Link = stranger;
        return stranger;
    }

    public void Post(Action work) => _posted.Enqueue(work);

    /// <summary>Until nothing moves any more.</summary>
    public void Run()
    {
        for (var rounds = 0; ; rounds++)
        {
            Assert.True(rounds < 100_000, "the world does not come to rest");
            if (!Step())
            {
                return;
            }
        }
    }

    /// <summary>One turn of everything; false when nothing moved.</summary>
    public bool Step()
    {
        var moved = false;
        while (_posted.TryDequeue(out var work))
        {
            moved = true;
            work();
        }

        foreach (var home in _homes)
        {
            home.Hub.Flush();
        }

        foreach (var (a, b) in _pipes.ToArray())
        {
            moved |= a.Carry(b);
            moved |= b.Carry(a);
        }

        return moved;
    }

    /// <summary>Lets time pass, second by second.</summary>
    public void Wait(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(1))
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            foreach (var home in _homes)
            {
                home.Hub.Tick();
            }

            Run();
        }
    }

    /// <summary>Cuts every connection in the middle of whatever it carries.</summary>
    public void Cut()
    {
        foreach (var (a, b) in _pipes.ToArray())
        {
            Cut(a, b);
        }
    }

    private void Cut(Pipe a, Pipe b)
    {
        _pipes.Remove((a, b));
        _pipes.Remove((b, a));
        a.End();
        b.End();
    }

    private void Dial(Home from, MsrpConnection connection) => Post(() =>
    {
        var to = _homes.SingleOrDefault(h => h.Host == connection.Target!.Host);
        if (to?.Hub.Accept(IPAddress.Loopback) is not { } accepted || !IsReachable)
        {
            from.Hub.Closed(connection, IsUntrusted);
            return;
        }

        var a = new Pipe(this, from, connection);
        var b = new Pipe(this, to, accepted);
        a.Other = b;
        b.Other = a;
        connection.Link = a;
        accepted.Link = b;
        _pipes.Add((a, b));
        from.Hub.Opened(connection);
    });

    internal sealed class Home : IMsrpHome, IMsrpDialer, IMsrpEndpoint
    {
        private readonly MsrpWorld _world;

        public Home(MsrpWorld world, string host, MsrpOptions options)
        {
            _world = world;
            Host = host;
            Hub = new MsrpHub(options, world.Time, this, new MsrpMetrics());
            Relay = options.Relay is { } relay ? new MsrpRelayClient(Hub, relay) : null;
            Hub.Relay = Relay?.Target;
        }

        public string Host { get; }

        public MsrpHub Hub { get; }

        public MsrpFingerprint? Fingerprint => null;

        public MsrpRelayClient? Relay { get; }

        public void Post(Action work) => _world.Post(work);

        public MsrpUri NewUri(bool isSecure) => MsrpUri.Create(isSecure, Host, 2855, MsrpIdentifiers.Session());

        public bool CanListen(bool isSecure) => true;

        public void Dial(MsrpConnection connection) => _world.Dial(this, connection);

        public IMsrpSession Create(MsrpTerms terms, IMsrpSink sink) => new MsrpSession(this, terms, sink);
    }

    private sealed class Pipe(MsrpWorld world, Home home, MsrpConnection connection) : IMsrpLink
    {
        private readonly List<byte> _unread = [];
        private bool _awake;
        private bool _ended;

        public Pipe? Other { get; set; }

        public void Wake() => _awake = true;

        public void Close() => world.Post(() => world.Cut(this, Other!));

        public void Tick(long now)
        {
        }

        public void End()
        {
            if (!_ended)
            {
                _ended = true;
                home.Hub.Closed(connection);
            }
        }

        /// <summary>One piece to the other end.</summary>
        public bool Carry(Pipe to)
        {
            var buffer = new byte[world.Piece];
            var length = _awake && !_ended ? connection.Fill(buffer) : 0;
            if (length == 0)
            {
                _awake = false;
                return false;
            }

            world.Log.Append(Encoding.Latin1.GetString(buffer, 0, length));
            to.Take(buffer.AsSpan(0, length));
            return true;
        }

        private void Take(ReadOnlySpan<byte> octets)
        {
            if (_ended)
            {
                return;
            }

            _unread.AddRange(octets);
            var consumed = connection.OnOctets(_unread.ToArray());
            if (consumed < 0)
            {
                Close();
                return;
            }

            _unread.RemoveRange(0, consumed);
        }
    }

    internal sealed class Stranger(MsrpWorld world, Home home, MsrpConnection connection) : IMsrpLink
    {
        private readonly List<byte> _unread = [];

        public bool IsClosed { get; private set; }

        public void Wake()
        {
        }

        public void Close() => world.Post(End);

        public void Tick(long now)
        {
        }

        /// <summary>Says something and hears what is answered.</summary>
        public string Say(string text)
        {
            world.Run();
            if (!IsClosed)
            {
                _unread.AddRange(Encoding.UTF8.GetBytes(text));
                var consumed = connection.OnOctets(_unread.ToArray());
                if (consumed < 0)
                {
                    End();
                    return "";
                }

                _unread.RemoveRange(0, consumed);
            }

            world.Run();
            return Hear();
        }

        public string Hear()
        {
            var heard = new StringBuilder();
            var buffer = new byte[4096];
            for (int length; !IsClosed && (length = connection.Fill(buffer)) > 0;)
            {
                heard.Append(Encoding.UTF8.GetString(buffer, 0, length));
            }

            return heard.ToString();
        }

        public void End()
        {
            if (!IsClosed)
            {
                IsClosed = true;
                home.Hub.Closed(connection);
                world.Run();
            }
        }
    }
}

/// <summary>What the owner of a session was told, in order.</summary>
internal sealed class RecordingMsrpSink : IMsrpSink
{
    public List<string> Events { get; } = [];

    public List<MsrpIncomingMessage> Messages { get; } = [];

    public List<string> Texts => [.. Messages.Select(m => Encoding.UTF8.GetString(m.Body.Span))];

    public List<MsrpReport> Reports { get; } = [];

    /// <summary>Done with every message before it is answered.</summary>
    public Action<MsrpIncomingMessage>? OnArrival { get; set; }

    public void OnConnected() => Events.Add("connected");

    public void OnMessage(MsrpIncomingMessage message)
    {
        Messages.Add(message);
        OnArrival?.Invoke(message);
    }

    public void OnSent(string messageId) => Events.Add("sent " + messageId);

    public void OnReport(MsrpReport report)
    {
        Reports.Add(report);
        Events.Add($"report {report.MessageId} {report.Status}{(report.IsComplete ? " complete" : "")}");
    }

    public void OnSendFailed(string messageId, int status) => Events.Add($"failed {messageId} {status}");

    public void OnConnectionLost(MsrpLoss why) => Events.Add("lost " + why);

    public void OnReofferNeeded() => Events.Add("reoffer");
}
