using System.Text.Json.Nodes;
using Gateway.Interop.Tests.Sites;
using Gateway.Testing;
using Gateway.Testing.Phones;
using Gateway.Testing.Servers;

namespace Gateway.Interop.Tests.Calls;

/// <summary>rtpengine dies, hangs, or comes back without its sessions (S10): both sides agree on what becomes of calls.</summary>
public abstract class DeadEngineTests(GatewaySite site)
{
    [Fact] // MAPPING U-43
    public async Task While_rtpengine_is_down_phones_are_told_to_come_back_and_nobody_is_rung()
    {
        await using var engine = await RtpengineServer.StartSmallAsync();
        await using var gateway = await StartAsync(engine);
        var juliet = await site.NewXmppPhoneAsync(new { on_propose = "answer" });
        await engine.StopAsync();
        await KnowsThatItIsDownAsync(gateway);

        await using (var phone = await site.PlaceCallAsync("call_refused", juliet.BareJid, gateway.SipPort, ("status", "503"), ("more", "Priority: normal")))
        {
            Assert.Equal("10", (await phone.SeesAsync(message => message.IsResponse(503, "INVITE"))).Header("Retry-After"));
            await phone.SucceedsAsync();
        }

        var sid = await juliet.CallAsync("1001@" + gateway.Component);
        await juliet.SeesMessageAsync("reject", sid);
        Assert.DoesNotContain(juliet.Events.All, e => e.Kind == "jmi" && e["action"] == "propose");

        await engine.RestartAsync();
        await KnowsThatItIsUpAsync(gateway);
        await using (var phone = await site.PlaceCallAsync("call_and_hang_up", juliet.BareJid, gateway.SipPort, ("talk", "300")))
        {
            await phone.SucceedsAsync();
        }

        await gateway.Process.HasNoSessionAsync();
        await engine.HoldsSessionsAsync(0);
    }

    [Fact] // MAPPING J-30
    public async Task Call_that_is_taken_when_rtpengine_hangs_ends_on_both_sides_and_leaves_nothing_there()
    {
        await using var engine = await RtpengineServer.StartSmallAsync();
        await using var gateway = await StartAsync(engine);
        var juliet = await site.NewXmppPhoneAsync();
        await using var phone = await site.PlaceCallAsync("call_refused", juliet.BareJid, gateway.SipPort, ("status", "503"), ("more", "Priority: normal"));
        var sid = (await juliet.SeesMessageAsync("propose"))["sid"]!;

        engine.Freeze();
        await juliet.SendAsync("proceed", sid);

        await juliet.SeesMessageAsync("retract", sid);
        await phone.SucceedsAsync();
        await gateway.Process.HasNoSessionAsync();
        engine.Thaw();
        await engine.HoldsSessionsAsync(0);
    }

    [Fact] // RFC 7675 section 5.1
    public async Task Call_that_stands_ends_on_both_sides_when_rtpengine_stays_dead()
    {
        await using var engine = await RtpengineServer.StartSmallAsync();
        await using var gateway = await StartAsync(engine);
        var (juliet, phone, sid) = await TalkAsync(gateway);
        await using var hungUp = phone;

        await engine.StopAsync();

        await EndsOnBothSidesAsync(gateway, juliet, phone, sid);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // before anybody noticed, perhaps
    public async Task Call_that_stands_ends_on_both_sides_when_rtpengine_comes_back_without_it(bool isNoticed)
    {
        await using var engine = await RtpengineServer.StartSmallAsync();
        await using var gateway = await StartAsync(engine);
        var (juliet, phone, sid) = await TalkAsync(gateway);
        await using var hungUp = phone;

        await engine.StopAsync();
        if (isNoticed)
        {
            await KnowsThatItIsDownAsync(gateway);
        }

        await engine.RestartAsync();

        await EndsOnBothSidesAsync(gateway, juliet, phone, sid);
        await engine.HoldsSessionsAsync(0);
    }

    [Fact] // R-10: a hold is nothing to the relay
    public async Task Call_that_stands_outlives_a_while_in_which_rtpengine_hangs_and_can_be_held_meanwhile()
    {
        await using var engine = await RtpengineServer.StartSmallAsync();
        await using var gateway = await StartAsync(engine);
        var (juliet, phone, sid) = await TalkAsync(gateway);
        await using var hungUp = phone;

        engine.Freeze();
        await KnowsThatItIsDownAsync(gateway);
        await juliet.InfoAsync(sid, "hold");
        await phone.ReceivesAsync("INVITE", "a=sendonly");
        var before = phone.Trace.Count;
        await juliet.InfoAsync(sid, "unhold");
        await phone.Trace.WaitAsync(m => m.Received && m.IsRequest("INVITE") && m.HasLine("a=sendrecv"), before);
        engine.Thaw();
        await KnowsThatItIsUpAsync(gateway);

        // Not that audio flows again: 10.5 waits for ever at a socket that was full when it went on.
        await engine.HoldsSessionsAsync(1);
        Assert.Single(await gateway.Process.SessionsAsync());
        await juliet.TerminateAsync(sid);
        await phone.SeesAsync("CALL_CLOSED");
        await gateway.Process.HasNoSessionAsync();
        await engine.HoldsSessionsAsync(0);
    }

    [Fact]
    public async Task Call_that_is_hung_up_while_rtpengine_hangs_is_freed_there_afterwards()
    {
        await using var engine = await RtpengineServer.StartSmallAsync();
        await using var gateway = await StartAsync(engine);
        var (juliet, phone, sid) = await TalkAsync(gateway);
        await using var hungUp = phone;

        engine.Freeze();
        await KnowsThatItIsDownAsync(gateway);
        await juliet.TerminateAsync(sid);
        await phone.SeesAsync("CALL_CLOSED");
        await gateway.Process.HasNoSessionAsync();
        engine.Thaw();

        await engine.HoldsSessionsAsync(0);
    }

    private static async Task EndsOnBothSidesAsync(SecondGateway gateway, XmppPhone juliet, BaresipPhone phone, string sid)
    {
        await phone.ReceivesAsync("BYE");
        await juliet.SeesJingleAsync("session-terminate", sid);
        await phone.SeesAsync("CALL_CLOSED");
        await gateway.Process.HasNoSessionAsync();
    }

    private static Task KnowsThatItIsDownAsync(SecondGateway gateway) => Eventually.HoldsAsync(
        async () => (await gateway.Process.GetAsync("readyz")).Contains("media: ", StringComparison.Ordinal), () => gateway.Process.Output);

    private static Task KnowsThatItIsUpAsync(SecondGateway gateway) => Eventually.HoldsAsync(
        async () => !(await gateway.Process.GetAsync("readyz")).Contains("media: ", StringComparison.Ordinal), () => gateway.Process.Output);

    private Task<SecondGateway> StartAsync(RtpengineServer engine) => site.NewGatewayAsync(configuration => configuration["Media"] = new JsonObject
    {
        ["Engine"] = "rtpengine",
        ["Rtpengine"] = new JsonArray(engine.Address),
    });

    private async Task<(XmppPhone Juliet, BaresipPhone Phone, string Sid)> TalkAsync(SecondGateway gateway)
    {
        var phone = await site.NewSipPhoneAsync(AnswerMode.Auto);
        var juliet = await site.NewXmppPhoneAsync();
        var sid = await juliet.CallAsync("1001@" + gateway.Component);
        await juliet.HearsToneAsync(sid);
        return (juliet, phone, sid);
    }
}

/// <summary>rtpengine dies, beside Prosody with an rtpengine of their own.</summary>
[Collection(BesideProsody.Name)]
public sealed class DeadEngineBesideProsodyTests(ProsodySite site) : DeadEngineTests(site);

/// <summary>rtpengine dies, beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class DeadEngineBesideEjabberdTests(EjabberdSite site) : DeadEngineTests(site);
