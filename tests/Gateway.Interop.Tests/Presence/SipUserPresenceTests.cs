using Gateway.Interop.Tests.Sites;
using Gateway.Testing.Phones;

namespace Gateway.Interop.Tests.Presence;

/// <summary>What makes the call button appear: the presence and the features of a SIP user, beside every server.</summary>
public abstract class SipUserPresenceTests(GatewaySite site)
{
    private const string Phone = "1001@" + GatewaySite.Component;

    [Theory] // XEP-0276 in the three namespaces: MAPPING T-1 to T-6
    [InlineData("<temppres xmlns='urn:xmpp:temppres:0' reason='media'/>")]
    [InlineData("<decloak xmlns='urn:xmpp:decloak:0' reason='media'/>")]
    [InlineData("<decloak xmlns='http://telepathy.freedesktop.org/xmpp/protocol/decloak'/>")]
    public async Task Temporary_presence_is_answered_from_a_full_address_with_capabilities(string request)
    {
        var juliet = await site.NewXmppPhoneAsync();

        await juliet.SendXmlAsync($"<presence to='{Phone}'>{request}</presence>");
        var presence = await FromPhoneAsync(juliet);

        Assert.Equal("available", presence["type"]);
        await CanBeCalledAsync(juliet, presence);
    }

    [Fact] // RFC 6121 section 3.1; the presence is there at the next login too, for the server probes
    public async Task Subscription_is_approved_and_presence_follows_now_and_at_the_next_login()
    {
        var account = await site.NewUserAsync();
        var juliet = await site.LoginAsync(account, "balcony");

        await juliet.SendXmlAsync($"<presence to='{Phone}' type='subscribe'/>");
        await juliet.Events.WaitAsync(e => e.Kind == "presence" && e["type"] == "subscribed" && e["from"] == Phone);
        await CanBeCalledAsync(juliet, await FromPhoneAsync(juliet));
        await juliet.LogoutAsync();
        var later = await site.LoginAsync(account, "orchard");

        Assert.Equal("available", (await FromPhoneAsync(later))["type"]);
    }

    [Fact] // XEP-0030: gateway/sip
    public async Task The_component_says_what_it_is()
    {
        var juliet = await site.NewXmppPhoneAsync();

        var disco = await juliet.DiscoAsync(GatewaySite.Component);

        Assert.Contains("gateway/sip", disco.Fields["identities"]!.AsArray().Select(one => (string?)one));
    }

    private static Task<PhoneEvent> FromPhoneAsync(XmppPhone juliet) => juliet.Events.WaitAsync(
        e => e.Kind == "presence" && e["type"] == "available"
            && e["from"]!.StartsWith(Phone + "/", StringComparison.Ordinal) && e.Fields["caps"] is not null);

    /// <summary>XEP-0115: the features behind the announced hash hold what callers look for.</summary>
    private static async Task CanBeCalledAsync(XmppPhone juliet, PhoneEvent presence)
    {
        var caps = presence.Fields["caps"]!.AsObject();
        var node = $"{caps["node"]}#{caps["ver"]}";

        var disco = await juliet.DiscoAsync(presence["from"]!, node);

        Assert.True(disco.Is("ok"));
        Assert.Equal(node, disco["node"]);
        Assert.Superset(
            new HashSet<string>
            {
                "urn:xmpp:jingle:1", "urn:xmpp:jingle:apps:rtp:1", "urn:xmpp:jingle:apps:rtp:audio",
                "urn:xmpp:jingle:apps:dtls:0", "urn:xmpp:jingle:transports:ice-udp:1", "urn:xmpp:jingle-message:0",
            },
            disco.Fields["features"]!.AsArray().Select(one => (string)one!).ToHashSet());
    }
}

/// <summary>Presence beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class SipUserPresenceBesideProsodyTests(ProsodySite site) : SipUserPresenceTests(site);

/// <summary>Presence beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class SipUserPresenceBesideEjabberdTests(EjabberdSite site) : SipUserPresenceTests(site);
