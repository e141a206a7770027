using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Gateway.Sip.Messages;

namespace Gateway.Sip.Digest;

/// <summary>One WWW-Authenticate or Proxy-Authenticate value of the Digest scheme (RFC 7616 section 3.3).</summary>
/// <param name="Realm">Between the quotes, as it came.</param>
/// <param name="Nonce">Between the quotes, as it came.</param>
internal sealed record DigestChallenge(string Realm, string Nonce)
{
    private const int MostParameters = 32;

    /// <summary>Given back unchanged.</summary>
    internal string? Opaque { get; private init; }

    /// <summary>Whether the credentials were right and only the nonce is old.</summary>
    internal bool IsStale { get; private init; }

    /// <summary>Whether the user name may be sent hashed (RFC 7616 section 3.4.4).</summary>
    internal bool WantsUserHash { get; private init; }

    /// <summary>The algorithm parameter as it came, null when absent.</summary>
    internal string? AlgorithmName { get; private init; }

    /// <summary>What it names.</summary>
    internal required DigestAlgorithm Algorithm { get; init; }

    /// <summary>auth, auth-int, or null for servers before RFC 2617.</summary>
    internal string? Qop { get; private init; }

    /// <summary>False for other schemes, algorithms that are not supported, and malformed values: to be ignored
    /// (RFC 8760 section 2.4).</summary>
    internal static bool TryParse(string value, [NotNullWhen(true)] out DigestChallenge? challenge)
    {
        challenge = null;
        var text = value.Trim();
        if (!text.StartsWith("Digest ", StringComparison.OrdinalIgnoreCase) || SipSyntax.HasControls(text)
            || !TryParameters(Encoding.UTF8.GetBytes(text[7..]), out var parameters)
            || !parameters.TryGetValue("realm", out var realm) || !parameters.TryGetValue("nonce", out var nonce)
            || DigestAlgorithm.Find(parameters.GetValueOrDefault("algorithm")) is not { } algorithm)
        {
            return false;
        }

        string? qop = null;
        if (parameters.TryGetValue("qop", out var offered))
        {
            var options = offered.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            qop = options.Contains("auth", StringComparer.OrdinalIgnoreCase) ? "auth"
                : options.Contains("auth-int", StringComparer.OrdinalIgnoreCase) ? "auth-int" : null;
            if (qop is null && options.Length > 0)
            {
                return false;
            }
        }

        challenge = new DigestChallenge(realm, nonce)
        {
            Algorithm = algorithm,
            AlgorithmName = parameters.GetValueOrDefault("algorithm"),
            Opaque = parameters.GetValueOrDefault("opaque"),
            Qop = qop,
            IsStale = "true".Equals(parameters.GetValueOrDefault("stale"), StringComparison.OrdinalIgnoreCase),
            WantsUserHash = "true".Equals(parameters.GetValueOrDefault("userhash"), StringComparison.OrdinalIgnoreCase),
        };
        return true;
    }

    /// <summary>The comma-separated parameters of a challenge or of credentials; quotes taken off, escapes left as they are.</summary>
    internal static bool TryParameters(ReadOnlySpan<byte> rest, out ImmutableDictionary<string, string> parameters)
    {
        var found = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.OrdinalIgnoreCase);
        parameters = ImmutableDictionary<string, string>.Empty;
        while (SipSyntax.TryNextValue(ref rest, out var one))
        {
            if (one.IsEmpty)
            {
                continue;
            }

            var equal = one.IndexOf((byte)'=');
            if (equal <= 0 || found.Count == MostParameters || !SipSyntax.IsToken(SipSyntax.Trim(one[..equal])))
            {
                return false;
            }

            var value = SipSyntax.Trim(one[(equal + 1)..]);
            if (value is [(byte)'"', ..])
            {
                if (SipSyntax.QuotedLength(value) != value.Length)
                {
                    return false;
                }

                value = value[1..^1];
            }

            found.TryAdd(Encoding.ASCII.GetString(SipSyntax.Trim(one[..equal])), Encoding.UTF8.GetString(value));
        }

        parameters = found.ToImmutable();
        return true;
    }
}
