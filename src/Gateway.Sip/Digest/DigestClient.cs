using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Gateway.Sip.Messages;

namespace Gateway.Sip.Digest;

/// <summary>
/// Answers digest challenges for one user (RFC 7616, RFC 8760; MAPPING U-37) and remembers them for the requests that
/// follow. Belongs to one call or registration; not to be shared between threads.
/// </summary>
/// <param name="username">User name.</param>
/// <param name="password">Password; goes nowhere but into hashes.</param>
/// <param name="cnonce">Makes client nonces; default: 128 random bits.</param>
public sealed class DigestClient(string username, string password, Func<string>? cnonce = null)
{
    private const int MostRealms = 8;
    private const int MostStaleAnswers = 2;

    private readonly Func<string> _cnonce = cnonce ?? (() => RandomNumberGenerator.GetHexString(32, lowercase: true));
    private readonly Dictionary<(bool IsProxy, string Realm), Session> _sessions = [];

    /// <summary>
    /// Answers the challenges of a 401 or 407. Of several for a realm the strongest algorithm is taken.
    /// </summary>
    /// <param name="response">The 401 or 407.</param>
    /// <param name="request">The request it refuses; the retry has a new branch and CSeq+1.</param>
    /// <param name="headers">All Authorization and Proxy-Authorization fields of the retry.</param>
    /// <returns>False when nothing can be answered, or the credentials were refused: the response is final.</returns>
    public bool TryAnswer(SipResponse response, SipRequest request, out ImmutableArray<KeyValuePair<string, string>> headers)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(request);
        headers = [];
        var chosen = Choose(response);
        if (chosen.Count == 0)
        {
            return false;
        }

        foreach (var (key, challenge) in chosen)
        {
            var known = _sessions.GetValueOrDefault(key);
            var isRetriable = (challenge.IsStale && (known?.StaleAnswers ?? 0) < MostStaleAnswers)
                || (known is { IsPreemptive: true } && known.Challenge.Nonce != challenge.Nonce); // expired, said without stale
            if (HasCredentials(request, key) && !isRetriable)
            {
                return false;
            }

            if (known is null && _sessions.Count == MostRealms)
            {
                return false;
            }

            _sessions[key] = new Session(challenge) { StaleAnswers = challenge.IsStale ? (known?.StaleAnswers ?? 0) + 1 : 0 };
        }

        // Realms answered earlier and not challenged now (a proxy before the server) keep their credentials.
        headers = [.. _sessions.Where(s => chosen.ContainsKey(s.Key) || HasCredentials(request, s.Key))
            .Select(s => Credentials(s.Key, s.Value, request.Method, request.RequestUri.ToString(), request.Body.Span))];
        return true;
    }

    /// <summary>Credentials for a further request of the same call, from the challenges answered so far; none when there were none.</summary>
    /// <param name="method">Method; ACK carries a copy of the INVITE's instead (RFC 3261 section 22.1).</param>
    /// <param name="requestUri">Request-URI as it will be written.</param>
    /// <param name="body">Body, for auth-int.</param>
    public ImmutableArray<KeyValuePair<string, string>> Authorize(SipMethod method, string requestUri, ReadOnlySpan<byte> body = default)
    {
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>(_sessions.Count);
        foreach (var (key, session) in _sessions)
        {
            session.StaleAnswers = 0;
            session.IsPreemptive = true;
            headers.Add(Credentials(key, session, method, requestUri, body));
        }

        return headers.ToImmutable();
    }

    private static Dictionary<(bool IsProxy, string Realm), DigestChallenge> Choose(SipResponse response)
    {
        var chosen = new Dictionary<(bool, string), DigestChallenge>();
        foreach (var isProxy in (ReadOnlySpan<bool>)[false, true])
        {
            foreach (var value in response.HeaderValues(isProxy ? SipHeaders.ProxyAuthenticate : SipHeaders.WwwAuthenticate))
            {
                if (chosen.Count < MostRealms && DigestChallenge.TryParse(value, out var challenge)
                    && (!chosen.TryGetValue((isProxy, challenge.Realm), out var other)
                        || challenge.Algorithm.Strength > other.Algorithm.Strength))
                {
                    chosen[(isProxy, challenge.Realm)] = challenge;
                }
            }
        }

        return chosen;
    }

    private static bool HasCredentials(SipRequest request, (bool IsProxy, string Realm) key) =>
        request.HeaderValues(HeaderName(key.IsProxy)).Any(value => value.StartsWith("Digest ", StringComparison.OrdinalIgnoreCase)
            && DigestChallenge.TryParameters(Encoding.UTF8.GetBytes(value[7..]), out var parameters)
            && parameters.GetValueOrDefault("realm") == key.Realm);

    private static string HeaderName(bool isProxy) => isProxy ? SipHeaders.ProxyAuthorization : SipHeaders.Authorization;

    private KeyValuePair<string, string> Credentials(
        (bool IsProxy, string Realm) key, Session session, SipMethod method, string uri, ReadOnlySpan<byte> body)
    {
        var clientNonce = _cnonce();
        session.FirstClientNonce ??= clientNonce;
        return new(HeaderName(key.IsProxy), DigestCredentials.Text(
            session.Challenge, username, password, new DigestUse(method.ToString(), uri, ++session.Count, clientNonce, session.FirstClientNonce), body));
    }

    /// <summary>A nonce and how often it was used.</summary>
    private sealed class Session(DigestChallenge challenge)
    {
        internal DigestChallenge Challenge { get; } = challenge;

        internal uint Count { get; set; }

        internal int StaleAnswers { get; set; }

        /// <summary>Used without being asked, as the credentials of an earlier request were accepted.</summary>
        internal bool IsPreemptive { get; set; }

        internal string? FirstClientNonce { get; set; }
    }
}
