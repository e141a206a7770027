using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;
using Gateway.Sip.Msrp;
using Gateway.Testing;
using Gateway.Testing.Phones;
using Gateway.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Sip.Tests.Msrp;

/// <summary>The endpoint on real sockets against tests/clients/msrp_phone.py, which shares no code with it.</summary>
public sealed class MsrpPeerTests : IAsyncLifetime
{
    private static readonly MsrpTerms Terms = new() { AcceptTypes = ["text/plain"], MaxSize = 2_000_000 };

    private readonly ChannelSink _sink = new();
    private PhoneScript _script = null!;
    private MsrpEndpoint _endpoint = null!;
    private MsrpPhone _phone = null!;

    public async Task InitializeAsync()
    {
        _script = await PhoneScript.StartAsync(Path.Combine(AppContext.BaseDirectory, "clients", "msrp_phone.py"));
        _phone = await MsrpPhone.OpenAsync(_script, "bob");
        _endpoint = await StartAsync(new MsrpOptions { Listen = [Address("tcp:127.0.0.1:0")] });
    }

    public async Task DisposeAsync()
    {
        Assert.Equal(0, _endpoint.Faults);
        await _endpoint.DisposeAsync();
        await _script.DisposeAsync();
    }

    [Theory] // RFC 4975 section 5.4, RFC 6135 section 4.2
    [InlineData(null, "a=setup:actpass")]
    [InlineData("passive", "a=setup:actpass")]
    [InlineData("active", "a=setup:actpass")]
    public async Task Our_offer_is_answered_by_a_peer_of_any_kind(string? setup, string offered)
    {
        var session = _endpoint.Create(Terms, _sink);
        var offer = session.Offer();
        Assert.Contains(offered, offer, StringComparison.Ordinal);
        await _phone.CommandAsync("session", new { session = "s", options = new { setup } });
        await NegotiateAsync(session, "s");
        await TalkAsync(session, "s");
        session.Close();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("actpass")]
    [InlineData("active")]
    public async Task An_offer_of_a_peer_of_any_kind_is_answered(string? setup)
    {
        var session = _endpoint.Create(Terms, _sink);
        await _phone.CommandAsync("session", new { session = "s", options = new { setup } });
        await OfferedAsync(session, "s");
        await TalkAsync(session, "s");
        session.Close();
    }

    [Fact] // RFC 6135 section 4.2.2: a peer that calls itself passive is connected to
    public async Task Behind_a_nat_we_are_the_one_who_connects()
    {
        await using var endpoint = await StartAsync(new MsrpOptions { Listen = [Address("tcp:127.0.0.1:0")], IsBehindNat = true });
        var session = endpoint.Create(Terms, _sink);
        await _phone.CommandAsync("session", new { session = "s", options = new { setup = "actpass" } });
        await OfferedAsync(session, "s");
        await TalkAsync(session, "s");
    }

    [Theory] // C-14
    [InlineData(2048, false)]
    [InlineData(100_000, false)]
    [InlineData(20_000, true)]
    public async Task A_megabyte_goes_each_way_in_chunks(int chunk, bool shuffle)
    {
        var session = await ConnectedAsync("s");
        var body = RandomNumberGenerator.GetBytes(1_000_000);
        session.Send(new MsrpOutgoingMessage { ContentType = "text/plain", Body = body });
        var there = await _phone.SeesAsync("message", "s");
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(body)), there["sha256"]);
        Assert.True(await _sink.SeesAsync("sent ") is not null);

        var sent = await _phone.CommandAsync("send", new { session = "s", size = 1_000_000, chunk, shuffle });
        var here = await _sink.MessageAsync();
        Assert.Equal(sent["sha256"], Convert.ToHexStringLower(SHA256.HashData(here.Body.Span)));
    }

    [Fact] // RFC 4975 section 5.4, C-22
    public async Task A_thousand_messages_each_way_survive_ten_cuts_in_order()
    {
        const int Batch = 100;
        var session = await ConnectedAsync("s");
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < 10 * Batch;)
            {
                if (session.Send(Text($"a{i}")) == MsrpSendResult.Queued)
                {
                    i++;
                }
                else
                {
                    await _sink.SeesAsync("sent ");
                }
            }
        });
        for (var cut = 0; cut < 10; cut++)
        {
            var flooding = _phone.CommandAsync("flood", new { session = "s", prefix = "b", start = cut * Batch, count = Batch });
            await Eventually.HoldsAsync(() => _sink.Count > (cut * Batch) + 20);
            await _phone.CommandAsync("cut", new { session = "s" });
            await flooding;
            await Eventually.HoldsAsync(() => !session.IsConnected);
            await NegotiateAsync(session, "s", again: true);
        }

        await sending;
        await Eventually.HoldsAsync(() => _sink.Count == 1_000, () => $"{_sink.Count} of 1000 came");
        await Eventually.HoldsAsync(async () => (await _phone.TextsAsync("s")).Count == 1_000);
        Assert.Equal(Enumerable.Range(0, 1_000).Select(i => $"b{i}"), _sink.Texts);
        Assert.Equal(Enumerable.Range(0, 1_000).Select(i => $"a{i}"), await _phone.TextsAsync("s"));
        await Eventually.HoldsAsync(() => _sink.Told.Count(e => e.StartsWith("sent", StringComparison.Ordinal)) == 1_000);
    }

    [Theory] // RFC 4975 sections 7.1.3 and 7.1.4, C-18
    [InlineData("success", "report message1 200 complete")]
    [InlineData("twice", "report message1 200 complete")]
    [InlineData("pieces", "report message1 200,report message1 200 complete")]
    public async Task Reports_of_the_peer_are_told(string kind, string told)
    {
        var session = await ConnectedAsync("s");
        await _phone.SetAsync(new { reports = kind }, "s");
        session.Send(Text("0123456789") with { MessageId = "message1", SuccessReport = true });
        foreach (var one in told.Split(','))
        {
            Assert.NotNull(await _sink.SeesAsync(one));
        }

        Assert.Equal(told.Split(','), _sink.Told.Where(e => e.StartsWith("report", StringComparison.Ordinal)));
    }

    [Theory] // RFC 4975 section 7.1.4
    [InlineData("yes", true)]
    [InlineData("partial", true)]
    [InlineData("no", true)]
    [InlineData("yes", false)]
    [InlineData("partial", false)]
    [InlineData("no", false)]
    public async Task The_peer_is_told_what_it_asked_for(string failure, bool success)
    {
        var session = await ConnectedAsync("s");
        var id = await _phone.SendAsync("s", "good", success, failure);
        session.Succeed(await _sink.MessageAsync());
        var bad = await _phone.SendAsync("s", "bad", failure: failure);
        session.Fail(await _sink.MessageAsync(), 403);
        session.Send(Text("end"));
        await _phone.ReceivesAsync("end", "s");

        var reports = _phone.Events.All.Where(e => e.Kind == "report").Select(e => (e["id"], e["status"]![..7])).ToList();
        Assert.Equal(success, reports.Contains((id, "000 200")));
        Assert.Equal(failure != "no", reports.Contains((bad, "000 403")));
        Assert.Equal(failure == "yes", _phone.Events.All.Any(e => e.Kind == "sent" && e["id"] == id));
    }

    [Fact]
    public async Task A_peer_that_stops_reading_holds_up_nobody_and_loses_nothing()
    {
        var session = await ConnectedAsync("s");
        var second = _endpoint.Create(Terms, new ChannelSink());
        var other = await MsrpPhone.OpenAsync(_script, "carol");
        await other.CommandAsync("session", new { session = "s" });
        await NegotiateAsync(second, "s", other);

        await _phone.CommandAsync("pause", new { session = "s" });
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(MsrpSendResult.Queued, session.Send(new MsrpOutgoingMessage { ContentType = "text/plain", Body = new byte[1_000_000] }));
        }

        Assert.Equal(MsrpSendResult.QueueFull, session.Send(new MsrpOutgoingMessage { ContentType = "text/plain", Body = new byte[1_000_000] }));
        second.Send(Text("hello"));
        await other.ReceivesAsync("hello", "s");
        await _phone.CommandAsync("resume", new { session = "s" });
        await Eventually.HoldsAsync(() => _phone.Events.All.Count(e => e.Kind == "message") == 4);
    }

    [Fact] // RFC 4975 section 14.4, RFC 8122
    public async Task Certificates_are_held_against_the_fingerprints_of_the_descriptions()
    {
        using var folder = new TemporaryFolder();
        var (mine, theirs) = (Certificate(folder, "localhost"), Certificate(folder, "peer"));
        await using var endpoint = await StartAsync(new MsrpOptions
        {
            Listen = [Address("tls:127.0.0.1:0")], OfferTls = true, TlsCertificate = mine.Certificate, TlsKey = mine.Key,
        });
        var phone = await MsrpPhone.OpenAsync(_script, "bob", null, theirs.Certificate, theirs.Key);
        var session = endpoint.Create(Terms, _sink);
        await phone.CommandAsync("session", new { session = "right" });
        Assert.Contains("TCP/TLS/MSRP", await NegotiateAsync(session, "right", phone), StringComparison.Ordinal);
        await TalkAsync(session, "right", phone);

        var passive = endpoint.Create(Terms, new ChannelSink());
        await phone.CommandAsync("session", new { session = "incoming" });
        await OfferedAsync(passive, "incoming", phone);
        await phone.SeesAsync("connected", "incoming");

        var wronged = new ChannelSink();
        var wrong = endpoint.Create(Terms, wronged);
        await phone.CommandAsync("session", new { session = "wrong" });
        var answer = (await phone.CommandAsync("answer", new { session = "wrong", sdp = wrong.Offer() }))["sdp"]!;
        Assert.True(wrong.TryAcceptAnswer(answer.Replace("SHA-256 ", "SHA-256 00:", StringComparison.Ordinal), out _));
        Assert.NotNull(await wronged.SeesAsync("lost Untrusted"));
        Assert.Equal(0, endpoint.Faults);
    }

    [Fact] // RFC 4975 section 14: without a fingerprint the name must fit, and an authority stand behind it
    public async Task Certificates_are_held_against_names_where_there_is_no_fingerprint()
    {
        using var folder = new TemporaryFolder();
        var theirs = Certificate(folder, "127.0.0.1");
        var phone = await MsrpPhone.OpenAsync(_script, "bob", null, theirs.Certificate, theirs.Key);
        foreach (var (authorities, told) in new[] { (theirs.Certificate, "connected"), (null, "lost Untrusted") })
        {
            await using var endpoint = await StartAsync(new MsrpOptions
            {
                Listen = [Address("tls:127.0.0.1:0")], OfferTls = true, TlsCertificate = theirs.Certificate, TlsKey = theirs.Key, TlsAuthorities = authorities,
            });
            var sink = new ChannelSink();
            var session = endpoint.Create(Terms, sink);
            var name = authorities is null ? "stranger" : "known";
            await phone.CommandAsync("session", new { session = name });
            var answer = (await phone.CommandAsync("answer", new { session = name, sdp = session.Offer() }))["sdp"]!;
            Assert.True(session.TryAcceptAnswer(answer[..answer.IndexOf("a=fingerprint", StringComparison.Ordinal)], out _));
            Assert.NotNull(await sink.SeesAsync(told));
        }
    }

    [Fact] // RFC 4976: through Kamailio's msrp module, as the side that offers and as the side that answers
    public async Task Sessions_go_through_a_relay_of_ours()
    {
        await using var relay = await MsrpRelayServer.StartAsync("secret");
        await using var endpoint = await StartAsync(Relayed(relay, "secret"));
        var session = endpoint.Create(Terms, _sink);
        Assert.Equal(MsrpPreparation.Ready, await session.PrepareAsync(CancellationToken.None));
        Assert.Equal(2, session.LocalPath.Uris.Length);
        await _phone.CommandAsync("session", new { session = "out" });
        Assert.Contains("msrp://127.0.0.1:" + relay.Port, await NegotiateAsync(session, "out"), StringComparison.Ordinal);
        await TalkAsync(session, "out");
        var sent = await _phone.CommandAsync("send", new { session = "out", size = 300_000, success = true });
        var here = await _sink.MessageAsync();
        Assert.Equal(sent["sha256"], Convert.ToHexStringLower(SHA256.HashData(here.Body.Span)));
        session.Succeed(here);
        await _phone.SeesAsync("report", "out");

        var second = endpoint.Create(Terms, _sink);
        Assert.Equal(MsrpPreparation.Ready, await second.PrepareAsync(CancellationToken.None));
        await _phone.CommandAsync("session", new { session = "in" });
        await OfferedAsync(second, "in");
        await TalkAsync(second, "in");
        Assert.Equal(0, endpoint.Faults);
    }

    [Fact] // RFC 4976: the peer's relay, in the path that its description gives
    public async Task Sessions_go_through_a_relay_of_the_peer()
    {
        await using var relay = await MsrpRelayServer.StartAsync("secret");
        foreach (var weOffer in new[] { true, false })
        {
            var (session, name) = (_endpoint.Create(Terms, _sink), $"s{weOffer}");
            await _phone.CommandAsync("session", new { session = name });
            var authorized = await _phone.CommandAsync("auth", new { session = name, relay = $"msrp://127.0.0.1:{relay.Port};tcp", username = "bob", password = "secret" });
            Assert.Equal(200, authorized.Number("status"));
            await (weOffer ? NegotiateAsync(session, name) : OfferedAsync(session, name));
            await TalkAsync(session, name);
        }
    }

    [Fact] // RFC 4976 section 5.1
    public async Task A_relay_that_refuses_or_is_not_there_gives_no_path()
    {
        var relay = await MsrpRelayServer.StartAsync("secret");
        await using var right = await StartAsync(Relayed(relay, "secret"));
        await using var wrong = await StartAsync(Relayed(relay, "wrong"));
        Assert.Equal(MsrpPreparation.RelayRefused, await wrong.Create(Terms, _sink).PrepareAsync(CancellationToken.None));
        Assert.Equal(MsrpPreparation.Ready, await right.Create(Terms, _sink).PrepareAsync(CancellationToken.None));
        await relay.DisposeAsync();
        Assert.Equal(MsrpPreparation.RelayUnreachable, await right.Create(Terms, _sink).PrepareAsync(CancellationToken.None));
    }

    private static MsrpOptions Relayed(MsrpRelayServer relay, string password) => new()
    {
        Listen = [Address("tcp:127.0.0.1:0")],
        Relay = new MsrpRelay(MsrpUri.TryParse($"msrp://127.0.0.1:{relay.Port};tcp", out var uri) ? uri : throw new ArgumentException("uri"), "gw", password)
        {
            Lifetime = TimeSpan.FromSeconds(10), // too short for the relay: it says how long it must be (423)
        },
    };

    private static MsrpOutgoingMessage Text(string text) => new() { ContentType = "text/plain", Body = Encoding.UTF8.GetBytes(text) };

    private static MsrpListenAddress Address(string text) => MsrpListenAddress.TryParse(text, out var address) ? address! : throw new ArgumentException(text);

    private static async Task<MsrpEndpoint> StartAsync(MsrpOptions options)
    {
        var endpoint = new MsrpEndpoint(options, TimeProvider.System, NullLogger<MsrpEndpoint>.Instance);
        await endpoint.StartAsync(CancellationToken.None);
        return endpoint;
    }

    private static (string Certificate, string Key) Certificate(TemporaryFolder folder, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (System.Net.IPAddress.TryParse(name, out var ip))
        {
            names.AddIpAddress(ip);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var (file, keyFile) = (Path.Combine(folder.Path, name + ".pem"), Path.Combine(folder.Path, name + ".key"));
        File.WriteAllText(file, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (file, keyFile);
    }

    private async Task<IMsrpSession> ConnectedAsync(string name)
    {
        var session = _endpoint.Create(Terms, _sink);
        await _phone.CommandAsync("session", new { session = name });
        await NegotiateAsync(session, name);
        return session;
    }

    /// <summary>We offer, the phone answers; gives our offer.</summary>
    private async Task<string> NegotiateAsync(IMsrpSession session, string name, MsrpPhone? phone = null, bool again = false)
    {
        if (again)
        {
            session.TakeNewPath();
        }

        var offer = session.Offer();
        var answer = (await (phone ?? _phone).CommandAsync("answer", new { session = name, sdp = offer, renew = again }))["sdp"]!;
        Assert.True(session.TryAcceptAnswer(answer, out var fault), fault);
        await Eventually.HoldsAsync(() => session.IsConnected, () => $"{offer}\n{answer}\n{string.Join('\n', _sink.Told)}");
        return offer;
    }

    private async Task OfferedAsync(IMsrpSession session, string name, MsrpPhone? phone = null)
    {
        var offer = (await (phone ?? _phone).CommandAsync("offer", new { session = name }))["sdp"]!;
        Assert.True(session.TryAnswer(offer, null, out var answer, out var refusal), refusal.Reason);
        await (phone ?? _phone).CommandAsync("accept", new { session = name, sdp = answer });
        await Eventually.HoldsAsync(() => session.IsConnected, () => $"{offer}\n{answer}");
    }

    private async Task TalkAsync(IMsrpSession session, string name, MsrpPhone? phone = null)
    {
        session.Send(Text("to the peer"));
        await (phone ?? _phone).ReceivesAsync("to the peer", name);
        await (phone ?? _phone).SendAsync(name, "from the peer");
        Assert.Equal("from the peer", Encoding.UTF8.GetString((await _sink.MessageAsync()).Body.Span));
    }

    /// <summary>What the owner of a session is told, to be waited for.</summary>
    private sealed class ChannelSink : IMsrpSink
    {
        private readonly Channel<MsrpIncomingMessage> _messages = Channel.CreateUnbounded<MsrpIncomingMessage>();
        private readonly List<string> _texts = [];
        private readonly EventLog<string> _told = new("sink");
        private int _seen;

        public int Count => Volatile.Read(ref _seen);

        public IReadOnlyList<string> Texts
        {
            get
            {
                lock (_texts)
                {
                    return [.. _texts];
                }
            }
        }

        public IReadOnlyList<string> Told => _told.All;

        public void OnConnected() => _told.Add("connected");

        public void OnMessage(MsrpIncomingMessage message)
        {
            lock (_texts)
            {
                _texts.Add(Encoding.UTF8.GetString(message.Body.Span));
            }

            Interlocked.Increment(ref _seen);
            _messages.Writer.TryWrite(message);
        }

        public void OnSent(string messageId) => _told.Add("sent " + messageId);

        public void OnReport(MsrpReport report) =>
            _told.Add($"report {report.MessageId} {report.Status}{(report.IsComplete ? " complete" : "")}");

        public void OnSendFailed(string messageId, int status) => _told.Add($"failed {messageId} {status}");

        public void OnConnectionLost(MsrpLoss why) => _told.Add("lost " + why);

        public async Task<MsrpIncomingMessage> MessageAsync() => await _messages.Reader.ReadAsync().AsTask().WaitAsync(Eventually.Patience);

        public Task<string> SeesAsync(string what) => _told.WaitAsync(e => e.StartsWith(what, StringComparison.Ordinal), what: what);
    }
}
