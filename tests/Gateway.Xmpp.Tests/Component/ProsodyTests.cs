using System.Xml.Linq;
using Gateway.Testing.Servers;
using Gateway.Xmpp.Component;

namespace Gateway.Xmpp.Tests.Component;

/// <summary>The contract with Prosody, one for each test, and what is Prosody's own way.</summary>
public sealed class ProsodyTests : ComponentContract, IAsyncLifetime
{
    private ProsodyServer _prosody = null!;

    private protected override IXmppServer Server => _prosody;

    public async Task InitializeAsync() => _prosody = await ProsodyServer.StartAsync(new ProsodyOptions
    {
        Components = [.. Components, ("other.example.org", "другой & <secret>")],
    });

    public async Task DisposeAsync() => await _prosody.DisposeAsync();

    [Fact] // ejabberd takes several connections for one domain instead
    public async Task Second_connection_of_a_domain_is_refused_as_a_conflict()
    {
        await using var first = await RunningComponent.StartAsync(Options());

        var outcome = await XmppComponent.TryHandshakeAsync(Options(), TimeProvider.System, default);

        Assert.Equal("conflict", Assert.IsType<HandshakeOutcome.Refused>(outcome).Condition);
    }

    [Fact] // K-1: the hash is of UTF-8
    public async Task Secret_of_any_characters_is_accepted()
    {
        var options = Options() with { Domain = "other.example.org", Secret = "другой & <secret>" };

        Assert.Equal(new HandshakeOutcome.Accepted(), await XmppComponent.TryHandshakeAsync(options, TimeProvider.System, default));
    }

    [Fact] // an error proves life too
    public async Task Ping_to_a_foreign_domain_comes_back_as_an_error()
    {
        await using var component = await RunningComponent.StartAsync(Options());

        Assert.Equal(IqOutcome.Error, (await component.PingAsync("elsewhere.invalid")).Outcome);
    }

    [Fact] // K-2, and: nothing is lost silently
    public async Task Server_restart_is_survived_and_what_was_sent_meanwhile_arrives()
    {
        await using var gateway = await RunningComponent.StartAsync(Options());

        await _prosody.StopAsync();
        await gateway.Down.Task.WaitAsync(RunningComponent.Patience);
        Assert.True(gateway.Component.TrySend(new XElement(
            "message",
            new XAttribute("from", "romeo@sip.example.org/phone"),
            new XAttribute("to", "romeo@sip.example.org/phone"),
            new XElement("body", "While you were away"))));
        await _prosody.StartAsync();

        Assert.True(await gateway.Reconnected.Task.WaitAsync(RunningComponent.Patience));
        var message = await gateway.Message.Task.WaitAsync(RunningComponent.Patience);
        Assert.Equal("While you were away", message.Body);
    }
}
