using System.Collections.Immutable;

namespace Gateway.Sip.Messages;

/// <summary>URI equivalence of RFC 3261 section 19.1.4.</summary>
public sealed class SipUriComparer : IEqualityComparer<SipUri>
{
    private static readonly string[] NeverIgnored = ["user", "ttl", "method", "maddr", "transport"];

    private SipUriComparer()
    {
    }

    /// <summary>The one instance.</summary>
    public static SipUriComparer Instance { get; } = new();

    /// <inheritdoc/>
    public bool Equals(SipUri? x, SipUri? y)
    {
        if (x is null || y is null || !x.IsSip || !y.IsSip)
        {
            return ReferenceEquals(x, y) || (x?.Equals(y) ?? false);
        }

        // A component that is omitted does not match one stated with its default: section 19.1.4, port 5060.
        return x.Scheme == y.Scheme && x.User == y.User && DecodedPassword(x) == DecodedPassword(y) && x.Host == y.Host && x.Port == y.Port
            && ParametersMatch(x, y) && ParametersMatch(y, x) && HeadersOf(x).SetEquals(HeadersOf(y));
    }

    /// <inheritdoc/>
    public int GetHashCode(SipUri obj)
    {
        ArgumentNullException.ThrowIfNull(obj);
        return HashCode.Combine(obj.Scheme, obj.User, obj.Host, obj.Port);
    }

    private static string? DecodedPassword(SipUri uri) => uri.Password is null ? null : SipEscaping.Decode(uri.Password);

    private static bool ParametersMatch(SipUri one, SipUri other)
    {
        foreach (var (name, wire) in one.Parameters)
        {
            if (SipParameters.TryGet(other.Parameters, name, out var theirs))
            {
                if (!string.Equals(Decoded(wire), Decoded(theirs), StringComparison.OrdinalIgnoreCase))
                {
                    return false;
                }
            }
            else if (NeverIgnored.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }

    private static string? Decoded(string? wire) => wire is null ? null : SipEscaping.Decode(wire);

    private static ImmutableHashSet<string> HeadersOf(SipUri uri) => (uri.Headers ?? "")
        .Split('&', StringSplitOptions.RemoveEmptyEntries).Select(HeaderKey).ToImmutableHashSet(StringComparer.Ordinal);

    private static string HeaderKey(string header)
    {
        var equal = header.IndexOf('=', StringComparison.Ordinal);
        return equal < 0
            ? header.ToLowerInvariant()
            : header[..equal].ToLowerInvariant() + "=" + SipEscaping.Decode(header[(equal + 1)..]);
    }
}
