using System.Text;
using System.Text.RegularExpressions;
using Gateway.Sip.Msrp;
using Gateway.Sip.Msrp.Connections;
using Gateway.Sip.Msrp.Relays;
using Gateway.Sip.Msrp.Sessions;
using Gateway.Testing;

namespace Gateway.Sip.Tests.Msrp;

/// <summary>The client of a relay (RFC 4976) in virtual time; <c>MsrpPeerTests</c> has the same with Kamailio's.</summary>
public sealed partial class MsrpRelayClientTests
{
    private static readonly MsrpTerms Terms = new() { AcceptTypes = ["text/plain"] };

    private readonly Home _home = new();
    private readonly RecordingMsrpSink _sink = new();

    [Fact] // section 5.1: the path is the relay's, and our own URI last
    public async Task A_path_of_the_relay_is_described_first()
    {
        var session = await PreparedAsync();

        Assert.Equal(["relay", "here"], session.LocalPath.Uris.Select(u => u.Host));
        Assert.Contains("m=message 2855 TCP/TLS/MSRP *", session.Offer(), StringComparison.Ordinal);
        Assert.DoesNotContain("a=fingerprint", session.Offer(), StringComparison.Ordinal); // the peer sees the relay's certificate
    }

    [Fact] // section 9.4
    public async Task A_path_is_renewed_at_half_of_its_lifetime_and_told_where_it_changes()
    {
        var session = await PreparedAsync();
        _home.Wait(TimeSpan.FromSeconds(299));
        Assert.Equal(1, _home.Asked);
        _home.Wait(TimeSpan.FromSeconds(2));
        Assert.Equal((2, "reoffer"), (_home.Asked, string.Join(' ', _sink.Events)));
        Assert.Contains("path2", session.Offer(), StringComparison.Ordinal);

        _home.KeepsPath = true;
        _home.Wait(TimeSpan.FromSeconds(301));
        Assert.Equal((3, "reoffer"), (_home.Asked, string.Join(' ', _sink.Events)));

        session.Close();
        _home.Wait(TimeSpan.FromSeconds(700));
        Assert.Equal(3, _home.Asked);
    }

    [Fact] // a relay that will not renew now may do so before the path ends
    public async Task A_renewal_that_fails_is_tried_again()
    {
        await PreparedAsync();
        _home.Status = 500;
        _home.Wait(TimeSpan.FromSeconds(301));
        Assert.Equal(2, _home.Asked);
        _home.Status = 200;
        _home.Wait(TimeSpan.FromSeconds(16));
        Assert.Equal((3, "reoffer"), (_home.Asked, string.Join(' ', _sink.Events)));
    }

    [Fact] // a wrong password is not tried at every message
    public async Task A_relay_that_refuses_is_asked_again_after_pauses_that_grow()
    {
        _home.Status = 403;
        Assert.Equal(MsrpPreparation.RelayRefused, await PrepareAsync());
        Assert.Equal(MsrpPreparation.RelayRefused, await PrepareAsync());
        Assert.Equal(1, _home.Asked);
        _home.Wait(TimeSpan.FromSeconds(1));
        await PrepareAsync();
        _home.Wait(TimeSpan.FromSeconds(1));
        await PrepareAsync();
        Assert.Equal(2, _home.Asked);
        _home.Wait(TimeSpan.FromSeconds(1));
        _home.Status = 200;
        Assert.Equal(MsrpPreparation.Ready, await PrepareAsync());
        Assert.Equal([MsrpPreparation.RelayRefused, MsrpPreparation.Ready], _home.Told);
    }

    [Fact] // a connection that gives no answer is not used for the next attempt
    public async Task A_relay_that_does_not_answer_is_connected_to_anew()
    {
        _home.Status = 0;
        var preparing = Session().PrepareAsync(CancellationToken.None).AsTask();
        _home.Wait(TimeSpan.FromSeconds(31));
        Assert.Equal((MsrpPreparation.RelayUnreachable, 1), (await preparing.WaitAsync(Eventually.Patience), _home.Dialled));
        _home.Status = 200;
        Assert.Equal((MsrpPreparation.Ready, 2), (await PrepareAsync(), _home.Dialled));
    }

    [Fact]
    public async Task A_relay_that_cannot_be_reached_or_trusted_is_told_apart()
    {
        _home.IsReachable = false;
        Assert.Equal(MsrpPreparation.RelayUnreachable, await PrepareAsync());
        _home.IsUntrusted = true;
        Assert.Equal(MsrpPreparation.RelayUntrusted, await PrepareAsync());
    }

    [Fact] // section 6.3: a path is for the URI that asked, and on its connection only
    public async Task A_new_path_or_a_new_connection_is_asked_for_anew()
    {
        var session = await PreparedAsync();
        var before = session.LocalPath;
        Assert.Equal(MsrpPreparation.Ready, await session.PrepareAsync(CancellationToken.None));
        Assert.Equal(1, _home.Asked);

        session.TakeNewPath();
        Assert.Equal(MsrpPreparation.Ready, await PrepareAsync(session));
        Assert.Equal(2, _home.Asked);
        Assert.NotEqual(before.Last, session.LocalPath.Last);

        _home.Cut();
        Assert.Equal(MsrpPreparation.Ready, await PrepareAsync(session));
        Assert.Equal((3, 2), (_home.Asked, _home.Dialled));
    }

    private MsrpSession Session() => new MsrpSession(_home, Terms, _sink);

    private async Task<MsrpSession> PreparedAsync()
    {
        var session = Session();
        Assert.Equal(MsrpPreparation.Ready, await PrepareAsync(session));
        return session;
    }

    private async Task<MsrpPreparation> PrepareAsync(MsrpSession? session = null)
    {
        var preparing = (session ?? Session()).PrepareAsync(CancellationToken.None).AsTask();
        _home.Run();
        return await preparing.WaitAsync(Eventually.Patience);
    }

    /// <summary>An endpoint whose relay does what it is told.</summary>
    private sealed partial class Home : IMsrpHome, IMsrpDialer
    {
        private readonly VirtualTime _time = new();
        private readonly Queue<Action> _posted = new();
        private readonly List<Link> _links = [];

        public Home()
        {
            var relay = new MsrpRelay(Uri("msrps://relay:2855;tcp"), "gateway", "secret") { Lifetime = TimeSpan.FromMinutes(10) };
            Hub = new MsrpHub(new MsrpOptions { Listen = [], Relay = relay }, _time, this, new MsrpMetrics());
            Relay = new MsrpRelayClient(Hub, relay) { OnChanged = (state, _) => Told.Add(state) };
            Hub.Relay = Relay.Target;
        }

        public MsrpHub Hub { get; }

        public MsrpRelayClient Relay { get; }

        public MsrpFingerprint? Fingerprint => new("SHA-256", "00:11");

        /// <summary>What AUTH is answered; 0: nothing.</summary>
        public int Status { get; set; } = 200;

        public bool KeepsPath { get; set; }

        public bool IsReachable { get; set; } = true;

        public bool IsUntrusted { get; set; }

        public int Asked { get; private set; }

        public int Dialled { get; private set; }

        public List<MsrpPreparation> Told { get; } = [];

        public void Post(Action work) => _posted.Enqueue(work);

        public MsrpUri NewUri(bool isSecure) => MsrpUri.Create(isSecure, "here", 2855, MsrpIdentifiers.Session());

        public bool CanListen(bool isSecure) => true;

        public void Dial(MsrpConnection connection) => Post(() =>
        {
            Dialled++;
            if (IsReachable)
            {
                var link = new Link(this, connection);
                connection.Link = link;
                _links.Add(link);
                Hub.Opened(connection);
            }
            else
            {
                Hub.Closed(connection, IsUntrusted);
            }
        });

        public void Run()
        {
            while (_posted.TryDequeue(out var work))
            {
                work();
                Hub.Flush();
            }
        }

        public void Wait(TimeSpan time)
        {
            for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(1))
            {
                Run();
                _time.Advance(TimeSpan.FromSeconds(1));
                Hub.Tick();
                Run();
            }
        }

        public void Cut()
        {
            _links[^1].Close();
            Run();
        }

        private static MsrpUri Uri(string text) => MsrpUri.TryParse(text, out var uri) ? uri : throw new ArgumentException("no URI", nameof(text));

        private void Answer(MsrpConnection connection, string request)
        {
            Asked++;
            var id = TransactionId().Match(request).Groups[1].Value;
            var path = KeepsPath ? 2 : Asked;
            if (Status != 0)
            {
                connection.OnOctets(Encoding.ASCII.GetBytes(
                    $"MSRP {id} {Status} Said\r\nTo-Path: msrps://here:2855/x;tcp\r\nFrom-Path: msrps://relay:2855;tcp\r\n"
                    + (Status == 200 ? $"Use-Path: msrps://relay:2855/path{path};tcp\r\nExpires: 600\r\n" : "") + $"-------{id}$\r\n"));
            }
        }

        [GeneratedRegex("^MSRP (\\S+) AUTH")]
        private static partial Regex TransactionId();

        private sealed class Link(Home home, MsrpConnection connection) : IMsrpLink
        {
            public void Wake()
            {
                var buffer = new byte[4096];
                var length = connection.Fill(buffer);
                if (length > 0)
                {
                    var request = Encoding.ASCII.GetString(buffer, 0, length);
                    home.Post(() => home.Answer(connection, request));
                }
            }

            public void Close() => home.Post(() =>
            {
                connection.Link = null;
                home.Hub.Closed(connection);
            });

            public void Tick(long now)
            {
            }
        }
    }
}
