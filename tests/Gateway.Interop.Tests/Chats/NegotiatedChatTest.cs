using System.Text.Json;
using Gateway.Interop.Tests.Sites;
using Gateway.Testing.Phones;
using Gateway.Testing.Servers;

namespace Gateway.Interop.Tests.Chats;

/// <summary>A client of one version of XEP-0155 and a SIP user who speaks MSRP, in sessions that either of them has begun.</summary>
public abstract class NegotiatedChatTest(GatewaySite site) : IAsyncLifetime
{
    protected const string StatesField = "http://jabber.org/protocol/chatstates";
    protected const string XhtmlField = "http://jabber.org/protocol/xhtml-im";

    private PhoneScript _script = null!;
    private SecondGateway? _own;

    public async Task InitializeAsync() => _script = await PhoneScript.StartAsync(RepositoryFiles.MsrpPhoneScript);

    public async Task DisposeAsync()
    {
        await _script.DisposeAsync();
        if (_own is not null)
        {
            await _own.DisposeAsync();
        }
    }

    protected GatewaySite Site => site;

    protected GatewayProcess Gateway => _own?.Process ?? site.Gateway;

    /// <summary>The SIP user, seen from XMPP.</summary>
    protected string Romeo => "1001@" + (_own?.Component ?? GatewaySite.Component);

    protected string RomeoFull => Romeo + "/sip";

    private string Via => FormattableString.Invariant($"127.0.0.1:{_own?.SipPort ?? site.SipPort}");

    /// <summary>From now on the test uses a gateway of its own, with these keys of Mapping.Chats.</summary>
    protected async Task WithOwnGatewayAsync(object chats) =>
        _own = await site.NewGatewayAsync(configuration => configuration["Mapping"]!["Chats"] = JsonSerializer.SerializeToNode(chats));

    protected Task<MsrpPhone> PhoneAsync(object? options = null) => site.NewMsrpPhoneAsync(
        _script, options ?? new { domain = "phone.test" });

    private protected async Task<ChatClient> ClientAsync(string version) => new(await site.NewXmppPhoneAsync(), version);

    /// <summary>A client that is known to speak XEP-0155, and so is asked.</summary>
    private protected async Task<ChatClient> KnownClientAsync(string version)
    {
        var juliet = await ClientAsync(version);
        await juliet.RenegotiateAsync(RomeoFull, "nothing", "", "known");
        await juliet.SeesErrorAsync("known");
        return juliet;
    }

    /// <summary>The phone asks for a session: its name, which is its Call-ID.</summary>
    private protected async Task<string> InviteAsync(MsrpPhone phone, ChatClient juliet, params string[][] headers)
    {
        var call = Guid.NewGuid().ToString("N");
        await phone.CommandAsync("invite", new { call, to = $"sip:{juliet.Phone.BareJid}", via = Via, call_id = call, subject = "Hello", headers });
        return call;
    }

    /// <summary>A session that both have, with formatted text and chat states, begun by the one or the other.</summary>
    private protected async Task<(MsrpPhone Phone, ChatClient Juliet, string Thread)> TalkAsync(string version, bool toSip)
    {
        var phone = await PhoneAsync();
        if (toSip)
        {
            var asking = await ClientAsync(version);
            var thread = Guid.NewGuid().ToString("N");
            await asking.InitiateAsync(Romeo, thread, asking.Xhtml(true) + asking.States(true));
            await asking.SeesFormAsync("submit", "accept");
            if (!asking.IsOld)
            {
                await asking.ConfirmAsync(RomeoFull, thread);
            }

            await phone.SeesAsync("connected", thread);
            await SaidAsync(phone, asking, thread, "begun");
            return (phone, asking, thread);
        }

        var juliet = await KnownClientAsync(version);
        var call = await InviteAsync(phone, juliet);
        var form = await juliet.SeesFormAsync("form", "accept");
        await juliet.ReplyAsync(
            RomeoFull, form.Thread!, accepts: true, ChatClient.Value(XhtmlField, juliet.On) + ChatClient.Value(StatesField, juliet.On), form.Id!);
        await phone.SeesAsync("connected", call);
        await SaidAsync(phone, juliet, call, "begun");
        return (phone, juliet, call);
    }

    /// <summary>Words go from each to the other: whatever was asked before is settled.</summary>
    private protected async Task SaidAsync(MsrpPhone phone, ChatClient juliet, string thread, string text)
    {
        await phone.SendAsync(thread, text + " by him");
        await juliet.HearsAsync(text + " by him");
        await juliet.SayAsync(RomeoFull, thread, text + " by her");
        await phone.ReceivesAsync(text + " by her", thread);
    }
}
