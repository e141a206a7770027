using Gateway.Interop.Tests.Sites;
using Gateway.Testing;
using Gateway.Testing.Phones;
using Gateway.Testing.Servers;

namespace Gateway.Interop.Tests.Calls;

/// <summary>Calls with a phone that speaks SIP over TCP (RFC 3261 section 18), beside every server.</summary>
public abstract class TcpPhoneTests(GatewaySite site)
{
    private const string OverTcp = "SIP/2.0/TCP";

    private readonly int _port = FreePorts.Block(2);

    [Fact]
    public async Task Phone_is_called_over_TCP_and_hangs_up()
    {
        await using var gateway = await GatewayAsync(_port);
        await using var phone = await PhoneAsync(gateway, AnswerMode.Auto);
        var juliet = await site.NewXmppPhoneAsync();

        var sid = await juliet.CallAsync("1001@" + gateway.Component);
        await phone.ReceivesAsync("INVITE", OverTcp);
        await juliet.SeesJingleAsync("session-accept", sid);
        await phone.HearsToneAsync();
        await juliet.HearsToneAsync(sid);
        await phone.HangUpAsync();

        Assert.Equal("success", (await juliet.SeesJingleAsync("session-terminate", sid))["reason"]);
        await phone.ReceivesResponseAsync(200, "BYE");
        await gateway.Process.HasNoSessionAsync();
    }

    [Fact]
    public async Task Phone_calls_over_TCP_and_the_user_hangs_up()
    {
        await using var gateway = await GatewayAsync(_port);
        await using var phone = await PhoneAsync(gateway, AnswerMode.Manual);
        var juliet = await site.NewXmppPhoneAsync(new { on_propose = "answer" });

        await phone.DialAsync("sip:" + juliet.BareJid);
        var sid = (await juliet.SeesMessageAsync("propose"))["sid"]!;
        await phone.HearsToneAsync();
        await juliet.HearsToneAsync(sid);
        await juliet.TerminateAsync(sid);

        await phone.ReceivesAsync("BYE", OverTcp);
        await phone.SeesAsync("CALL_CLOSED");
        await gateway.Process.HasNoSessionAsync();
    }

    [Fact] // RFC 3261 section 18.1.1: a connection is no part of a dialog
    public async Task Call_outlives_its_connection_and_is_hung_up_over_another()
    {
        await using var gateway = await GatewayAsync(_port);
        await using var link = TcpLink.To(gateway.SipPort);
        await using var phone = await BaresipPhone.StartAsync("1001", "phone.test", _port, link.Port, AnswerMode.Manual, transport: "tcp");
        var juliet = await site.NewXmppPhoneAsync(new { on_propose = "answer" });
        await phone.DialAsync("sip:" + juliet.BareJid);
        var sid = (await juliet.SeesMessageAsync("propose"))["sid"]!;
        await phone.SeesAsync("CALL_ESTABLISHED");
        await juliet.HearsToneAsync(sid);

        await ConnectionsAsync(2); // that of the INVITE, and that of the ACK, which goes to the gateway's Contact
        await link.CutAsync();
        await ConnectionsAsync(1);
        Assert.Equal("Active", (string?)Assert.Single(await gateway.Process.SessionsAsync())["state"]);
        await juliet.TerminateAsync(sid);

        await phone.ReceivesAsync("BYE", OverTcp);
        await gateway.Process.HasNoSessionAsync();

        Task ConnectionsAsync(int count) => Eventually.HoldsAsync(
            async () => await gateway.Process.MetricAsync("gateway_sip_connections") == count, () => gateway.Process.Output);
    }

    private Task<SecondGateway> GatewayAsync(int trunk) => site.NewGatewayAsync(
        configuration => configuration["Sip"]!["Trunks"]!["phone"]!["Uri"] = $"sip:127.0.0.1:{trunk};transport=tcp");

    private Task<BaresipPhone> PhoneAsync(SecondGateway gateway, AnswerMode mode) =>
        BaresipPhone.StartAsync("1001", "phone.test", _port, gateway.SipPort, mode, transport: "tcp");
}

/// <summary>Calls over TCP beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class TcpPhoneBesideProsodyTests(ProsodySite site) : TcpPhoneTests(site);

/// <summary>Calls over TCP beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class TcpPhoneBesideEjabberdTests(EjabberdSite site) : TcpPhoneTests(site);
