using Gateway.Interop.Tests.Sites;
using Gateway.Testing.Phones;

namespace Gateway.Interop.Tests.Presence;

/// <summary>Presence of SIP users that have one of their own: RFC 8048 with Kamailio as presence server, beside every XMPP server.</summary>
public abstract class SipPresenceTests(GatewaySite site)
{
    [Fact] // P-1, P-2, P-4, P-5, P-10, P-13
    public async Task Xmpp_user_follows_what_the_sip_user_publishes_until_she_unsubscribes()
    {
        await using var sip = await SipPresenceSite.StartAsync(site);
        var account = await site.NewUserAsync();
        var juliet = await site.LoginAsync(account, "balcony");
        await sip.Peer.CommandAsync("publish", new { basic = "open", show = "away", note = "in the orchard" });
        await sip.Peer.AnsweredAsync("PUBLISH", 200);

        await juliet.SendXmlAsync($"<presence to='{sip.Contact}' type='subscribe'/>");
        await Sees(juliet, sip.Contact, "subscribed");
        var seen = await Sees(juliet, $"{sip.Contact}/sip", "available", "away");
        Assert.Contains("in the orchard", seen["xml"], StringComparison.Ordinal);

        var count = juliet.Events.Count;
        await sip.Peer.CommandAsync("publish", new { basic = "open", show = "dnd" });
        await Sees(juliet, $"{sip.Contact}/sip", "available", "dnd", count);

        await juliet.LogoutAsync();
        var later = await site.LoginAsync(account, "orchard"); // her server probes
        await Sees(later, $"{sip.Contact}/sip", "available", "dnd");

        count = later.Events.Count;
        await later.SendXmlAsync($"<presence to='{sip.Contact}' type='unsubscribe'/>");
        await Sees(later, $"{sip.Contact}/sip", "unavailable", skip: count);
    }

    [Fact] // P-6, P-7, P-8, P-11, P-14
    public async Task Sip_user_follows_the_xmpp_user_until_he_unsubscribes()
    {
        await using var sip = await SipPresenceSite.StartAsync(site);
        var juliet = await site.NewXmppPhoneAsync();
        await sip.Peer.CommandAsync("subscribe", new { to = $"sip:{juliet.BareJid}", expires = 600 });
        var call = (await sip.Peer.AnsweredAsync("SUBSCRIBE", 200))["call"];
        await sip.Peer.NotifiedAsync("pending");
        await Sees(juliet, sip.Contact, "subscribe");

        await juliet.SendXmlAsync($"<presence to='{sip.Contact}' type='subscribed'/>");
        await sip.Peer.NotifiedAsync("active", "ID-balcony");
        await juliet.SendXmlAsync("<presence><show>away</show><status>on the balcony</status></presence>");
        var away = await sip.Peer.NotifiedAsync("active", ">away<");
        Assert.Contains("on the balcony", away["body"], StringComparison.Ordinal);
        var orchard = await site.LoginAsync(juliet.BareJid, "orchard");
        Assert.Contains("ID-balcony", (await sip.Peer.NotifiedAsync("active", "ID-orchard"))["body"], StringComparison.Ordinal);

        var count = sip.Peer.Events.Count;
        await sip.Peer.CommandAsync("refresh", new { call, expires = 300 });
        var again = await sip.Peer.NotifiedAsync("active", "ID-orchard", count);
        Assert.Contains("ID-balcony", again["body"], StringComparison.Ordinal);

        await orchard.LogoutAsync();
        await juliet.LogoutAsync();
        await sip.Peer.NotifiedAsync("active", "closed");
        count = sip.Peer.Events.Count;
        await sip.Peer.CommandAsync("refresh", new { call, expires = 0 });
        await sip.Peer.NotifiedAsync("terminated;reason=timeout", "closed", count);
    }

    [Fact] // P-6, P-15
    public async Task Sip_user_whom_she_turns_away_learns_nothing()
    {
        await using var sip = await SipPresenceSite.StartAsync(site);
        var juliet = await site.NewXmppPhoneAsync();
        await sip.Peer.CommandAsync("subscribe", new { to = $"sip:{juliet.BareJid}" });
        await Sees(juliet, sip.Contact, "subscribe");
        await juliet.SendXmlAsync($"<presence to='{sip.Contact}' type='unsubscribed'/>");
        await sip.Peer.NotifiedAsync("terminated;reason=rejected");
        Assert.DoesNotContain(sip.Peer.Events.All, e => e.Kind == "notify" && e["body"]!.Length > 0);
    }

    [Fact] // P-3
    public async Task Peer_without_presence_ends_the_subscription()
    {
        await using var sip = await SipPresenceSite.StartAsync(site, isPeerTrunk: true);
        var juliet = await site.NewXmppPhoneAsync();
        await sip.Peer.CommandAsync("watch", new { status = 489 });
        await juliet.SendXmlAsync($"<presence to='{sip.Contact}' type='subscribe'/>");
        await Sees(juliet, sip.Contact, "unsubscribed");
    }

    [Fact] // P-16
    public async Task Without_presence_on_the_trunk_subscriptions_of_sip_users_are_refused()
    {
        var juliet = await site.NewXmppPhoneAsync();
        await using var none = await site.NewGatewayAsync(_ => { });
        await using var stranger = await SipPresencePeer.StartAsync(
            RepositoryFiles.SipPresenceScript, "sip:romeo@phone.test", Gateway.Testing.Servers.FreePorts.One(), none.SipPort);
        await stranger.CommandAsync("subscribe", new { to = $"sip:{juliet.BareJid}" });
        var refused = await stranger.AnsweredAsync("SUBSCRIBE", 489);
        Assert.Contains("Allow-Events", refused.Fields["headers"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact] // P-2, P-3
    public async Task Peer_that_lets_her_wait_and_then_rejects_her()
    {
        await using var sip = await SipPresenceSite.StartAsync(site, isPeerTrunk: true);
        var juliet = await site.NewXmppPhoneAsync();
        await sip.Peer.CommandAsync("watch", new { status = 200, state = "pending" });
        await juliet.SendXmlAsync($"<presence to='{sip.Contact}' type='subscribe'/>");
        var subscribed = await sip.Peer.Events.WaitAsync(e => e.Kind == "subscribed");
        await sip.Peer.AnsweredAsync("NOTIFY", 200);
        Assert.DoesNotContain(juliet.Events.All, e => e.Kind == "presence" && e["from"]!.StartsWith(sip.Contact, StringComparison.Ordinal));

        await sip.Peer.CommandAsync("notify", new { call = subscribed["call"], state = "active;expires=600", basic = "open" });
        await Sees(juliet, sip.Contact, "subscribed");
        await Sees(juliet, $"{sip.Contact}/sip", "available");
        await sip.Peer.CommandAsync("notify", new { call = subscribed["call"], state = "terminated;reason=rejected" });
        await Sees(juliet, sip.Contact, "unsubscribed");
    }

    [Fact] // P-3, P-4, P-19: a refresh that finds nothing there, and a new dialog
    public async Task Peer_that_has_forgotten_the_dialog_gets_a_new_one()
    {
        await using var sip = await SipPresenceSite.StartAsync(site, expires: "1m", isPeerTrunk: true);
        var account = await site.NewUserAsync();
        var juliet = await site.LoginAsync(account, "balcony");
        await sip.Peer.CommandAsync("watch", new { status = 200, state = "active" });
        await juliet.SendXmlAsync($"<presence to='{sip.Contact}' type='subscribe'/>");
        await Sees(juliet, $"{sip.Contact}/sip", "available");
        await sip.Peer.CommandAsync("forget");

        await juliet.LogoutAsync();
        var later = await site.LoginAsync(account, "orchard"); // her server probes, the gateway refreshes: 481
        await sip.Peer.Events.WaitAsync(e => e.Kind == "subscribed" && e.Is("refresh"));
        var anew = await sip.Peer.Events.WaitAsync(
            e => e.Kind == "subscribed" && !e.Is("refresh") && e["call"] != sip.Peer.Events.All.First(first => first.Kind == "subscribed")["call"]);
        Assert.Equal(60, anew.Number("expires"));
        await Sees(later, $"{sip.Contact}/sip", "available");
    }

    [Theory] // RFC 3863: what no parser should try to read is the sender's mistake, and she sees what she saw
    [InlineData("<!DOCTYPE p [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>]><presence xmlns='urn:ietf:params:xml:ns:pidf' entity='a'><note>&b;</note></presence>")]
    [InlineData("<!DOCTYPE p SYSTEM 'file:///etc/passwd'><presence xmlns='urn:ietf:params:xml:ns:pidf' entity='a'/>")]
    [InlineData("<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='a'>")]
    [InlineData("nonsense")]
    public async Task Document_that_cannot_be_read_is_refused_and_changes_nothing(string bomb)
    {
        await using var sip = await SipPresenceSite.StartAsync(site, isPeerTrunk: true);
        var juliet = await site.NewXmppPhoneAsync();
        await sip.Peer.CommandAsync("watch", new { status = 200, state = "active" });
        await juliet.SendXmlAsync($"<presence to='{sip.Contact}' type='subscribe'/>");
        await Sees(juliet, $"{sip.Contact}/sip", "available");
        var call = (await sip.Peer.Events.WaitAsync(e => e.Kind == "subscribed"))["call"];
        await sip.Peer.AnsweredAsync("NOTIFY", 200);
        var before = juliet.Events.Count;

        await sip.Peer.CommandAsync("notify", new { call, state = "active;expires=600", body = bomb });
        await sip.Peer.AnsweredAsync("NOTIFY", 400);
        await sip.Peer.CommandAsync("notify", new { call, state = "active;expires=600", basic = "closed" });

        await Sees(juliet, $"{sip.Contact}/sip", "unavailable", skip: before);
        Assert.Equal(["unavailable"], juliet.Events.All.Skip(before).Where(e => e.Kind == "presence" && e["from"] == $"{sip.Contact}/sip").Select(e => e["type"]));
    }

    [Fact] // P-3, P-4, P-19: a presence server that has lost everything
    public async Task Restarted_presence_server_is_asked_anew()
    {
        await using var sip = await SipPresenceSite.StartAsync(site, expires: "1m");
        var account = await site.NewUserAsync();
        var juliet = await site.LoginAsync(account, "balcony");
        await sip.Peer.CommandAsync("publish", new { basic = "open", show = "away" });
        await sip.Peer.AnsweredAsync("PUBLISH", 200);
        await juliet.SendXmlAsync($"<presence to='{sip.Contact}' type='subscribe'/>");
        await Sees(juliet, $"{sip.Contact}/sip", "available", "away");

        await sip.Kamailio.RestartAsync();
        await sip.Peer.CommandAsync("publish", new { basic = "open", show = "xa" });
        await sip.Peer.AnsweredAsync("PUBLISH", 412); // it has forgotten what was published
        await sip.Peer.CommandAsync("publish", new { basic = "open", show = "dnd" });
        await juliet.LogoutAsync();
        var later = await site.LoginAsync(account, "orchard"); // her server probes, the gateway refreshes

        await Sees(later, $"{sip.Contact}/sip", "available", "dnd");
    }

    [Fact] // P-17, P-18, P-19
    public async Task Restarted_gateway_takes_its_subscriptions_up_again()
    {
        await using var sip = await SipPresenceSite.StartAsync(site, isPeerTrunk: true);
        var juliet = await site.NewXmppPhoneAsync();
        await sip.Peer.CommandAsync("watch", new { status = 200, state = "active" });
        await juliet.SendXmlAsync($"<presence to='{sip.Contact}' type='subscribe'/>");
        await Sees(juliet, $"{sip.Contact}/sip", "available");
        var (seen, before) = (juliet.Events.Count, sip.Peer.Events.Count);

        await sip.Gateway.Process.HasStoredAllAsync();
        await sip.Gateway.Process.RestartAsync();
        await sip.Peer.Events.WaitAsync(e => e.Kind == "subscribed" && !e.Is("refresh") && e.Number("expires") > 0, before);
        await Sees(juliet, $"{sip.Contact}/sip", "available", skip: seen);
    }

    private static Task<PhoneEvent> Sees(XmppPhone phone, string from, string type, string? content = null, int skip = 0) =>
        phone.Events.WaitAsync(
            e => e.Kind == "presence" && e["from"] == from && e["type"] == type
                && (content is null || e["xml"]!.Contains($">{content}<", StringComparison.Ordinal)),
            skip, $"{type} {content} from {from}");
}

/// <summary>Presence with SIP beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class SipPresenceBesideProsodyTests(ProsodySite site) : SipPresenceTests(site);

/// <summary>Presence with SIP beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class SipPresenceBesideEjabberdTests(EjabberdSite site) : SipPresenceTests(site);
