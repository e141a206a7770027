using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Xml.Linq;
using Gateway.Testing.Servers;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Disco;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Stanzas;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Xmpp.Tests.Component;

/// <summary>The component stream against a real server. Time is the machine's; nothing here measures it.</summary>
public sealed class ProsodyTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private ProsodyServer _prosody = null!;

    public async Task InitializeAsync() => _prosody = await ProsodyServer.StartAsync(new ProsodyOptions
    {
        Components = [("sip.example.org", "secret"), ("other.example.org", "другой & <secret>")],
        Users = [("juliet", "pw")],
    });

    public async Task DisposeAsync() => await _prosody.DisposeAsync();

    [Fact] // K-1
    public async Task Handshake_with_the_right_secret_is_accepted() => Assert.Equal(
        new HandshakeOutcome.Accepted(),
        await XmppComponent.TryHandshakeAsync(Options("sip.example.org", "secret"), TimeProvider.System, default));

    [Fact]
    public async Task Wrong_secret_is_refused_with_a_remedy_that_names_the_secret()
    {
        var outcome = await XmppComponent.TryHandshakeAsync(Options("sip.example.org", "wrong"), TimeProvider.System, default);

        var refused = Assert.IsType<HandshakeOutcome.Refused>(outcome);
        Assert.Equal("not-authorized", refused.Condition);
        Assert.Contains("component_secret", refused.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_domain_is_refused_with_a_remedy_that_names_the_domain()
    {
        var outcome = await XmppComponent.TryHandshakeAsync(Options("nobody.example.org", "secret"), TimeProvider.System, default);

        var refused = Assert.IsType<HandshakeOutcome.Refused>(outcome);
        Assert.Equal("host-unknown", refused.Condition);
        Assert.Contains("nobody.example.org", refused.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_port_is_told_from_the_component_port()
    {
        var options = Options("sip.example.org", "secret") with { Server = $"127.0.0.1:{_prosody.C2sPort}" };

        var outcome = await XmppComponent.TryHandshakeAsync(options, TimeProvider.System, default);

        Assert.Contains("5347", Assert.IsType<HandshakeOutcome.Refused>(outcome).Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_connection_of_a_domain_is_refused_as_a_conflict()
    {
        await using var first = await RunningComponent.StartAsync(Options("sip.example.org", "secret"));

        var outcome = await XmppComponent.TryHandshakeAsync(Options("sip.example.org", "secret"), TimeProvider.System, default);

        Assert.Equal("conflict", Assert.IsType<HandshakeOutcome.Refused>(outcome).Condition);
    }

    [Fact] // XEP-0199: the watchdog's two pings
    public async Task Server_domain_answers_pings_and_a_ping_to_oneself_comes_round()
    {
        await using var component = await RunningComponent.StartAsync(Options("sip.example.org", "secret"));

        Assert.Equal(IqOutcome.Result, (await component.PingAsync("example.org")).Outcome);
        Assert.Equal(IqOutcome.Result, (await component.PingAsync("sip.example.org")).Outcome);
    }

    [Fact] // an error proves life too
    public async Task Ping_to_a_foreign_domain_comes_back_as_an_error()
    {
        await using var component = await RunningComponent.StartAsync(Options("sip.example.org", "secret"));

        Assert.Equal(IqOutcome.Error, (await component.PingAsync("elsewhere.invalid")).Outcome);
    }

    [Fact] // XEP-0030, XEP-0115: asked by another component, through the server
    public async Task Service_discovery_answers_for_the_domain_and_for_users()
    {
        await using var gateway = await RunningComponent.StartAsync(Options("sip.example.org", "secret"));
        await using var asker = await RunningComponent.StartAsync(Options("other.example.org", "другой & <secret>"));

        var domain = await asker.AskAsync("sip.example.org", new XElement(ServiceDiscovery.InfoNamespace + "query"));
        var user = await asker.AskAsync("romeo%shakespeare.lit@sip.example.org/phone", new XElement(
            ServiceDiscovery.InfoNamespace + "query", new XAttribute("node", $"{gateway.Disco.CapsNode}#{gateway.Disco.CapsVer}")));

        Assert.Contains(domain.Payload!.Elements(), e => e.Attribute("category")?.Value == "gateway");
        Assert.Equal(gateway.Disco.CapsVer, CapsHash.Compute(user.Payload!));
    }

    [Fact] // K-2, and: nothing is lost silently
    public async Task Server_restart_is_survived_and_what_was_sent_meanwhile_arrives()
    {
        await using var gateway = await RunningComponent.StartAsync(Options("sip.example.org", "secret"));
        await using var other = await RunningComponent.StartAsync(Options("other.example.org", "другой & <secret>"));

        await _prosody.StopAsync();
        await gateway.Down.Task.WaitAsync(Patience);
        Assert.True(gateway.Component.TrySend(new XElement(
            "message",
            new XAttribute("from", "romeo@sip.example.org/phone"),
            new XAttribute("to", "romeo@sip.example.org/phone"),
            new XElement("body", "While you were away\u0000"))));
        await _prosody.StartAsync();

        Assert.True(await gateway.Reconnected.Task.WaitAsync(Patience));
        var message = await gateway.Message.Task.WaitAsync(Patience);
        Assert.Equal("While you were away\ufffd", message.Body);
    }

    private XmppComponentOptions Options(string domain, string secret) =>
        new() { Domain = domain, Secret = secret, Server = $"127.0.0.1:{_prosody.ComponentPort}" };

    private sealed class RunningComponent : IAsyncDisposable, IXmppLinkObserver
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly XmppComponentOptions _options;
        private Task _running = Task.CompletedTask;

        private RunningComponent(XmppComponentOptions options)
        {
            _options = options;
            var router = new StanzaRouter().Register(new Ping()).OnPlainMessage(message =>
            {
                Message.TrySetResult(message);
                return StanzaResult.Done;
            });
            Disco = new ServiceDiscovery(
                new ServiceDiscoveryOptions { Domain = options.Domain, DomainIdentities = [new("gateway", "test", "A gateway")] }, router);
            Component = new XmppComponent(options, router, TimeProvider.System, NullLogger<XmppComponent>.Instance).Observe(this);
        }

        public XmppComponent Component { get; }

        public ServiceDiscovery Disco { get; }

        public TaskCompletionSource<bool> Up { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<bool> Reconnected { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<string> Down { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<MessageStanza> Message { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public static async Task<RunningComponent> StartAsync(XmppComponentOptions options)
        {
            var component = new RunningComponent(options);
            component._running = component.Component.RunAsync(component._stop.Token);
            await component.Up.Task.WaitAsync(Patience);
            return component;
        }

        public Task<IqReply> PingAsync(string to) => AskAsync(to, new XElement(Ping.Namespace + "ping"));

        public Task<IqReply> AskAsync(string to, XElement payload)
        {
            var reply = new TaskCompletionSource<IqReply>(TaskCreationOptions.RunContinuationsAsynchronously);
            Component.SendIq(
                new XElement(
                    "iq",
                    new XAttribute("type", "get"),
                    new XAttribute("from", _options.Domain),
                    new XAttribute("to", to),
                    payload),
                Patience,
                reply.SetResult);
            return reply.Task;
        }

        public void OnUp(bool isReconnect) => (isReconnect ? Reconnected : Up).TrySetResult(isReconnect);

        public void OnDown(string reason) => Down.TrySetResult(reason);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            Component.Dispose();
            _stop.Dispose();
        }
    }
}
