using Gateway.Interop.Tests.Sites;
using Gateway.Testing.Phones;

namespace Gateway.Interop.Tests.Presence;

/// <summary>What makes the call button appear: the presence and the features of a SIP user, beside every server.</summary>
public abstract class SipUserPresenceTests(GatewaySite site)
{
    private const string Phone = "1001@" + GatewaySite.Component;
    private const string PictureSha1 = "2834271da1c3a2d94833d6ce47a32d8750eaa290";

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
        Assert.DoesNotContain("<show", presence["xml"], StringComparison.Ordinal); // T-3
        Assert.DoesNotContain("decloak", presence["xml"], StringComparison.Ordinal); // T-15
    }

    [Fact] // T-7: over when nothing came of it; T-16: the gateway answers for itself
    public async Task Temporary_presence_is_taken_back_in_the_end()
    {
        await using var gateway = await site.NewGatewayAsync(c => c["Mapping"]!["PresenceUnused"] = "1s");
        var juliet = await site.NewXmppPhoneAsync();
        var phone = $"1001@{gateway.Component}";

        await juliet.SendXmlAsync($"<presence to='{phone}'><decloak xmlns='urn:xmpp:decloak:0'/></presence>");
        await juliet.Events.WaitAsync(e => e.Kind == "presence" && e["type"] == "available" && e["from"] == $"{phone}/sip");
        await juliet.Events.WaitAsync(e => e.Kind == "presence" && e["type"] == "unavailable" && e["from"] == $"{phone}/sip");
        await juliet.SendXmlAsync($"<presence to='{gateway.Component}'><decloak xmlns='urn:xmpp:decloak:0'/></presence>");
        await juliet.Events.WaitAsync(e => e.Kind == "presence" && e["type"] == "available" && e["from"] == gateway.Component);
    }

    [Fact] // XEP-0054, XEP-0292, XEP-0153, XEP-0172
    public async Task Configured_name_and_picture_are_shown()
    {
        using var folder = new Gateway.Testing.Servers.TemporaryFolder();
        byte[] picture = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3];
        await File.WriteAllBytesAsync(folder.At("desk.png"), picture);
        await using var gateway = await site.NewGatewayAsync(c => c["Mapping"]!["Contacts"] = System.Text.Json.Nodes.JsonNode.Parse(
            $$"""{ "1001": { "Name": "Front desk", "Avatar": "{{folder.At("desk.png")}}" } }"""));
        var juliet = await site.NewXmppPhoneAsync();
        var phone = $"1001@{gateway.Component}";

        await juliet.SendXmlAsync($"<presence to='{phone}' type='subscribe'/>");
        var presence = await juliet.Events.WaitAsync(e => e.Kind == "presence" && e["type"] == "available" && e["from"] == $"{phone}/sip");
        Assert.Contains("Front desk", presence["xml"], StringComparison.Ordinal);
        Assert.Contains(PictureSha1, presence["xml"], StringComparison.Ordinal);
        await juliet.CommandAsync("vcard", new { to = phone });
        var card = await juliet.Events.WaitAsync(e => e.Kind == "vcard");
        Assert.Equal(("Front desk", "Front desk"), (card["name"], card["name4"]));
        Assert.Equal(Convert.ToBase64String(picture), card["photo"]?.ReplaceLineEndings(""));
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

    [Fact] // the button to call would be gone until her next login
    public async Task Subscriber_sees_the_contact_again_when_the_link_to_the_XMPP_server_is_back()
    {
        var juliet = await site.NewXmppPhoneAsync();
        await juliet.SendXmlAsync($"<presence to='{Phone}' type='subscribe'/>");
        await FromPhoneAsync(juliet);
        await site.Link.CutAsync();
        int seen;
        try
        {
            await Testing.Eventually.HoldsAsync(async () => !await site.Gateway.IsReadyAsync());
            seen = juliet.Events.Count;
        }
        finally
        {
            site.Link.Mend();
        }

        await FromPhoneAsync(juliet, seen);
        await Testing.Eventually.HoldsAsync(site.Gateway.IsReadyAsync, patience: TimeSpan.FromSeconds(90));
    }

    [Fact]
    public async Task Subscriber_sees_the_contact_again_when_the_gateway_was_killed_and_started_anew()
    {
        await using var gateway = await site.NewGatewayAsync(_ => { });
        var juliet = await site.NewXmppPhoneAsync();
        var phone = $"1001@{gateway.Component}";
        await juliet.SendXmlAsync($"<presence to='{phone}' type='subscribe'/>");
        await FromAsync(phone, juliet);
        await gateway.Process.HasStoredAllAsync();
        var seen = juliet.Events.Count;

        await gateway.Process.RestartAsync();

        await FromAsync(phone, juliet, seen);
    }

    [Fact] // XEP-0030: gateway/sip
    public async Task The_component_says_what_it_is()
    {
        var juliet = await site.NewXmppPhoneAsync();

        var disco = await juliet.DiscoAsync(GatewaySite.Component);

        Assert.Contains("gateway/sip", disco.Fields["identities"]!.AsArray().Select(one => (string?)one));
    }

    private static Task<PhoneEvent> FromPhoneAsync(XmppPhone juliet, int skip = 0) => FromAsync(Phone, juliet, skip);

    private static Task<PhoneEvent> FromAsync(string phone, XmppPhone juliet, int skip = 0) => juliet.Events.WaitAsync(
        e => e.Kind == "presence" && e["type"] == "available"
            && e["from"]!.StartsWith(phone + "/", StringComparison.Ordinal) && e.Fields["caps"] is not null,
        skip);

    /// <summary>XEP-0115: the features behind the announced hash hold what callers look for.</summary>
    private static async Task CanBeCalledAsync(XmppPhone juliet, PhoneEvent presence)
    {
        var caps = presence.Fields["caps"]!.AsObject();
        var node = $"{caps["node"]}#{caps["ver"]}";

        var disco = await juliet.DiscoAsync(presence["from"]!, node);

        Assert.True(disco.Is("ok"));
        Assert.Equal(node, disco["node"]);
        Assert.Equal((string?)caps["ver"], disco["ver"]); // as slixmpp computes it (D-1)
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
