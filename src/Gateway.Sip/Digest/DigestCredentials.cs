using System.Globalization;
using System.Text;
using Gateway.Sip.Messages;

namespace Gateway.Sip.Digest;

/// <summary>One use of a challenge.</summary>
/// <param name="Method">Method of the request.</param>
/// <param name="Uri">What is asked for, as it will be written.</param>
/// <param name="Count">How often the nonce has been used, this time included.</param>
/// <param name="ClientNonce">For this use.</param>
/// <param name="FirstClientNonce">That of the first use, which session algorithms are bound to (RFC 7616 section 3.4.2).</param>
internal readonly record struct DigestUse(string Method, string Uri, uint Count, string ClientNonce, string FirstClientNonce);

/// <summary>The value of Authorization and Proxy-Authorization (RFC 7616 section 3.4).</summary>
internal static class DigestCredentials
{
    internal static string Text(DigestChallenge challenge, string username, string password, in DigestUse use, ReadOnlySpan<byte> body = default)
    {
        var algorithm = challenge.Algorithm;
        var nc = use.Count.ToString("x8", CultureInfo.InvariantCulture);
        var clientNonce = algorithm.IsSession ? use.FirstClientNonce : use.ClientNonce;
        var a1 = algorithm.Hash($"{username}:{challenge.Realm}:{password}");
        if (algorithm.IsSession)
        {
            a1 = algorithm.Hash($"{a1}:{challenge.Nonce}:{clientNonce}");
        }

        var a2 = algorithm.Hash(
            challenge.Qop == "auth-int" ? $"{use.Method}:{use.Uri}:{algorithm.Hash(body)}" : $"{use.Method}:{use.Uri}");
        var response = algorithm.Hash(challenge.Qop is null
            ? $"{a1}:{challenge.Nonce}:{a2}"
            : $"{a1}:{challenge.Nonce}:{nc}:{clientNonce}:{challenge.Qop}:{a2}");

        var text = new StringBuilder("Digest username=")
            .Append(challenge.WantsUserHash ? $"\"{algorithm.Hash($"{username}:{challenge.Realm}")}\"" : SipSyntax.Quote(username))
            .Append(
                CultureInfo.InvariantCulture,
                $", realm=\"{challenge.Realm}\", nonce=\"{challenge.Nonce}\", uri=\"{use.Uri}\", response=\"{response}\"");
        if (challenge.AlgorithmName is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $", algorithm={algorithm.Name}");
        }

        if (challenge.Qop is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $", qop={challenge.Qop}, nc={nc}");
        }

        if (challenge.Qop is not null || algorithm.IsSession)
        {
            text.Append(CultureInfo.InvariantCulture, $", cnonce={SipSyntax.Quote(clientNonce)}");
        }

        if (challenge.Opaque is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $", opaque=\"{challenge.Opaque}\"");
        }

        if (challenge.WantsUserHash)
        {
            text.Append(", userhash=true");
        }

        return text.ToString();
    }
}
