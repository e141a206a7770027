using System.Collections.Immutable;
using Gateway.Sip.Digest;
using Gateway.Sip.Messages;

namespace Gateway.Sip.Tests.Digest;

public sealed class DigestClientTests
{
    private const string Uri = "sip:bob@biloxi.example.com";

    private static SipRequest Invite(string uri = Uri, ImmutableArray<KeyValuePair<string, string>>? credentials = null, string? body = null)
    {
        Assert.True(SipUri.TryParse(uri, out var target));
        Assert.True(SipMethod.TryParse("INVITE", out var method));
        var builder = SipMessageBuilder.Request(method, target)
            .PushVia(SipVia.Create("udp", "192.0.2.1", 5060, "z9hG4bK1"))
            .Add("From", "<sip:alice@example.com>;tag=1").Add("To", "<sip:bob@example.com>").Add("Call-ID", "c").Add("CSeq", "1 INVITE");
        foreach (var (name, value) in credentials ?? [])
        {
            builder.Add(name, value);
        }

        return (body is null ? builder : builder.Body("application/sdp", body)).BuildRequest();
    }

    private static SipResponse Challenge(params ReadOnlySpan<string> challenges)
    {
        var builder = SipMessageBuilder.Response(Invite(), 401, toTag: "x");
        foreach (var challenge in challenges)
        {
            builder.Add("WWW-Authenticate", challenge);
        }

        return builder.BuildResponse();
    }

    private static string Parameter(string credentials, string name)
    {
        Assert.True(DigestChallenge.TryParameters(System.Text.Encoding.UTF8.GetBytes(credentials["Digest ".Length..]), out var parameters));
        return parameters[name];
    }

    [Theory] // RFC 7616 section 3.9.1
    [InlineData("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1")]
    [InlineData("MD5", "8ca523f5e9506fed4657c9700eebdbec")]
    public void Response_of_the_rfc_is_reproduced(string name, string expected)
    {
        const string Nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
        var algorithm = DigestAlgorithm.Find(name)!;
        var a1 = algorithm.Hash("Mufasa:http-auth@example.org:Circle of Life");

        var response = algorithm.Hash(
            $"{a1}:{Nonce}:00000001:f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ:auth:{algorithm.Hash("GET:/dir/index.html")}");

        Assert.Equal(expected, response);
    }

    [Fact] // RFC 2617 section 3.5, as answered for its method and URI in place of GET
    public void Credentials_hold_every_parameter_of_the_challenge()
    {
        var client = new DigestClient("Mufasa", "Circle Of Life", () => "0a4f113b");

        Assert.True(client.TryAnswer(
            Challenge("Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""),
            Invite(), out var headers));

        // H("Mufasa:testrealm@host.com:Circle Of Life") = 939e7578ed9e3c518a452acee763bce9 (the RFC's HA1)
        var md5 = DigestAlgorithm.Find(null)!;
        var expected = md5.Hash("939e7578ed9e3c518a452acee763bce9:dcd98b7102dd2f0e8b11d0f600bfb0c093:00000001:0a4f113b:auth:"
            + md5.Hash($"INVITE:{Uri}"));
        Assert.Equal(
            $"Digest username=\"Mufasa\", realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"{Uri}\", "
            + $"response=\"{expected}\", qop=auth, nc=00000001, cnonce=\"0a4f113b\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
            Assert.Single(headers).Value);
        Assert.Equal("Authorization", headers[0].Key);
    }

    [Fact] // RFC 8760 section 2.4, U-37
    public void Strongest_supported_algorithm_of_a_realm_is_taken()
    {
        var client = new DigestClient("u", "p");

        Assert.True(client.TryAnswer(
            Challenge(
                "Digest realm=\"r\", nonce=\"1\", qop=\"auth\", algorithm=SHA-512-256",
                "Digest realm=\"r\", nonce=\"2\", qop=\"auth\", algorithm=MD5",
                "Digest realm=\"r\", nonce=\"3\", qop=\"auth\", algorithm=SHA-256",
                "Basic realm=\"r\""),
            Invite(), out var headers));

        Assert.Equal("3", Parameter(Assert.Single(headers).Value, "nonce"));
        Assert.Equal("SHA-256", Parameter(headers[0].Value, "algorithm"));
    }

    [Fact] // U-37: no loop
    public void Refused_credentials_are_final()
    {
        var client = new DigestClient("u", "wrong");
        Assert.True(client.TryAnswer(Challenge("Digest realm=\"r\", nonce=\"1\", qop=\"auth\""), Invite(), out var first));

        Assert.False(client.TryAnswer(
            Challenge("Digest realm=\"r\", nonce=\"2\", qop=\"auth\""), Invite(credentials: first), out var second));
        Assert.Empty(second);
    }

    [Fact] // U-37
    public void Stale_nonce_is_answered_again_but_not_for_ever()
    {
        var client = new DigestClient("u", "p");
        Assert.True(client.TryAnswer(Challenge("Digest realm=\"r\", nonce=\"1\", qop=\"auth\""), Invite(), out var headers));

        Assert.True(client.TryAnswer(
            Challenge("Digest realm=\"r\", nonce=\"2\", qop=\"auth\", stale=TRUE"), Invite(credentials: headers), out headers));
        Assert.Equal("2", Parameter(headers[0].Value, "nonce"));
        Assert.Equal("00000001", Parameter(headers[0].Value, "nc"));
        Assert.True(client.TryAnswer(
            Challenge("Digest realm=\"r\", nonce=\"3\", qop=\"auth\", stale=true"), Invite(credentials: headers), out headers));
        Assert.False(client.TryAnswer(
            Challenge("Digest realm=\"r\", nonce=\"4\", qop=\"auth\", stale=true"), Invite(credentials: headers), out _));
    }

    [Fact] // RFC 7616 section 3.4
    public void Nonce_count_rises_with_every_use()
    {
        var client = new DigestClient("u", "p");
        Assert.Empty(client.Authorize(SipMethod.Bye, Uri));
        Assert.True(client.TryAnswer(Challenge("Digest realm=\"r\", nonce=\"1\", qop=\"auth\""), Invite(), out _));

        Assert.Equal("00000002", Parameter(Assert.Single(client.Authorize(SipMethod.Bye, Uri)).Value, "nc"));
        Assert.Equal("00000003", Parameter(Assert.Single(client.Authorize(SipMethod.Bye, Uri)).Value, "nc"));
    }

    [Fact] // servers that forget to say stale
    public void Expired_nonce_of_a_later_request_is_answered_once()
    {
        var client = new DigestClient("u", "p");
        Assert.True(client.TryAnswer(Challenge("Digest realm=\"r\", nonce=\"1\", qop=\"auth\""), Invite(), out _));
        var later = client.Authorize(SipMethod.Invite, Uri);

        Assert.True(client.TryAnswer(Challenge("Digest realm=\"r\", nonce=\"2\", qop=\"auth\""), Invite(credentials: later), out later));
        Assert.False(client.TryAnswer(Challenge("Digest realm=\"r\", nonce=\"3\", qop=\"auth\""), Invite(credentials: later), out _));
    }

    [Fact] // RFC 3261 section 22.3: a proxy first, the server then
    public void Credentials_for_the_proxy_are_kept_when_the_server_challenges()
    {
        var client = new DigestClient("u", "p");
        var proxy = SipMessageBuilder.Response(Invite(), 407, toTag: "x")
            .Add("Proxy-Authenticate", "Digest realm=\"proxy\", nonce=\"1\", qop=\"auth\"").BuildResponse();
        Assert.True(client.TryAnswer(proxy, Invite(), out var first));
        Assert.Equal("Proxy-Authorization", Assert.Single(first).Key);

        Assert.True(client.TryAnswer(
            Challenge("Digest realm=\"server\", nonce=\"2\", qop=\"auth\""), Invite(credentials: first), out var second));
        Assert.Equal(["Authorization", "Proxy-Authorization"], second.Select(h => h.Key).Order());
    }

    [Fact] // RFC 3261 section 22.4 rule 8
    public void Challenge_without_qop_gets_no_qop()
    {
        var client = new DigestClient("bob", "zanzibar");

        Assert.True(client.TryAnswer(
            Challenge("Digest realm=\"biloxi.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", algorithm=md5"), Invite(), out var headers));

        var md5 = DigestAlgorithm.Find("MD5")!;
        Assert.Equal(
            md5.Hash($"{md5.Hash("bob:biloxi.com:zanzibar")}:dcd98b7102dd2f0e8b11d0f600bfb0c093:{md5.Hash($"INVITE:{Uri}")}"),
            Parameter(headers[0].Value, "response"));
        Assert.DoesNotContain("qop", headers[0].Value);
        Assert.DoesNotContain("cnonce", headers[0].Value);
    }

    [Fact] // RFC 7616 sections 3.4.2, 3.4.3, 3.4.4
    public void Session_algorithm_body_integrity_and_user_hash_are_computed()
    {
        var client = new DigestClient("bob", "pw", () => "cn");

        Assert.True(client.TryAnswer(
            Challenge("Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\", algorithm=SHA-256-sess, userhash=true"),
            Invite(body: "v=0\r\n"), out var headers));

        var sha = DigestAlgorithm.Find("SHA-256-sess")!;
        var a1 = sha.Hash($"{sha.Hash("bob:r:pw")}:n:cn");
        var a2 = sha.Hash($"INVITE:{Uri}:{sha.Hash("v=0\r\n")}");
        Assert.Equal(sha.Hash($"{a1}:n:00000001:cn:auth-int:{a2}"), Parameter(headers[0].Value, "response"));
        Assert.Equal(sha.Hash("bob:r"), Parameter(headers[0].Value, "username"));
        Assert.Equal("true", Parameter(headers[0].Value, "userhash"));
    }

    [Theory] // RFC 8760 section 2.4: what is not understood is ignored
    [InlineData("Basic realm=\"r\"")]
    [InlineData("Digest realm=\"r\"")]
    [InlineData("Digest nonce=\"n\"")]
    [InlineData("Digest realm=\"r\", nonce=\"n\", algorithm=SHA-512-256")]
    [InlineData("Digest realm=\"r\", nonce=\"n\", qop=\"auth-future\"")]
    [InlineData("Digest realm=\"r, nonce=\"n\"")]
    [InlineData("Digest")]
    public void Challenge_that_is_not_understood_is_not_answered(string challenge) =>
        Assert.False(new DigestClient("u", "p").TryAnswer(Challenge(challenge), Invite(), out _));
}
