using System.Xml.Linq;
using Gateway.Testing.Servers;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Disco;

namespace Gateway.Xmpp.Tests.Component;

/// <summary>What the component stream promises with any server. Time is the machine's; nothing here measures it.</summary>
public abstract class ComponentContract
{
    private protected static readonly (string Domain, string Secret)[] Components = [("sip.example.org", "secret")];

    private protected abstract IXmppServer Server { get; }

    [Fact] // K-1
    public async Task Handshake_with_the_right_secret_is_accepted() => Assert.Equal(
        new HandshakeOutcome.Accepted(), await XmppComponent.TryHandshakeAsync(Options(), TimeProvider.System, default));

    [Fact]
    public async Task Wrong_secret_is_refused_with_a_remedy_that_names_the_secret()
    {
        var outcome = await XmppComponent.TryHandshakeAsync(Options() with { Secret = "wrong" }, TimeProvider.System, default);

        var refused = Assert.IsType<HandshakeOutcome.Refused>(outcome);
        Assert.Equal("not-authorized", refused.Condition);
        Assert.Contains("Xmpp.Secret", refused.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_domain_is_refused_with_a_remedy_that_names_the_domain()
    {
        var outcome = await XmppComponent.TryHandshakeAsync(
            Options() with { Domain = "nobody.example.org" }, TimeProvider.System, default);

        var refused = Assert.IsType<HandshakeOutcome.Refused>(outcome);
        Assert.Contains(refused.Condition, (string[])["host-unknown", "not-authorized"]); // ejabberd says the latter
        Assert.Contains("nobody.example.org", refused.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_port_is_told_from_the_component_port()
    {
        var options = Options() with { Server = $"127.0.0.1:{Server.ClientPort}" };

        var outcome = await XmppComponent.TryHandshakeAsync(options, TimeProvider.System, default);

        Assert.Contains("5347", Assert.IsType<HandshakeOutcome.Refused>(outcome).Remedy, StringComparison.Ordinal);
    }

    [Fact] // XEP-0199: the watchdog's two pings
    public async Task Server_domain_answers_pings_and_a_ping_to_oneself_comes_round()
    {
        await using var component = await RunningComponent.StartAsync(Options());

        Assert.Equal(IqOutcome.Result, (await component.PingAsync("example.org")).Outcome);
        Assert.Equal(IqOutcome.Result, (await component.PingAsync("sip.example.org")).Outcome);
    }

    [Fact] // XEP-0030, XEP-0115: asked and answered through the server
    public async Task Service_discovery_answers_for_the_domain_and_for_users()
    {
        await using var gateway = await RunningComponent.StartAsync(Options());

        var domain = await gateway.AskAsync("sip.example.org", new XElement(ServiceDiscovery.InfoNamespace + "query"));
        var user = await gateway.AskAsync("romeo%shakespeare.lit@sip.example.org/phone", new XElement(
            ServiceDiscovery.InfoNamespace + "query", new XAttribute("node", $"{gateway.Disco.CapsNode}#{gateway.Disco.CapsVer}")));

        Assert.Contains(domain.Payload!.Elements(), e => e.Attribute("category")?.Value == "gateway");
        Assert.Equal(gateway.Disco.CapsVer, CapsHash.Compute(user.Payload!));
    }

    [Fact] // nothing of one protocol's text breaks the other's stream
    public async Task Odd_text_arrives_whole_and_the_stream_goes_on()
    {
        await using var component = await RunningComponent.StartAsync(Options());

        Assert.True(component.Component.TrySend(new XElement(
            "message",
            new XAttribute("from", @"d\27artagnan\40x%y@sip.example.org/phone " + "\u265a"),
            new XAttribute("to", "romeo@sip.example.org/phone"),
            new XElement("body", "</stream:stream>&amp;]]>\u0000\ud83d\ude00"))));

        var message = await component.Message.Task.WaitAsync(RunningComponent.Patience);
        Assert.Equal("</stream:stream>&amp;]]>\ufffd\ud83d\ude00", message.Body);
        Assert.Equal(@"d\27artagnan\40x%y@sip.example.org/phone " + "\u265a", message.From.ToString());
        Assert.Equal(IqOutcome.Result, (await component.PingAsync("sip.example.org")).Outcome);
    }

    private protected XmppComponentOptions Options() => new()
    {
        Domain = Components[0].Domain,
        Secret = Components[0].Secret,
        Server = $"127.0.0.1:{Server.ComponentPort}",
    };
}
