using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Gateway.Interop.Tests.Sites;
using Gateway.Testing;
using Gateway.Testing.Phones;
using Gateway.Testing.Servers;

namespace Gateway.Interop.Tests.Chats;

/// <summary>Sessions through the relay that the gateway is configured with (RFC 4976): Kamailio's msrp module.</summary>
public abstract class MsrpRelayTests(GatewaySite site) : ChatTest(site)
{
    private const string RelayPassword = "password of the relay";

    private MsrpRelayServer _relay = null!;
    private TcpLink _link = null!;
    private SecondGateway? _gateway;

    private string RomeoBehind => RomeoAt(_gateway!.Component);

    private string ViaGateway => FormattableString.Invariant($"127.0.0.1:{_gateway!.SipPort}");

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _relay = await MsrpRelayServer.StartAsync(RelayPassword);
        _link = TcpLink.To(_relay.Port);
    }

    public override async Task DisposeAsync()
    {
        if (_gateway is { } gateway)
        {
            await gateway.DisposeAsync();
        }

        await _link.DisposeAsync();
        await _relay.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact] // RFC 4976 section 5.1, RFC 7573 section 4
    public async Task First_words_open_a_session_through_the_relay()
    {
        await StartGatewayAsync();
        await Juliet.SayAsync(RomeoBehind, "Art thou not Romeo?", "relayed");
        var invited = await Phone.IsInvitedAsync();
        Assert.Contains($"a=path:{_relay.UriAt(_relay.Port)[..^4]}/", invited["sdp"], StringComparison.Ordinal); // two URIs: the relay's first
        AssertRelayed(await Phone.ReceivesAsync("Art thou not Romeo?", invited["call"]));

        await Phone.SendAsync(invited["call"]!, "Neither, fair saint.", success: true);
        Assert.Equal("relayed", (await Juliet.ReadsAsync("Neither, fair saint."))["thread"]);
        await Phone.SeesAsync("report"); // her client's receipt, back through the relay
    }

    [Fact] // RFC 7573 section 5
    public async Task A_session_of_the_phone_goes_through_the_relay()
    {
        await StartGatewayAsync();
        await Phone.InviteAsync("s", JulietUri, ViaGateway);
        var answered = await Phone.SeesAsync("answered", "s");
        Assert.Contains($"a=path:{_relay.UriAt(_relay.Port)[..^4]}/", answered["sdp"], StringComparison.Ordinal);
        await Phone.SendAsync("s", "But soft!");
        var seen = await Juliet.ReadsAsync("But soft!");

        await Juliet.SayAsync(seen["from"]!, "Ay me!", seen["thread"]);
        AssertRelayed(await Phone.ReceivesAsync("Ay me!", "s"));
    }

    [Fact] // C-14, C-15: in pieces that any relay holds
    public async Task A_long_message_goes_through_the_relay_in_small_chunks()
    {
        await StartGatewayAsync();
        var words = string.Concat(Enumerable.Range(0, 15_000).Select(i => $"{i} "));
        await Juliet.SayAsync(RomeoBehind, words, "long");
        await Eventually.HoldsAsync(() => Phone.Events.All.Any(e => e.Kind == "message"), () => _relay.Output);
        var heard = await Phone.Events.WaitAsync(e => e.Kind == "message" && e.Number("size") == words.Length);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(words))), heard["sha256"]);
        Assert.InRange(heard.Number("chunks"), words.Length / 2_048, words.Length / 1_024);
        AssertRelayed(heard);

        await Phone.SendAsync(heard["session"]!, words);
        await Juliet.ReadsAsync(words);
    }

    [Fact] // RFC 4976 section 5.1: TLS, with a certificate that the configured authority stands behind
    public async Task A_relay_with_TLS_is_trusted_by_its_authority()
    {
        await _relay.DisposeAsync();
        using var folder = new TemporaryFolder();
        var tls = SelfSigned.Write(folder, "relay");
        _relay = await MsrpRelayServer.StartAsync(RelayPassword, tls);
        await using var link = TcpLink.To(_relay.Port);
        await StartGatewayAsync(msrp => (msrp["Relay"], msrp["Authorities"]) = (_relay.UriAt(link.Port), tls.Certificate));
        await Phone.SetAsync(new { session = new { setup = "active" } });
        await Juliet.SayAsync(RomeoBehind, "under the rose", "tls");
        var invited = await Phone.IsInvitedAsync();
        Assert.Contains("TCP/TLS/MSRP", invited["sdp"], StringComparison.Ordinal);
        AssertRelayed(await Phone.ReceivesAsync("under the rose", invited["call"]));
        await Phone.SendAsync(invited["call"]!, "so be it");
        await Juliet.ReadsAsync("so be it");

        await _gateway!.DisposeAsync();
        await StartGatewayAsync(msrp => msrp["Relay"] = _relay.UriAt(link.Port));
        await Juliet.SayAsync(RomeoBehind, "in the open", "no-tls");
        Assert.Equal("sip_message", (await Phone.ReceivesAsync("in the open")).Kind);
        Assert.Contains("its certificate is not trusted. Name the file", (await _gateway.Process.CommandAsync("check")).Output, StringComparison.Ordinal);
    }

    [Fact] // C-22, RFC 4976 section 5.4: a relay confirms for itself only, so the phone waits for the reports of what it sends
    public async Task Messages_each_way_survive_cuts_between_gateway_and_relay_in_order()
    {
        const int Cuts = 10, Batch = 100;
        await StartGatewayAsync();
        await Phone.SetAsync(new { session = new { success = true, confirm = "report" } });
        await Juliet.SayAsync(RomeoBehind, "first", "cuts");
        var session = (await Phone.IsInvitedAsync())["call"]!;
        await Phone.ReceivesAsync("first", session);
        for (var cut = 0; cut < Cuts; cut++)
        {
            var skip = Phone.Events.Count;
            var speaking = Juliet.CommandAsync("flood", new { to = RomeoBehind, thread = "cuts", prefix = "x", start = cut * Batch, count = Batch });
            await Phone.CommandAsync("flood", new { session, prefix = "s", start = cut * Batch, count = Batch });
            await _link.CutAsync();
            _link.Mend();
            await speaking;
            await Phone.SeesAsync("connected", session, skip);

            // Reports of the phone's words are lost with the connection too: it says the words again, and the gateway knows them still.
            await Eventually.HoldsAsync(
                async () => (await Phone.CommandAsync("received", new { session })).Number("waiting") == 0, () => _relay.Output);
        }

        IReadOnlyList<string> there = [], here = [];
        await Eventually.HoldsAsync(
            async () =>
            {
                (there, here) = (await Phone.TextsAsync(session), await Juliet.TextsAsync(RomeoBehind));
                return there.Count >= (Cuts * Batch) + 1 && here.Count >= Cuts * Batch;
            },
            () => $"{there.Count} there, {here.Count} here\n{_relay.Output}",
            TimeSpan.FromSeconds(90));
        Assert.Equal(Enumerable.Range(0, Cuts * Batch).Select(i => $"x{i}"), there.Skip(1));
        Assert.Equal(Enumerable.Range(0, Cuts * Batch).Select(i => $"s{i}"), here);
        AssertRelayed(Phone.Events.All.Last(e => e.Kind == "message"));
    }

    [Fact] // C-22, RFC 4976 section 6.3: a path is good on its connection only, so it is asked for anew
    public async Task A_relay_that_is_restarted_does_not_end_the_session()
    {
        await StartGatewayAsync();
        await Juliet.SayAsync(RomeoBehind, "before", "restart");
        var session = (await Phone.IsInvitedAsync())["call"]!;
        await Phone.ReceivesAsync("before", session);
        var skip = Phone.Events.Count;

        await _relay.StopAsync();
        await Juliet.SayAsync(RomeoBehind, "meanwhile", "restart");
        await Eventually.HoldsAsync(() => _gateway!.Process.Output.Contains("cannot be used", StringComparison.Ordinal), () => _gateway!.Process.Output);
        await _relay.StartAsync();

        AssertRelayed(await Phone.ReceivesAsync("meanwhile", session, skip));
        await Phone.SendAsync(session, "after");
        Assert.Equal("restart", (await Juliet.ReadsAsync("after"))["thread"]);
        Assert.Single(Phone.Events.All, e => e.Kind == "invited");
        await Eventually.HoldsAsync(() => _gateway!.Process.Output.Contains("gives paths again", StringComparison.Ordinal), () => _gateway!.Process.Output);
    }

    [Fact] // RFC 4976 section 5.1; the words still arrive, and the password is in no log
    public async Task A_relay_that_refuses_leaves_plain_chat_to_messages()
    {
        await StartGatewayAsync(password: "not the password");
        await Juliet.SayAsync(RomeoBehind, "first", "refused");
        await Juliet.SayAsync(RomeoBehind, "second", "refused");
        await Phone.ReceivesAsync("second");
        Assert.Equal(["first", "second"], Phone.Events.All.Where(e => e.Kind == "sip_message").Select(e => e["body"]));

        await Phone.InviteAsync("s", JulietUri, ViaGateway);
        Assert.Equal("500", (await Phone.SeesAsync("refused", "s"))["status"]);
        Assert.DoesNotContain(Phone.Events.All, e => e.Kind == "invited");
        var log = _gateway!.Process.Output;
        Assert.Contains("refuses gateway with 401", log, StringComparison.Ordinal);
        Assert.DoesNotContain("not the password", log, StringComparison.Ordinal);
        var check = (await _gateway.Process.CommandAsync("check")).Output;
        Assert.True(check.Contains("Sip.Msrp.Username and Password", StringComparison.Ordinal), check);
    }

    [Fact]
    public async Task A_relay_that_is_away_leaves_plain_chat_to_messages_until_it_is_back()
    {
        await StartGatewayAsync();
        await _relay.StopAsync();
        await Juliet.SayAsync(RomeoBehind, "as a message", "away");
        Assert.Equal("sip_message", (await Phone.ReceivesAsync("as a message")).Kind);
        Assert.Contains("Sip.Msrp.Relay", (await _gateway!.Process.CommandAsync("check")).Output, StringComparison.Ordinal);

        await _relay.StartAsync();
        await Juliet.SayAsync(RomeoBehind, "in a session", "away");
        AssertRelayed(await Phone.ReceivesAsync("in a session"));
        Assert.Contains($"ok      msrp relay {_relay.UriAt(_link.Port)} as gateway", (await _gateway.Process.CommandAsync("check")).Output, StringComparison.Ordinal);
    }

    private async Task StartGatewayAsync(Action<JsonObject>? change = null, string password = RelayPassword) => _gateway =
        await Site.NewGatewayAsync(c =>
        {
            var msrp = c["Sip"]!["Msrp"]!.AsObject();
            (msrp["Relay"], msrp["Username"], msrp["Password"]) = (_relay.UriAt(_link.Port), "gateway", password);
            change?.Invoke(msrp);
        });

    /// <summary>Who sent it last is not who wrote it: the relay stands in its From-Path (RFC 4976 section 6.4.1).</summary>
    private void AssertRelayed(PhoneEvent message)
    {
        var path = message["path"]!.Split(' ');
        Assert.Equal(2, path.Length);
        Assert.StartsWith(_relay.UriAt(_relay.Port)[..^4] + "/", path[0], StringComparison.Ordinal);
    }
}

/// <summary>Through a relay, beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class MsrpRelayBesideProsodyTests(ProsodySite site) : MsrpRelayTests(site);

/// <summary>Through a relay, beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class MsrpRelayBesideEjabberdTests(EjabberdSite site) : MsrpRelayTests(site);
