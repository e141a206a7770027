using System.Text.Json.Nodes;
using Gateway.Interop.Tests.Sites;
using Gateway.Testing.Phones;
using Gateway.Testing.Servers;

namespace Gateway.Interop.Tests.Calls;

/// <summary>The gateway is killed in the middle of a call: what rtpengine holds for it is freed at the next start.</summary>
public abstract class CutOffMediaTests(GatewaySite site)
{
    [Fact] // MAPPING J-13
    public async Task Media_of_a_call_to_a_phone_that_rings_is_freed_at_the_next_start()
    {
        await using var engine = await RtpengineServer.StartSmallAsync();
        await using var gateway = await site.NewGatewayAsync(c => Relay(c, engine));
        await using var phone = await site.ExpectCallAsync("ring_until_cancelled");
        var juliet = await site.NewXmppPhoneAsync();
        var sid = await juliet.CallAsync("1001@" + gateway.Component);
        await juliet.SeesMessageAsync("ringing", sid);

        await IsFreedByTheNextStartAsync(gateway, engine);

        await juliet.SeesMessageAsync("reject", sid);
    }

    [Fact] // MAPPING J-13
    public async Task Media_of_a_call_from_a_phone_that_rings_a_device_is_freed_at_the_next_start()
    {
        await using var engine = await RtpengineServer.StartSmallAsync();
        await using var gateway = await site.NewGatewayAsync(c => Relay(c, engine));
        var juliet = await site.NewXmppPhoneAsync(new { on_propose = "answer", auto_accept = false });
        await using var phone = await site.PlaceCallAsync("call", juliet.BareJid, gateway.SipPort);
        var sid = (await juliet.SeesJingleAsync("session-initiate"))["sid"]!;

        await IsFreedByTheNextStartAsync(gateway, engine);

        await juliet.SeesJingleAsync("session-terminate", sid);
    }

    [Fact] // MAPPING J-13
    public async Task Media_of_a_call_that_stands_is_freed_at_the_next_start()
    {
        await using var engine = await RtpengineServer.StartSmallAsync();
        await using var gateway = await site.NewGatewayAsync(c => Relay(c, engine));
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Auto);
        var juliet = await site.NewXmppPhoneAsync();
        var sid = await juliet.CallAsync("1001@" + gateway.Component);
        await juliet.HearsToneAsync(sid);

        await IsFreedByTheNextStartAsync(gateway, engine);

        await juliet.SeesJingleAsync("session-terminate", sid);
    }

    [Fact] // whichever of them has it: the second took over what the first, silent, should have had
    public async Task Media_is_freed_at_every_engine_and_at_one_that_was_silent_when_it_is_back()
    {
        await using var one = await RtpengineServer.StartSmallAsync();
        await using var two = await RtpengineServer.StartSmallAsync();
        await using var gateway = await site.NewGatewayAsync(c => Relay(c, one, two));
        await using var phone = await site.ExpectCallAsync("ring_until_cancelled");
        one.Freeze();
        var juliet = await site.NewXmppPhoneAsync();
        var sid = await juliet.CallAsync("1001@" + gateway.Component);
        await juliet.SeesMessageAsync("ringing", sid);
        await two.HoldsSessionsAsync(1);
        await gateway.Process.HasStoredAllAsync();
        await gateway.Process.KillAsync();
        two.Freeze();

        await gateway.Process.RestartAsync();
        one.Thaw();
        two.Thaw();

        await one.HoldsSessionsAsync(0);
        await two.HoldsSessionsAsync(0);
    }

    private static void Relay(JsonObject configuration, params RtpengineServer[] engines) => configuration["Media"] = new JsonObject
    {
        ["Engine"] = "rtpengine",
        ["Rtpengine"] = new JsonArray([.. engines.Select(engine => JsonValue.Create(engine.Address))]),
    };

    private static async Task IsFreedByTheNextStartAsync(SecondGateway gateway, RtpengineServer engine)
    {
        await engine.HoldsSessionsAsync(1);
        await gateway.Process.HasStoredAllAsync();

        await gateway.Process.RestartAsync(); // SIGKILL

        await engine.HoldsSessionsAsync(0);
    }
}

/// <summary>Calls that a crash cut off, beside Prosody with an rtpengine of their own.</summary>
[Collection(BesideProsody.Name)]
public sealed class CutOffMediaBesideProsodyTests(ProsodySite site) : CutOffMediaTests(site);

/// <summary>Calls that a crash cut off, beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class CutOffMediaBesideEjabberdTests(EjabberdSite site) : CutOffMediaTests(site);
