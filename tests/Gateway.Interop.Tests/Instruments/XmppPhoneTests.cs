using Gateway.Testing.Phones;
using Gateway.Testing.Servers;

namespace Gateway.Interop.Tests.Instruments;

/// <summary>The instruments themselves: two calling clients with nothing but an XMPP server between them.</summary>
public sealed class XmppPhoneTests
{
    [Theory]
    [InlineData("prosody", "0.8")]
    [InlineData("prosody", "1")]
    [InlineData("ejabberd", "0.3.1")]
    public async Task Two_clients_hear_each_other_and_pass_digits(string kind, string dialect)
    {
        await using IXmppServer server = kind == "prosody"
            ? await ProsodyServer.StartAsync(new ProsodyOptions { Component = ("sip.example.org", "any") })
            : await EjabberdServer.StartAsync("example.org", [("sip.example.org", "any")]);
        await server.AddAccountAsync("juliet", "secret");
        await server.AddAccountAsync("romeo", "secret");
        await using var phones = await XmppPhones.StartAsync(RepositoryFiles.XmppPhoneScript);
        var juliet = await phones.LoginAsync(server, "juliet", "balcony", new { tone = 440, expect = 1000 });
        var romeo = await phones.LoginAsync(server, "romeo", "orchard", new { tone = 1000, expect = 440, on_propose = "answer", dialect });

        var sid = await juliet.CallAsync("romeo@" + server.Domain, dialect);
        await romeo.HearsToneAsync(sid);
        await juliet.HearsToneAsync(sid);
        await juliet.DigitsAsync(sid, "1#");
        await romeo.Events.WaitAsync(e => e.Kind == "digit" && e["digit"] == "#");
        await juliet.TerminateAsync(sid);

        Assert.Equal("success", (await romeo.SeesJingleAsync("session-terminate", sid))["reason"]);
    }
}
