using System.Text.Json.Nodes;
using Gateway.Interop.Tests.Chats;
using Gateway.Interop.Tests.Sites;
using Gateway.Testing.Phones;

namespace Gateway.Interop.Tests.Messages;

/// <summary>A SIP user who means one device of an XMPP user, and what the SIP side learns of devices: RFC 5627, MAPPING A-2, A-15, A-16.</summary>
public abstract class DeviceTests(GatewaySite site)
{
    private static int _users;

    private readonly string _romeo = FormattableString.Invariant($"mercutio{Interlocked.Increment(ref _users)}%chat.test@");

    [Fact]
    public async Task Call_to_one_device_rings_there_alone()
    {
        var account = await site.NewUserAsync();
        var balcony = await site.LoginAsync(account, "balcony");
        var chamber = await site.LoginAsync(account, "chamber");

        await using var first = await RefusedAsync(account, "chamber");
        var sid = (await chamber.SeesMessageAsync("propose"))["sid"]!;
        await chamber.SendAsync("reject", sid, "decline");
        await first.SucceedsAsync();

        await using var second = await RefusedAsync(account, "balcony");
        var other = (await balcony.SeesMessageAsync("propose"))["sid"]!;
        Assert.NotEqual(sid, other); // the first would have been here by now
        await balcony.SendAsync("reject", other, "decline");
        await second.SucceedsAsync();
        await site.Gateway.HasNoSessionAsync();
        Assert.DoesNotContain(chamber.Events.All, e => e["action"] == "propose" && e["sid"] == other);
    }

    [Fact]
    public async Task Contact_of_a_session_leads_to_its_device_and_does_not_name_it()
    {
        var account = await site.NewUserAsync();
        var balcony = await site.LoginAsync(account, "balcony");
        var chamber = await site.LoginAsync(account, "chamber");
        await using var phone = await site.NewMsrpPhoneAsync();
        var invited = await InvitedAsync(balcony, phone, GatewaySite.Component);
        Assert.DoesNotContain("balcony", invited["from"] + invited["contact"], StringComparison.Ordinal);

        await WriteAsync(phone, invited["contact"]!.Trim('<', '>'), "to you alone");
        await balcony.Events.WaitAsync(e => e["xml"]?.Contains("to you alone", StringComparison.Ordinal) == true);
        await WriteAsync(phone, $"sip:{account};gr=chamber", "and to you");
        await chamber.Events.WaitAsync(e => e["xml"]?.Contains("and to you", StringComparison.Ordinal) == true);
        Assert.DoesNotContain( // but a copy, which her server makes of what is said to her (XEP-0280)
            chamber.Events.All, e => e["carbon"] is null && e["xml"]?.Contains("to you alone", StringComparison.Ordinal) == true);

        await phone.CommandAsync("bye", new { call = invited["call"] });
        await site.Gateway.HasNoSessionAsync();
    }

    [Fact]
    public async Task Resources_are_shown_and_escaped_where_the_operator_wants_that()
    {
        await using var gateway = await site.NewGatewayAsync(configuration => configuration["Mapping"]!.AsObject()["ExposeResource"] = JsonValue.Create(true));
        var balcony = await site.LoginAsync(await site.NewUserAsync(), "bal cony;x");
        await using var phone = await site.NewMsrpPhoneAsync();
        var invited = await InvitedAsync(balcony, phone, gateway.Component);

        Assert.Contains($"sip:{balcony.BareJid};gr=bal%20cony%3Bx>", invited["from"], StringComparison.Ordinal);
        Assert.Contains(";gr=bal%20cony%3Bx", invited["contact"], StringComparison.Ordinal);
        await phone.CommandAsync("bye", new { call = invited["call"] });
        await gateway.Process.HasNoSessionAsync();
        await WriteAsync(phone, invited["contact"]!.Trim('<', '>'), "still yours", gateway.SipPort); // it is no session's name
        await balcony.Events.WaitAsync(e => e["xml"]?.Contains("still yours", StringComparison.Ordinal) == true);
    }

    [Fact] // N-28
    public async Task Resource_that_a_session_goes_on_with_is_shown_where_resources_are()
    {
        await using var gateway = await site.NewGatewayAsync(configuration => configuration["Mapping"]!.AsObject()["ExposeResource"] = JsonValue.Create(true));
        var juliet = new ChatClient(await site.NewXmppPhoneAsync(), "0.8");
        await using var phone = await site.NewMsrpPhoneAsync();
        var thread = Guid.NewGuid().ToString("N");
        await juliet.InitiateAsync(_romeo + gateway.Component, thread);
        var invited = await phone.IsInvitedAsync();
        Assert.Contains(";gr=balcony", invited["contact"], StringComparison.Ordinal);
        await juliet.SeesFormAsync("submit", "accept");

        await juliet.MoveAsync($"{_romeo}{gateway.Component}/sip", thread, "chamber");
        Assert.Contains(";gr=chamber", (await phone.SeesAsync("reinvited", invited["call"]))["contact"], StringComparison.Ordinal);

        await phone.CommandAsync("bye", new { call = invited["call"] });
        await gateway.Process.HasNoSessionAsync();
    }

    /// <summary>The device speaks first, and so opens a session.</summary>
    private async Task<PhoneEvent> InvitedAsync(XmppPhone device, MsrpPhone phone, string component)
    {
        await device.SendXmlAsync($"<message to='{_romeo}{component}' type='chat'><body>anon</body><thread>{Guid.NewGuid():N}</thread></message>");
        var invited = await phone.IsInvitedAsync();
        await phone.ReceivesAsync("anon", invited["call"]);
        return invited;
    }

    private async Task WriteAsync(MsrpPhone phone, string to, string body, int? port = null)
    {
        var before = phone.Events.Count;
        await phone.CommandAsync("message", new { to, via = FormattableString.Invariant($"127.0.0.1:{port ?? site.SipPort}"), body });
        Assert.Equal("202", (await phone.Events.WaitAsync(e => e.Kind == "message_response", before))["status"]);
    }

    private Task<SippProcess> RefusedAsync(string account, string device) => site.PlaceCallAsync(
        "call_refused", account, ("domain", $"{GatewaySite.Domain};gr={device}"), ("status", "603"), ("more", "Priority: normal"));
}

/// <summary>Devices beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class DeviceBesideProsodyTests(ProsodySite site) : DeviceTests(site);

/// <summary>Devices beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class DeviceBesideEjabberdTests(EjabberdSite site) : DeviceTests(site);
