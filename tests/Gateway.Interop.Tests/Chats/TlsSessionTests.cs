using System.Text.Json.Nodes;
using Gateway.Interop.Tests.Sites;
using Gateway.Testing.Phones;
using Gateway.Testing.Servers;

namespace Gateway.Interop.Tests.Chats;

/// <summary>Chat sessions over TLS, gateway and phone known to each other by the fingerprints of their descriptions (RFC 4975
/// section 14.4, RFC 4572).</summary>
public abstract class TlsSessionTests(GatewaySite site)
{
    private readonly int _port = FreePorts.One();

    [Theory] // RFC 6135: whoever connects
    [InlineData("active")]
    [InlineData("passive")]
    public async Task Session_that_the_user_opens_is_carried_over_TLS(string setup)
    {
        using var folder = new TemporaryFolder();
        await using var gateway = await GatewayAsync(folder);
        await using var script = await PhoneScript.StartAsync(RepositoryFiles.MsrpPhoneScript);
        await using var phone = await PhoneAsync(script, folder, new { session = new { setup } });
        var juliet = await site.NewChatAsync();

        await juliet.SayAsync("romeo%chat.test@" + gateway.Component, "under the rose", "tls");
        var invited = await phone.IsInvitedAsync();
        Assert.Contains("TCP/TLS/MSRP", invited["sdp"], StringComparison.Ordinal);
        Assert.Contains("a=path:msrps://127.0.0.1:", invited["sdp"], StringComparison.Ordinal);
        Assert.Contains("a=fingerprint:", invited["sdp"], StringComparison.OrdinalIgnoreCase);
        await phone.ReceivesAsync("under the rose", invited["call"]);
        await phone.SendAsync(invited["call"]!, "so be it");

        await juliet.ReadsAsync("so be it");
    }

    [Fact]
    public async Task Session_that_the_phone_opens_is_carried_over_TLS()
    {
        using var folder = new TemporaryFolder();
        await using var gateway = await GatewayAsync(folder);
        await using var script = await PhoneScript.StartAsync(RepositoryFiles.MsrpPhoneScript);
        await using var phone = await PhoneAsync(script, folder, new { });
        var juliet = await site.NewChatAsync();

        await phone.InviteAsync("s", "sip:" + juliet.BareJid, FormattableString.Invariant($"127.0.0.1:{gateway.SipPort}"));
        Assert.Contains("TCP/TLS/MSRP", (await phone.SeesAsync("answered", "s"))["sdp"], StringComparison.Ordinal);
        await phone.SendAsync("s", "But soft!");
        var seen = await juliet.ReadsAsync("But soft!");
        await juliet.SayAsync(seen["from"]!, "Ay me!", seen["thread"]);

        await phone.ReceivesAsync("Ay me!", "s");
    }

    private Task<SecondGateway> GatewayAsync(TemporaryFolder folder)
    {
        var (certificate, key) = SelfSigned.Write(folder, "gateway");
        return site.NewGatewayAsync(configuration =>
        {
            var sip = configuration["Sip"]!;
            (sip["TlsCertificate"], sip["TlsKey"]) = (certificate, key);
            sip["Msrp"]!["Listen"] = new JsonArray(FormattableString.Invariant($"tls:127.0.0.1:{FreePorts.One()}"));
            sip["Trunks"]!["chat"]!["Uri"] = FormattableString.Invariant($"sip:127.0.0.1:{_port}");
        });
    }

    private Task<MsrpPhone> PhoneAsync(PhoneScript script, TemporaryFolder folder, object options)
    {
        var (certificate, key) = SelfSigned.Write(folder, "phone");
        return MsrpPhone.OpenAsync(script, "romeo", options, certificate, key, _port);
    }
}

/// <summary>Over TLS, beside Prosody.</summary>
[Collection(BesideProsody.Name)]
public sealed class TlsSessionBesideProsodyTests(ProsodySite site) : TlsSessionTests(site);

/// <summary>Over TLS, beside ejabberd.</summary>
[Collection(BesideEjabberd.Name)]
public sealed class TlsSessionBesideEjabberdTests(EjabberdSite site) : TlsSessionTests(site);
