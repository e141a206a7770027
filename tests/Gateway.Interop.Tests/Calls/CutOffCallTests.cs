using Gateway.Interop.Tests.Sites;
using Gateway.Testing.Phones;

namespace Gateway.Interop.Tests.Calls;

/// <summary>The gateway is killed in the middle of a call, beside every server.</summary>
public abstract class CutOffCallTests(GatewaySite site)
{
    [Fact] // MAPPING J-13
    public async Task Call_that_a_crash_cut_off_ends_in_the_client_at_the_next_start()
    {
        await using var gateway = await site.NewGatewayAsync(_ => { });
        await using var phone = await site.NewSipPhoneAsync(AnswerMode.Auto);
        var juliet = await site.NewXmppPhoneAsync();
        var sid = await juliet.CallAsync("1001@" + gateway.Component);
        await juliet.SeesJingleAsync("session-accept", sid);
        await gateway.Process.HasStoredAllAsync();

        await gateway.Process.RestartAsync(); // SIGKILL

        Assert.Equal("connectivity-error", (await juliet.SeesJingleAsync("session-terminate", sid))["reason"]);
        Assert.Equal("connectivity-error", (await juliet.SeesMessageAsync("finish", sid))["reason"]);
    }

    [Fact] // MAPPING J-13, J-14
    public async Task Proposal_that_a_crash_cut_off_is_answered_at_the_next_start()
    {
        await using var gateway = await site.NewGatewayAsync(_ => { });
        await using var phone = await site.ExpectCallAsync("ring_until_cancelled");
        var juliet = await site.NewXmppPhoneAsync();
        var sid = await juliet.CallAsync("1001@" + gateway.Component);
        await juliet.SeesMessageAsync("ringing", sid);
        await gateway.Process.HasStoredAllAsync();

        await gateway.Process.RestartAsync();

        Assert.Equal("connectivity-error", (await juliet.SeesMessageAsync("reject", sid))["reason"]);
    }
}

/// <summary>Calls that a crash cut off, beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class CutOffCallBesideProsodyTests(ProsodySite site) : CutOffCallTests(site);

/// <summary>Calls that a crash cut off, beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class CutOffCallBesideEjabberdTests(EjabberdSite site) : CutOffCallTests(site);
